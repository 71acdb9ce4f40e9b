using System.Runtime.InteropServices;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Networks.Onnx;

/// <summary>
/// A network as nodes of ONNX, operator set 17, while its levels write themselves down. A value is its name; batch and spatial axes stay
/// open, so nothing here depends on a size.
/// </summary>
public sealed class OnnxGraph
{
    internal const int OperatorSet = 17;
    private const int FloatType = 1, Int64Type = 7;

    private readonly Dictionary<IntPtr, string> names;
    private readonly IReadOnlyDictionary<string, NamedArray> weights;
    private readonly HashSet<string> used = [];
    private int values;

    /// <param name="modules">All modules of the network, whose tensors give the names.</param>
    /// <param name="weights">The numbers, by state_dict name.</param>
    internal OnnxGraph(IEnumerable<NamedModule> modules, IReadOnlyList<NamedArray> weights)
    {
        this.weights = weights.ToDictionary(w => w.Name);
        names = [];
        foreach (var (name, module) in modules)
        {
            foreach (var (inner, parameter) in module.named_parameters()) names[parameter.Handle] = $"{name}.{inner}";
            foreach (var (inner, buffer) in module.named_buffers()) names[buffer.Handle] = $"{name}.{inner}";
        }
    }

    /// <summary>A GraphProto without its inputs and outputs.</summary>
    internal ProtoMessage Message { get; } = new();

    /// <summary>One node with one output.</summary>
    public string Node(string operation, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var output = $"{operation.ToLowerInvariant()}_{++values}";
        var node = new ProtoMessage();
        foreach (var input in inputs) node.Text(1, input);
        node.Text(2, output).Text(3, output).Text(4, operation);
        foreach (var (name, value) in attributes) node.Message(5, Attribute(name, value));
        Message.Message(1, node);
        return output;
    }

    /// <summary>A parameter or running statistic of the network, under its state_dict name.</summary>
    public string Weights(Tensor own)
    {
        var name = names[own.Handle];
        if (used.Add(name)) Initializer(name, FloatType, weights[name].Shape, MemoryMarshal.AsBytes<float>(weights[name].Values));
        return name;
    }

    /// <summary>A vector of whole numbers.</summary>
    public string Numbers(params long[] numbers)
    {
        var name = $"numbers_{++values}";
        Initializer(name, Int64Type, [numbers.Length], MemoryMarshal.AsBytes<long>(numbers));
        return name;
    }

    /// <summary>One float32, without axis.</summary>
    public string Number(float number) => Floats([], [number]);

    /// <summary>A vector of one float32 again and again.</summary>
    public string Vector(int length, float number) => Floats([length], [.. Enumerable.Repeat(number, length)]);

    public string Relu(string x) => Node("Relu", [x]);

    public string Sum(string a, string b) => Node("Add", [a, b]);

    public string Product(string a, string b) => Node("Mul", [a, b]);

    /// <summary>Channels of both, one behind the other.</summary>
    public string Join(string a, string b) => Node("Concat", [a, b], ("axis", 1L));

    /// <summary>Channels <paramref name="begin"/> to before <paramref name="end"/>.</summary>
    public string Channels(string x, long begin, long end) => Node("Slice", [x, Numbers(begin), Numbers(end), Numbers(1L)]);

    /// <summary>Spatial size, a vector.</summary>
    public string Size(string x) => Node("Shape", [x], ("start", 2L));

    /// <summary>The first pixels along every axis, as many as <paramref name="like"/> has.</summary>
    public string Cropped(string x, string like, int dimensions) =>
        Node("Slice", [x, Numbers(new long[dimensions]), Size(like), Numbers([.. Enumerable.Range(2, dimensions).Select(axis => (long)axis)])]);

    private string Floats(long[] shape, float[] numbers)
    {
        var name = $"numbers_{++values}";
        Initializer(name, FloatType, shape, MemoryMarshal.AsBytes<float>(numbers));
        return name;
    }

    private void Initializer(string name, int type, long[] shape, ReadOnlySpan<byte> raw)
    {
        var tensor = new ProtoMessage();
        foreach (var side in shape) tensor.Number(1, side);
        Message.Message(5, tensor.Number(2, type).Text(8, name).Bytes(9, raw.ToArray()));
    }

    private static ProtoMessage Attribute(string name, object value)
    {
        var attribute = new ProtoMessage().Text(1, name);
        switch (value)
        {
            case float number: return attribute.Number(2, number).Number(20, 1);
            case long number: return attribute.Number(3, number).Number(20, 2);
            default:
                foreach (var number in (long[])value) attribute.Number(8, number);
                return attribute.Number(20, 7);
        }
    }
}
