using System.IO.Compression;
using RosFL.Runs;

namespace RosFL.Imaging.Formats;

/// <summary>NIfTI-1 and NIfTI-2 in one file, .nii or .nii.gz.</summary>
public static class NiftiFile
{
    /// <summary>
    /// Reads an image as (C, D, H, W) = (later axes, z, y, x) in canonical orientation, slope and intercept applied; a file of one slice as
    /// (C, H, W) without the axis of that slice.
    /// </summary>
    /// <exception cref="RosflException">The file is malformed or holds complex or RGB voxels.</exception>
    public static Picture Read(string path)
    {
        var file = new SourceFile(path);
        return file.Read(stream =>
        {
            if (!IsCompressed(path))
                return ReadPicture(file, stream, stream.Length, exact: true);
            RequireGzip(file, stream);
            using var inflated = new InflatedStream(file, stream);
            var picture = ReadPicture(file, inflated, stream.Length * SourceFile.MaxInflation, exact: false);
            inflated.CheckEnd();
            return picture;
        });
    }

    /// <summary>How the file's axes map to the canonical ones.</summary>
    /// <exception cref="RosflException">The file's header is malformed.</exception>
    public static NiftiOrientation ReadOrientation(string path) => NiftiOrientation.Of(ReadPlace(path).Affine);

    /// <summary>
    /// Writes a picture in canonical orientation. With a <paramref name="reference"/> (the file that it was made from) it is turned back to
    /// that file's axes and takes over its qform, sform and voxel sizes; without one the canonical axes are kept.
    /// </summary>
    /// <exception cref="RosflException">The picture does not have the reference's size, or a label is no integer.</exception>
    public static void Write(string path, Picture picture, string? reference = null, StoredType type = StoredType.Float32)
    {
        int[] shape = picture.Dimensions == 3 ? picture.Shape : [picture.Shape[0], 1, picture.Shape[1], picture.Shape[2]];
        var (header, orientation) = reference is null ? NiftiPlacement.Of(picture, shape) : Placed(path, shape, reference);
        header = header with { Channels = picture.Channels, Type = StoredTypes.Choose(type, path, picture), Slope = 1, Intercept = 0 };
        WholeFile.Write(path, stream =>
        {
            if (!IsCompressed(path))
            {
                WritePicture(stream, header, orientation, picture);
                return;
            }
            using var compressed = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true);
            WritePicture(compressed, header, orientation, picture);
        });
    }

    /// <summary>
    /// Copies an uncompressed little-endian file with its stored numbers, slope and place, but without extensions and without any of the
    /// header's texts; compressed where the new name ends in .gz.
    /// </summary>
    internal static void CopyWithoutTexts(string source, string path)
    {
        _ = Read(source); // checks all of it
        var header = ReadPlace(source).Header;
        if (header.BigEndian || IsCompressed(source))
            throw new ArgumentException("only uncompressed little-endian files are copied", nameof(source));
        WholeFile.Write(path, stream =>
        {
            using var content = File.OpenRead(source);
            using var compressed = IsCompressed(path) ? new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true) : null;
            var target = compressed ?? stream;
            content.Position = header.DataOffset;
            target.Write(NiftiHeaderWriter.Bytes(header));
            content.CopyTo(target);
        });
    }

    internal static bool IsCompressed(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    private static Picture ReadPicture(SourceFile file, Stream stream, long available, bool exact)
    {
        var header = NiftiHeaderReader.Read(file, stream);
        var affine = NiftiGeometry.Affine(file, header);
        var voxels = file.Count("dimensions", header.Size[0], header.Size[1], header.Size[2], header.Channels);
        var needed = header.DataOffset + (long)voxels * header.Type.Size();
        if (needed > available || exact && needed < available)
            throw file.Refused($"has {(exact ? "" : "at most ")}{available} bytes", $"its header declares {needed}");
        Skip(file, stream, header.DataOffset - (header.Version == 1 ? NiftiHeaderReader.Length1 : NiftiHeaderReader.Length2));
        var orientation = NiftiOrientation.Of(affine);
        var values = ReadValues(file, stream, header, orientation, voxels);
        file.RefuseMore(stream, $"the {needed} bytes that its header declares");
        var size = orientation.Canonical(header.Size);
        double[] spacing = [.. orientation.FileAxis.Select(axis => NiftiGeometry.ColumnLength(affine, axis))];
        int[] kept = [.. new[] { 2, 1, 0 }.Where(axis => !header.IsFlat || orientation.FileAxis[axis] != 2)];
        return new Picture(values, [header.Channels, .. kept.Select(axis => size[axis])])
        {
            SpacingMm = [.. kept.Select(axis => spacing[axis])],
            Affine = affine,
        };
    }

    private static float[] ReadValues(SourceFile file, Stream stream, NiftiHeader header, NiftiOrientation orientation, int count)
    {
        var values = new float[count];
        var walk = new NiftiWalk(orientation, header.Size);
        var (slope, intercept) = header.Slope == 0 ? (1.0, 0.0) : (header.Slope, header.Intercept);
        NumberReader.Read(file, stream, header.Type, header.BigEndian, count, (_, numbers) =>
        {
            foreach (var number in numbers)
                values[walk.Next()] = file.Finite(number * slope + intercept);
        });
        return values;
    }

    private static void WritePicture(Stream stream, NiftiHeader header, NiftiOrientation orientation, Picture picture)
    {
        stream.Write(NiftiHeaderWriter.Bytes(header));
        var walk = new NiftiWalk(orientation, header.Size);
        var part = new float[8192];
        for (var first = 0; first < picture.Values.Length; first += part.Length)
        {
            var length = Math.Min(part.Length, picture.Values.Length - first);
            for (var i = 0; i < length; i++)
                part[i] = picture.Values[walk.Next()];
            NumberWriter.Write(stream, header.Type, part.AsSpan(0, length));
        }
    }

    private static (NiftiHeader Header, NiftiOrientation Orientation) Placed(string path, int[] shape, string reference)
    {
        var (header, affine) = ReadPlace(reference);
        var orientation = NiftiOrientation.Of(affine);
        var size = orientation.Canonical(header.Size);
        int[] expected = [size[2], size[1], size[0]];
        int[] found = header.IsFlat && shape[1] == 1 ? [.. expected.Where((_, i) => orientation.FileAxis[2 - i] != 2)] : expected;
        if (!found.SequenceEqual(found.Length == 2 ? shape[2..] : shape[1..]))
            throw new RosflException(ExitCode.InvalidData,
                $"'{Path.GetFileName(path)}' cannot be aligned with '{Path.GetFileName(reference)}': the picture is " +
                $"{string.Join(" x ", shape[1..])} and the file {string.Join(" x ", expected)} (z, y, x); resample the picture to the file's grid first.");
        return (header, orientation);
    }

    private static (NiftiHeader Header, double[] Affine) ReadPlace(string path)
    {
        var file = new SourceFile(path);
        return file.Read(stream =>
        {
            using var content = IsCompressed(path) ? new GZipStream(stream, CompressionMode.Decompress) : (Stream)stream;
            var header = NiftiHeaderReader.Read(file, content);
            return (header, NiftiGeometry.Affine(file, header));
        });
    }

    private static void RequireGzip(SourceFile file, FileStream stream)
    {
        Span<byte> magic = stackalloc byte[2];
        file.Fill(stream, magic, "its first 2 bytes");
        if (magic[0] != 0x1f || magic[1] != 0x8b)
            throw file.Refused("does not begin with gzip's magic", "a file named .gz must");
        stream.Position = 0;
    }

    private static void Skip(SourceFile file, Stream stream, long count)
    {
        var buffer = new byte[Math.Min(count, 1 << 16)];
        for (; count > 0; count -= buffer.Length)
            file.Fill(stream, buffer.AsSpan(0, (int)Math.Min(count, buffer.Length)), "its header's extensions");
    }
}
