using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;

namespace RosFL.Runs;

/// <summary>
/// A secret of 256 bits and the streams of chance that follow from it. A stream is named by its purpose and its coordinates (round, step,
/// ...), so no draw depends on how many were made before it: a resumed run continues with the bits of the undisturbed one. Nothing that
/// follows leads back to the secret. Who may hold which is <see cref="StudySeeds"/>.
/// </summary>
public sealed class Seeds
{
    /// <summary>Bytes of a secret.</summary>
    public const int Length = 32;

    // what is derived for one use never equals what is derived for another
    private const string SecretUse = "secret", SeedUse = "seed", StreamUse = "stream";
    private readonly byte[] secret;

    /// <param name="secret"><see cref="Length"/> bytes.</param>
    public Seeds(ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, Length);
        this.secret = secret.ToArray();
    }

    /// <summary>The secret of a run's seed: as hard to guess as that number.</summary>
    public Seeds(long run)
    {
        var number = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, run);
        secret = SHA256.HashData(number);
    }

    /// <summary>To be kept or given to somebody who may hold it.</summary>
    public ReadOnlySpan<byte> Secret => secret;

    /// <summary>Another secret, from which this one cannot be found.</summary>
    public Seeds Derive(string label) => new(Hash(SecretUse, label, []));

    /// <summary>The seed of the stream <paramref name="purpose"/> at <paramref name="coordinates"/>, cut to 63 bits.</summary>
    public long For(string purpose, params ReadOnlySpan<long> coordinates) =>
        BinaryPrimitives.ReadInt64LittleEndian(Hash(SeedUse, purpose, coordinates)) & long.MaxValue;

    /// <summary>The same as a stream that cannot be found by trying seeds, for what an onlooker could check his guesses against.</summary>
    public KeyStream Stream(string purpose, params ReadOnlySpan<long> coordinates) => new(Hash(StreamUse, purpose, coordinates));

    /// <summary>A number that stands for a name in the coordinates of a stream.</summary>
    public static long Of(string name) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    /// <summary>A random source for choices made outside tensors, from a seed that <see cref="For"/> gave.</summary>
    public static Random Random(long seed) => new((int)(seed ^ (seed >> 32)));

    /// <summary>A torch generator on the CPU from a seed that <see cref="For"/> gave (of which libtorch uses 32 bits); the caller disposes it.</summary>
    public static torch.Generator Generator(long seed) => new((ulong)seed, torch.CPU);

    private byte[] Hash(string use, string name, ReadOnlySpan<long> coordinates)
    {
        var words = Encoding.UTF8.GetBytes($"{use}\0{name}\0");
        var text = new byte[words.Length + sizeof(long) * coordinates.Length];
        words.CopyTo(text, 0);
        for (var i = 0; i < coordinates.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(text.AsSpan(words.Length + sizeof(long) * i), coordinates[i]);
        return HMACSHA256.HashData(secret, text);
    }
}
