using RosFL.Runs;

namespace RosFL.Networks.Onnx;

/// <summary>
/// Writes a whole network as one ONNX file: input "image" (batch, channels, ...), output "output" of the same spatial size. Batch and
/// spatial axes are open. Field numbers are those of the public onnx.proto (ONNX, Apache-2.0).
/// </summary>
public static class OnnxFile
{
    public const string Input = "image", Output = "output";

    private const int IrVersion = 8, FloatType = 1;
    private static readonly string[] Axes2D = ["height", "width"], Axes3D = ["depth", "height", "width"];

    /// <param name="weights">Parameters and running statistics by state_dict name.</param>
    /// <exception cref="RosflException">The network has a level that cannot be written, or the file would have 2 GiB or more.</exception>
    public static void Write(Stream stream, NetworkDefinition definition, NetworkOptions options, IReadOnlyList<NamedArray> weights)
    {
        var graph = new OnnxGraph(definition.Network.Modules, weights);
        var end = definition.Network.Forward(graph, Input);
        var message = graph.Message;
        message.Message(1, new ProtoMessage().Text(1, end).Text(2, Output).Text(3, Output).Text(4, "Identity"));
        message.Text(2, options.Name).Message(11, Image(Input, options.InputChannels, options.Dimensions)).Message(12, Image(Output, options.OutputChannels, options.Dimensions));
        var model = new ProtoMessage().Number(1, IrVersion).Text(2, "RosFL").Message(7, message).Message(8, new ProtoMessage().Text(1, "").Number(2, OnnxGraph.OperatorSet));
        if (model.Length > int.MaxValue)
            throw new RosflException(ExitCode.InvalidRun, $"Network '{options.Name}' would take {model.Length >> 20} MiB as ONNX, whose files end at 2048: leave it out with --no-onnx.");
        model.WriteTo(stream);
    }

    /// <summary>A ValueInfoProto.</summary>
    private static ProtoMessage Image(string name, int channels, int dimensions)
    {
        var shape = new ProtoMessage().Message(1, new ProtoMessage().Text(2, "batch")).Message(1, new ProtoMessage().Number(1, (long)channels));
        foreach (var axis in dimensions == 2 ? Axes2D : Axes3D) shape.Message(1, new ProtoMessage().Text(2, axis));
        var tensor = new ProtoMessage().Number(1, (long)FloatType).Message(2, shape);
        return new ProtoMessage().Text(1, name).Message(2, new ProtoMessage().Message(1, tensor));
    }
}
