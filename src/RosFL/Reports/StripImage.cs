using RosFL.Imaging;

namespace RosFL.Reports;

/// <summary>One picture of a strip: (1, H, W) gray or (3, H, W) colour, values 0..255.</summary>
/// <param name="Label">input, prediction, truth, error.</param>
public sealed record StripPanel(string Label, Picture Picture);

/// <summary>A test image as the report shows it, panel beside panel.</summary>
/// <param name="Caption">Its scores, in words; may be empty.</param>
public sealed record StripImage(string Site, string Case, string Caption, IReadOnlyList<StripPanel> Panels);
