namespace RosFL.Imaging.Phantoms;

/// <summary>How a hospital differs from the others: its patients, and the look of its images.</summary>
/// <param name="BodyScale">Size of its patients; 1 is a body about 300 mm wide.</param>
/// <param name="Chest">Share of chest images; the others show the abdomen.</param>
/// <param name="Lesions">Mean number of lesions in an image.</param>
/// <param name="LesionHu">What a lesion differs by from its organ.</param>
/// <param name="TextureHu">Amplitude of the tissue's texture.</param>
/// <param name="EdgeMm">Width of the organs' borders.</param>
/// <param name="Gain">Contrast of segmentation inputs about 40 HU; restoration targets are true HU everywhere.</param>
/// <param name="ShiftHu">Offset of segmentation inputs.</param>
/// <param name="NoiseHu">Standard deviation of the noise of segmentation inputs.</param>
internal sealed record SiteStyle(
    double BodyScale, double Chest, double Lesions, double LesionHu, double TextureHu, double EdgeMm, double Gain, double ShiftHu, double NoiseHu)
{
    private static readonly SiteStyle[] Hospitals =
    [
        new(1.00, 0.50, 2.0, -45, 8, 4, 1.00, 0, 12),
        new(0.88, 0.20, 3.0, -60, 5, 5, 1.25, 30, 18),
        new(1.04, 0.80, 1.2, 55, 10, 4, 0.80, -25, 25),
        new(0.95, 0.35, 2.5, -35, 6, 6, 1.10, 15, 15),
    ];

    /// <summary>The four hospitals, then the same again with smaller patients.</summary>
    public static SiteStyle Of(int siteIndex)
    {
        var style = Hospitals[siteIndex % Hospitals.Length];
        return style with { BodyScale = style.BodyScale * Math.Pow(0.96, siteIndex / Hospitals.Length % 8) };
    }
}
