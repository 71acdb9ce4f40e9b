using System.Runtime.InteropServices;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>Patterns of pixels and labels that are planted in images, and all the forms in which a careless sender might write them.</summary>
internal static class Canary
{
    public const int Length = 12;

    /// <summary>As files hold them.</summary>
    public static readonly byte[] Bytes = [31, 47, 63, 78, 94, 110, 126, 141, 157, 173, 188, 204];

    public static readonly byte[] Labels = [1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1];

    /// <summary>As the network takes them: 0..1.</summary>
    public static readonly float[] Pixels = [.. Bytes.Select(b => b / 255f)];

    /// <summary>Names of the forms that are found.</summary>
    public static IReadOnlyList<string> FoundBy(Func<byte[], bool> contains) => [.. Forms().Where(f => contains(f.Bytes)).Select(f => f.Name)];

    private static IEnumerable<(string Name, byte[] Bytes)> Forms()
    {
        float[] units = [.. Bytes.Select(b => (float)b)], labels = [.. Labels.Select(l => (float)l)];
        yield return ("pixels as bytes", Bytes);
        yield return ("pixels as float32", Of(Pixels[..4]));
        yield return ("pixels as float64", Of<double>([.. Pixels.Take(4).Select(p => (double)p)]));
        yield return ("pixels as float16", Of<Half>([.. Pixels.Take(6).Select(p => (Half)p)]));
        yield return ("pixels as bfloat16", Of<ushort>([.. Pixels.Take(6).Select(BrainFloat)]));
        yield return ("pixels as float32 in the file's units", Of(units[..4]));
        yield return ("pixels as int32", Of<int>([.. Bytes.Take(6).Select(b => (int)b)]));
        yield return ("labels as bytes", Labels);
        yield return ("labels as float32", Of(labels));
        yield return ("labels as bfloat16", Of<ushort>([.. labels.Select(BrainFloat)]));
        yield return ("labels as float16", Of<Half>([.. labels.Select(l => (Half)l)]));
        yield return ("labels as int64", Of<long>([.. Labels.Select(l => (long)l)]));
        yield return ("labels as int32", Of<int>([.. Labels.Select(l => (int)l)]));
    }

    /// <summary>The upper half of a float, rounded to nearest, ties to even.</summary>
    private static ushort BrainFloat(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    private static byte[] Of<T>(T[] values) where T : struct => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}

/// <summary>Overwrites the beginning of the smashed values with what must stay at the site.</summary>
internal sealed class LeakingLink(IBodyLink inner, float[] secret) : IBodyLink
{
    public Tensor Forward(Tensor smashed, StepTime time)
    {
        var leaking = smashed.clone().contiguous();
        leaking.view(-1)[..secret.Length] = tensor(secret);
        return inner.Forward(leaking, time);
    }

    public Tensor Backward(Tensor featuresGradient, StepTime time) => inner.Backward(featuresGradient, time);

    public Tensor Infer(Tensor smashed) => inner.Infer(smashed);

    public void Dispose() => inner.Dispose();
}
