namespace RosFL.Imaging.Preprocessing;

/// <summary>A case as training and evaluation use it.</summary>
/// <param name="Input">In network units on the working grid.</param>
/// <param name="Target">Labels, or an image in network units, on the working grid.</param>
/// <param name="Mask">On the working grid, 1 inside; null where the case has none.</param>
/// <param name="Map">From file units to network units, for the input and for a target that is an image.</param>
/// <param name="WholeTarget">The target on the original grid in its own units (HU), nothing clipped.</param>
/// <param name="WholeMask">The mask on the original grid.</param>
public sealed record Prepared(Picture Input, Picture Target, Picture? Mask, IntensityMap Map, Picture WholeTarget, Picture? WholeMask)
{
    /// <summary>Bytes of the pixels that are kept.</summary>
    public long Bytes => new[] { Input, Target, Mask, WholeTarget, WholeMask }.OfType<Picture>()
        .Select(p => p.Values).Distinct().Sum(v => v.LongLength * sizeof(float));
}
