using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Imaging.Ct;

/// <summary>Hounsfield units and linear attenuation: air (-1000 HU) is 0 and water (0 HU) is <see cref="CtOptions.WaterPerMm"/>.</summary>
internal static class Hounsfield
{
    public const double Air = -1000;

    /// <summary>Attenuation per mm of (B,1,H,W); values below air are air, and so are the regions up to <see cref="CtOptions.AirBelowHu"/>.</summary>
    public static Tensor ToAttenuation(Tensor hu_B1HW, CtOptions options)
    {
        var attenuation = hu_B1HW.Minus(Air).AtLeast(0).Times(options.WaterPerMm / -Air);
        return options.AirBelowHu is { } floor ? attenuation.Masked(IsAir(hu_B1HW.IsAtMost(floor)), 0) : attenuation;
    }

    /// <summary>
    /// What lasts of the floor after an opening by 3x3 pixels. In a noisy image single pixels of fat fall to the floor of its window: read
    /// as air they would thin the body by tens of HU, far from the target, where they stay at the floor.
    /// </summary>
    private static Tensor IsAir(Tensor atFloor_B1HW)
    {
        static Tensor Grown(Tensor mask) => nn.functional.max_pool2d(mask, 3, stride: 1, padding: 1);
        var eroded = 1.0.Minus(Grown(1.0.Minus(atFloor_B1HW.to(float32))));
        return Grown(eroded).IsAbove(0);
    }

    public static Tensor FromAttenuation(Tensor attenuation, CtOptions options) => attenuation.Times(-Air / options.WaterPerMm).Plus(Air);
}
