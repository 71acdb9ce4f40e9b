namespace RosFL.Imaging;

/// <summary>An image that has no truth, ready for a network.</summary>
/// <param name="Reference">The file whose place in space the prediction takes over.</param>
/// <param name="OutputName">File name of the prediction, in a format that is written.</param>
public sealed record NewImage(Whole Whole, string Reference, string OutputName);
