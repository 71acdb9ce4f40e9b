namespace RosFL.Imaging.Baselines;

/// <summary>A denoiser that learns nothing but its few numbers; the baseline of restoration. Volumes go slice by slice.</summary>
public abstract record ClassicalFilter
{
    public Picture Apply(Picture picture) => Plane.Map(picture, Apply);

    internal abstract Plane Apply(Plane plane);
}
