using RosFL.Networks.Onnx;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Networks.Layers;

/// <summary>Additive attention (Oktay et al. 2018): the skip times a map in 0..1 that the skip and the gating signal decide together.</summary>
public sealed class AttentionGate : nn.Module
{
    private readonly Convolution skipSide, gateSide, map;

    public AttentionGate(LayerOptions options, int channels) : base(nameof(AttentionGate))
    {
        var inner = Math.Max(1, channels / 2);
        skipSide = new Convolution(options, channels, inner, 1, hasBias: false);
        gateSide = new Convolution(options, channels, inner, 1);
        map = new Convolution(options, inner, 1, 1);
        RegisterComponents();
    }

    /// <summary>Both tensors are (B, channels, ...) of one size.</summary>
    public Tensor Gate(Tensor skip, Tensor gating) =>
        skip * sigmoid(map.call(nn.functional.relu(skipSide.call(skip).Plus(gateSide.call(gating)))));

    /// <summary>The same as nodes.</summary>
    public string Gate(OnnxGraph onnx, string skip, string gating) =>
        onnx.Product(skip, onnx.Node("Sigmoid", [map.Write(onnx, onnx.Relu(onnx.Sum(skipSide.Write(onnx, skip), gateSide.Write(onnx, gating))))]));
}
