using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RosFL.Networks.Onnx;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Networks;

/// <summary>What OnnxRuntime computes from the files that we write, against our own networks in evaluation mode, at sizes of every kind.</summary>
public sealed class OnnxFileTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string, int, int> Networks => new(
        from network in NetworkCatalogTests.All
        from narrow in new[] { 0, 1, 2, 3 }
        select (network.Data.Item1, network.Data.Item2, narrow));

    public static TheoryData<NormalisationKind, ActivationKind, int> Layers => new(
        from normalisation in Enum.GetValues<NormalisationKind>()
        from activation in Enum.GetValues<ActivationKind>()
        from dimensions in new[] { 2, 3 }
        select (normalisation, activation, dimensions));

    /// <param name="stride">Of a narrow cut; 0 for a cut that is not narrow.</param>
    [Theory]
    [MemberData(nameof(Networks))]
    public void OnnxRuntime_ofEveryNetwork_agreesAtOddSizesAndInBatches(string name, int dimensions, int stride) => AssertAgrees(
        new() { Name = name, Channels = 4, Levels = 2, Dimensions = dimensions, InputChannels = name is "unet" or "attention-unet" ? 2 : 1 },
        new() { Depth = stride == 3 ? 2 : 1, NarrowChannels = stride == 0 ? 0 : 3, NarrowStride = Math.Max(1, stride) });

    [Theory]
    [MemberData(nameof(Layers))]
    public void OnnxRuntime_ofEveryNormalisationAndActivation_agrees(NormalisationKind normalisation, ActivationKind activation, int dimensions) => AssertAgrees(
        new() { Name = "unet", Channels = 12, Levels = 2, Dimensions = dimensions, OutputChannels = 3, Normalisation = normalisation, Activation = activation }, new());

    [Fact]
    public void OnnxRuntime_ofATailOfSeveralBlocks_agrees() => AssertAgrees(new() { Name = "unet", Channels = 4, Levels = 2, TailBlocks = 3 }, new());

    [Fact]
    public void Write_ofANetworkWithoutOnnxForm_saysWhatToOverride()
    {
        using var scope = NewDisposeScope();
        var definition = RosFL.Samples.Extend.ShallowNetwork.Define(new() { Channels = 2 }, new());
        var error = Assert.Throws<RosflException>(() => OnnxFile.Write(Stream.Null, definition, new(), []));
        Assert.Equal("Level 'AddedLevel' has no ONNX form: override its Descend and Ascend for OnnxGraph, or leave it out with --no-onnx.", error.Message);
    }

    /// <summary>One file, asked for several sizes and batches.</summary>
    private static void AssertAgrees(NetworkOptions options, CutOptions cut)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var definition = MadeNetwork.Create(options, cut);
        using var whole = new Part(PartName.Body, definition.Network.Modules, CPU);
        var drawn = Drawn(whole);
        whole.Write(drawn);
        whole.Train(false);
        using var file = new MemoryStream();
        OnnxFile.Write(file, definition, options, drawn.Arrays);
        using var session = new InferenceSession(file.ToArray());
        long[][] sizes = options.Dimensions == 2 ? [[25, 31], [24, 22]] : [[5, 7, 6], [8, 9, 11]];
        foreach (var (batch, size) in sizes.Index())
        {
            long[] shape = [batch + 1, options.InputChannels, .. size];
            var image = Noise(shape, batch);
            var ours = definition.Network.Forward(tensor(image, shape));
            AssertClose(ours.contiguous().data<float>().ToArray(), Run(session, image, shape, ours.shape));
        }
    }

    private static float[] Run(InferenceSession session, float[] image, long[] shape, long[] expected)
    {
        var input = new DenseTensor<float>(image, Array.ConvertAll(shape, side => (int)side));
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(OnnxFile.Input, input)], [OnnxFile.Output]);
        var output = results[0].AsTensor<float>();
        Assert.Equal(expected, output.Dimensions.ToArray().Select(side => (long)side));
        return [.. output];
    }

    private static void AssertClose(float[] expected, float[] found)
    {
        var scale = expected.Max(Math.Abs);
        Assert.True(scale > 1e-3);
        Assert.True(expected.Zip(found).Max(pair => Math.Abs(pair.First - pair.Second)) <= Tolerance * scale);
    }

    /// <summary>Weights as initialised, but no scale, shift or running statistic at its neutral value.</summary>
    private static Weights Drawn(Part part)
    {
        part.Draw(new Seeds(3));
        var drawn = part.Read();
        return drawn with { Arrays = [.. drawn.Arrays.Select((a, i) => a.Shape.Length > 1 ? a : a with { Values = Array.ConvertAll(Noise(a.Shape, i), v => a.Name.EndsWith("running_var", StringComparison.Ordinal) ? 0.5f + v * v : a.Values[0] + 0.2f * v) })] };
    }

    private static float[] Noise(long[] shape, int seed)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        using var stream = new Seeds(7).Stream($"noise-{seed}");
        stream.Fill(values, 1);
        return values;
    }
}
