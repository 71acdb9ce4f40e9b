using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Imaging.Ct;

/// <summary>Hounsfield units and linear attenuation: air (-1000 HU) is 0 and water (0 HU) is <see cref="CtOptions.WaterPerMm"/>.</summary>
internal static class Hounsfield
{
    public const double Air = -1000;

    /// <summary>Attenuation per mm; values below air are air, and so is everything up to <see cref="CtOptions.AirBelowHu"/>.</summary>
    public static Tensor ToAttenuation(Tensor hu, CtOptions options)
    {
        var attenuation = (hu - Air).clamp_min(0) * (options.WaterPerMm / -Air);
        return options.AirBelowHu is { } floor ? attenuation.masked_fill(hu <= floor, 0) : attenuation;
    }

    public static Tensor FromAttenuation(Tensor attenuation, CtOptions options) => attenuation * (-Air / options.WaterPerMm) + Air;
}
