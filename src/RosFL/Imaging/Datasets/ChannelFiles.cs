using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Imaging.Datasets;

/// <summary>One image that lies in one file, or in one file a channel.</summary>
internal static class ChannelFiles
{
    /// <param name="image">What a message calls the image.</param>
    /// <exception cref="RosflException">A file is malformed, or the channels do not lie on one grid.</exception>
    public static Picture Read(IReadOnlyList<string> files, string image)
    {
        Picture[] channels = [.. files.Select(PictureFile.Read)];
        if (channels.Length == 1)
            return channels[0];
        if (!channels.All(c => c.Channels == 1 && c.SameSize(channels[0])))
            throw new RosflException(ExitCode.InvalidData, $"The channels of {image} differ in size or hold several channels each: a case needs one file a channel on one grid.");
        return new Picture([.. channels.SelectMany(c => c.Values)], [channels.Length, .. channels[0].Size])
        {
            SpacingMm = channels[0].SpacingMm,
            Affine = channels[0].Affine,
        };
    }
}
