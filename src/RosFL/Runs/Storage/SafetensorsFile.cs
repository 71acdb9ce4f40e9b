using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RosFL.Runs;

/// <summary>
/// A safetensors file open for reading; values are read tensor by tensor. NaN and infinity are read as they are. Whatever is wrong with
/// the file comes as a <see cref="RosflException"/> with <see cref="ExitCode.InvalidFile"/>.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle handle;
    private readonly string path;
    private readonly long dataStart;
    private readonly Dictionary<string, TensorEntry> byName;

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        (this.path, this.handle) = (path, handle);
        var length = RandomAccess.GetLength(handle);
        if (length < 8)
            throw new FormatException($"it has {length} bytes, too few for a header");
        var prefix = Bytes(0, 8);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength is < 2 or > SafetensorsHeader.MaxLength || (long)headerLength > length - 8)
            throw new FormatException($"its header claims {headerLength} bytes in a file of {length}");
        dataStart = 8 + (long)headerLength;
        var header = SafetensorsHeader.Parse(Bytes(8, (int)headerLength), length - dataStart);
        (Entries, Metadata) = (header.Entries, header.Metadata);
        byName = Entries.ToDictionary(entry => entry.Name);
    }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path);
            return new(path, handle);
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            throw error is FormatException
                ? Invalid(path, error.Message, error)
                : new RosflException(ExitCode.InvalidFile, $"File '{path}' cannot be read: give the path of a readable safetensors file.", error);
        }
    }

    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>A tensor of any numeric type as float32 (8-bit floats excepted), rounded where float32 is narrower.</summary>
    public NamedArray ReadFloats(string name)
    {
        var entry = Find(name);
        var bytes = ReadBytes(entry);
        var values = entry.Type switch
        {
            "F32" => Convert<uint>(bytes, BitConverter.UInt32BitsToSingle),
            "F64" => Convert<ulong>(bytes, bits => (float)BitConverter.UInt64BitsToDouble(bits)),
            "F16" => Convert<ushort>(bytes, bits => (float)BitConverter.UInt16BitsToHalf(bits)),
            "BF16" => Convert<ushort>(bytes, bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)),
            "I64" => Convert<long>(bytes, value => value),
            "U64" => Convert<ulong>(bytes, value => value),
            "I32" => Convert<int>(bytes, value => value),
            "U32" => Convert<uint>(bytes, value => value),
            "I16" => Convert<short>(bytes, value => value),
            "U16" => Convert<ushort>(bytes, value => value),
            "I8" => Convert<sbyte>(bytes, value => value),
            "U8" or "BOOL" => Convert<byte>(bytes, value => value),
            _ => throw Invalid(path, $"its tensor '{name}' is {entry.Type}, which is not read as numbers"),
        };
        return new(name, entry.Shape, values);
    }

    /// <summary>An I64 tensor.</summary>
    public long[] ReadLongs(string name) => Find(name) is { Type: "I64" } entry
        ? MemoryMarshal.Cast<byte, long>(ReadBytes(entry)).ToArray()
        : throw Invalid(path, $"its tensor '{name}' is {Find(name).Type} and not I64");

    /// <summary>All tensors as float32, in the order of their data.</summary>
    public IEnumerable<NamedArray> ReadAll() => Entries.Select(entry => ReadFloats(entry.Name));

    /// <summary>Copies a tensor's raw bytes without holding it in memory.</summary>
    public void CopyTo(TensorEntry entry, Stream target)
    {
        var buffer = new byte[(int)Math.Min(1 << 20, entry.End - entry.Begin)];
        for (var at = entry.Begin; at < entry.End; at += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.End - at));
            Fill(dataStart + at, part);
            target.Write(part);
        }
    }

    public void Dispose() => handle.Dispose();

    private static RosflException Invalid(string path, string fault, Exception? cause = null) =>
        new(ExitCode.InvalidFile, $"File '{path}' is no sound safetensors file: {fault}; restore it or make it again.", cause);

    private TensorEntry Find(string name) => byName.TryGetValue(name, out var entry)
        ? entry
        : throw new RosflException(ExitCode.InvalidFile, $"File '{path}' has no tensor '{name}'; {NearestName.Suggest(name, [.. byName.Keys.Take(20)])}");

    private byte[] ReadBytes(TensorEntry entry) => entry.End - entry.Begin <= Array.MaxLength
        ? Bytes(dataStart + entry.Begin, (int)(entry.End - entry.Begin))
        : throw Invalid(path, $"its tensor '{entry.Name}' has {entry.End - entry.Begin} bytes, more than can be read at once");

    private byte[] Bytes(long offset, int count)
    {
        var bytes = new byte[count];
        Fill(offset, bytes);
        return bytes;
    }

    private void Fill(long offset, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(handle, target, offset);
            if (read == 0)
                throw Invalid(path, "it became shorter while it was read");
            target = target[read..];
            offset += read;
        }
    }

    private static float[] Convert<T>(byte[] bytes, Func<T, float> convert) where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("safetensors are read on little-endian machines only.");
        var source = MemoryMarshal.Cast<byte, T>(bytes);
        var values = new float[source.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = convert(source[i]);
        return values;
    }
}
