using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Scores;

internal static class Masks
{
    /// <summary>Which voxels of a channel of <paramref name="picture"/> count (mask above one half); null where all do.</summary>
    /// <exception cref="RosflException">The mask has another size.</exception>
    public static bool[]? Of(Picture? mask, Picture picture)
    {
        if (mask is null)
            return null;
        RequireSameSize(mask, picture, "mask");
        return Array.ConvertAll(mask.Values[..mask.ChannelLength], v => v > 0.5f);
    }

    public static void RequireSameSize(Picture found, Picture picture, string what)
    {
        if (!found.SameSize(picture))
            throw new RosflException(ExitCode.InvalidData,
                $"A {what} of {string.Join('x', found.Size.ToArray())} cannot be scored against an image of {string.Join('x', picture.Size.ToArray())}: their sizes must be equal.");
    }
}
