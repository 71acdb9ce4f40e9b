using BitMiracle.LibTiff.Classic;
using RosFL.Runs;

namespace RosFL.Imaging.Formats;

/// <summary>
/// TIFF 6.0 through LibTiff.NET: gray and RGB, integers of 8, 16 and 32 bits and floats, strips and tiles, no compression, LZW, Deflate,
/// PackBits. Numbers are as stored (also where 0 means white).
/// </summary>
public static class TiffFile
{
    static TiffFile() => Tiff.SetErrorHandler(new Silence());

    /// <summary>Reads one page as (C, H, W), several of one size as (C, D, H, W).</summary>
    /// <exception cref="RosflException">The file is malformed or of another kind of TIFF.</exception>
    public static Picture Read(string path)
    {
        var file = new SourceFile(path);
        var bytes = file.ReadAll();
        var pages = TiffTags.ParseAll(file, bytes).ConvertAll(tags => TiffPage.Parse(file, tags));
        var first = pages[0];
        if (pages.Any(page => (page.Width, page.Height, page.Channels) != (first.Width, first.Height, first.Channels)))
            throw file.Refused("has pages of different sizes", "pages are the slices of one volume");
        var values = new float[file.Count("pages of", first.Channels, pages.Count, first.Height, first.Width)];
        try
        {
            using var tiff = Tiff.ClientOpen(file.Name, "r", new MemoryStream(bytes), new TiffStream());
            for (var i = 0; i < pages.Count; i++)
            {
                if (tiff is null || i > 0 && !tiff.ReadDirectory())
                    throw Damaged(file, null);
                ReadPage(file, tiff, pages[i], values.AsSpan(i * first.Height * first.Width), pages.Count * first.Height * first.Width);
            }
        }
        catch (Exception e) when (e is not RosflException) // the decoder throws whatever a malformed stream leads it to
        {
            throw Damaged(file, e);
        }
        return pages.Count == 1
            ? new Picture(values, first.Channels, first.Height, first.Width)
            : new Picture(values, first.Channels, pages.Count, first.Height, first.Width);
    }

    /// <summary>Writes (1, H, W) or (3, H, W) as one page and (1, D, H, W) as D pages, Deflate.</summary>
    /// <exception cref="RosflException">A label is no integer.</exception>
    public static void Write(string path, Picture picture, StoredType type = StoredType.Float32)
    {
        if (picture.Channels != 1 && (picture.Dimensions != 2 || picture.Channels != 3))
            throw new ArgumentException($"TIFF is written from (1, H, W), (3, H, W) or (1, D, H, W), not from {picture.Channels} channels.");
        var number = StoredTypes.Choose(type, path, picture);
        var (height, width) = (picture.Shape[^2], picture.Shape[^1]);
        var length = picture.Channels * height * width;
        using var content = new MemoryStream();
        using (var tiff = Tiff.ClientOpen("picture", "w", content, new Unclosed()))
        {
            for (var first = 0; first < picture.Values.Length; first += length)
                WritePage(tiff, picture.Values.AsSpan(first, length), picture.Channels, height, width, number);
        }
        WholeFile.Write(path, stream => content.WriteTo(stream));
    }

    private static void ReadPage(SourceFile file, Tiff tiff, TiffPage page, Span<float> values, int channelStep)
    {
        var bytes = new byte[page.BlockBytes];
        var numbers = new double[page.BlockBytes / page.Type.Size()];
        for (var block = 0; block < page.Blocks; block++)
        {
            var inPlane = block % (page.BlocksAcross * page.BlocksDown);
            var sample = block / (page.BlocksAcross * page.BlocksDown);
            var (top, left) = (inPlane / page.BlocksAcross * page.BlockHeight, inPlane % page.BlocksAcross * page.BlockWidth);
            var rows = Math.Min(page.BlockHeight, page.Height - top);
            var needed = (page.Tiled ? page.BlockHeight : rows) * page.BlockWidth * page.SamplesPerBlock * page.Type.Size();
            var read = page.Tiled ? tiff.ReadEncodedTile(block, bytes, 0, needed) : tiff.ReadEncodedStrip(block, bytes, 0, needed);
            if (read != needed)
                throw Damaged(file, null);
            page.Type.Decode(!BitConverter.IsLittleEndian, bytes.AsSpan(0, needed), numbers);
            for (var s = 0; s < page.SamplesPerBlock && sample + s < page.Channels; s++)
            {
                for (var y = 0; y < rows; y++)
                {
                    var row = values.Slice((sample + s) * channelStep + (top + y) * page.Width + left, Math.Min(page.BlockWidth, page.Width - left));
                    for (var x = 0; x < row.Length; x++)
                        row[x] = file.Finite(numbers[(y * page.BlockWidth + x) * page.SamplesPerBlock + s]);
                }
            }
        }
    }

    private static void WritePage(Tiff tiff, ReadOnlySpan<float> values, int channels, int height, int width, NumberType type)
    {
        tiff.SetField(TiffTag.IMAGEWIDTH, width);
        tiff.SetField(TiffTag.IMAGELENGTH, height);
        tiff.SetField(TiffTag.SAMPLESPERPIXEL, channels);
        tiff.SetField(TiffTag.BITSPERSAMPLE, 8 * type.Size());
        tiff.SetField(TiffTag.SAMPLEFORMAT, type switch { NumberType.Float32 => SampleFormat.IEEEFP, NumberType.UInt8 => SampleFormat.UINT, _ => SampleFormat.INT });
        tiff.SetField(TiffTag.PHOTOMETRIC, channels == 3 ? Photometric.RGB : Photometric.MINISBLACK);
        tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.SEPARATE);
        tiff.SetField(TiffTag.COMPRESSION, Compression.ADOBE_DEFLATE);
        tiff.SetField(TiffTag.ROWSPERSTRIP, height);
        var bytes = new byte[height * width * type.Size()];
        for (var channel = 0; channel < channels; channel++)
        {
            type.Encode(values.Slice(channel * height * width, height * width), bytes);
            tiff.WriteEncodedStrip(channel, bytes, bytes.Length);
        }
        tiff.WriteDirectory();
    }

    private static RosflException Damaged(SourceFile file, Exception? cause) =>
        file.Refused("holds pixels that cannot be decoded", "the file is damaged or cut: copy or export it again", cause);

    /// <summary>LibTiff would write to the console; its return values say enough.</summary>
    private sealed class Silence : TiffErrorHandler
    {
        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
        }
    }

    /// <summary>Leaves the memory stream open when LibTiff closes.</summary>
    private sealed class Unclosed : TiffStream
    {
        public override void Close(object clientData)
        {
        }
    }
}
