using StbImageSharp;

namespace RosFL.Imaging.Formats;

/// <summary>Baseline and progressive JPEG of 8 bits, gray or colour, decoded by StbImageSharp.</summary>
public static class JpegFile
{
    /// <summary>A block of 8 x 8 pixels takes at least one bit, so a byte cannot hold more than this many pixels.</summary>
    private const long MaxPixelsPerByte = 512;

    /// <summary>Reads gray as (1, H, W) and colour as (3, H, W), values 0..255.</summary>
    /// <exception cref="RosFL.Runs.RosflException">The file is malformed or of another kind of JPEG.</exception>
    public static Picture Read(string path)
    {
        var file = new SourceFile(path);
        var bytes = file.ReadAll();
        var frame = JpegFrame.Find(file, bytes);
        var pixels = file.Count("an image of", frame.Width, frame.Height, frame.Components) / frame.Components;
        if (pixels > bytes.Length * MaxPixelsPerByte)
            throw file.Refused($"declares {pixels} pixels in {bytes.Length} bytes", $"a byte of JPEG holds at most {MaxPixelsPerByte}");
        var image = Decode(file, bytes);
        if (image.Width != frame.Width || image.Height != frame.Height || image.Data.Length != (long)pixels * frame.Components)
            throw file.Refused("decodes to another size than its header declares", "the file is damaged: export it again");
        var values = new float[image.Data.Length];
        for (var i = 0; i < values.Length; i++)
            values[i % frame.Components * pixels + i / frame.Components] = image.Data[i];
        return new Picture(values, frame.Components, frame.Height, frame.Width);
    }

    private static ImageResult Decode(SourceFile file, byte[] bytes)
    {
        try
        {
            return ImageResult.FromMemory(bytes, ColorComponents.Default);
        }
        catch (Exception e) // the decoder throws whatever a malformed stream leads it to
        {
            throw file.Refused("cannot be decoded as JPEG", "the file is damaged: export it again", e);
        }
    }
}
