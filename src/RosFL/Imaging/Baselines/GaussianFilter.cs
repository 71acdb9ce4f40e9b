namespace RosFL.Imaging.Baselines;

/// <summary>Gaussian blur.</summary>
/// <param name="Sigma">Standard deviation in pixels.</param>
public sealed record GaussianFilter(double Sigma) : ClassicalFilter
{
    internal override Plane Apply(Plane plane)
    {
        var kernel = GaussianKernel.Smooth(Sigma);
        return plane.Filtered(kernel, kernel);
    }
}
