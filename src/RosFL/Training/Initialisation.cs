using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>
/// Torch's default initialisation from a stream of our own: kernels and their biases uniform in +-1/sqrt(fan in) (Kaiming with a =
/// sqrt 5), scales of normalisation 1, shifts 0.
/// </summary>
internal static class Initialisation
{
    public static void Draw(nn.Module module, KeyStream stream)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (_, owner) in module.named_modules().Prepend(("", module)).DistinctBy(m => m.Item2))
        {
            var own = owner.named_parameters(recurse: false).ToList();
            var kernel = own.Where(p => p.parameter.dim() > 1).Select(p => p.parameter).FirstOrDefault();
            foreach (var (name, parameter) in own)
                if (kernel is not null) DrawUniform(parameter, Bound(kernel), stream);
                else parameter.Fill(name == "weight" ? 1 : 0);
        }
    }

    // drawn row-major and then copied, so that the memory layout does not change the numbers
    private static void DrawUniform(Tensor parameter, double bound, KeyStream stream)
    {
        var values = new float[parameter.numel()];
        stream.Fill(values, bound);
        parameter.copy_(tensor(values, parameter.shape));
    }

    private static double Bound(Tensor kernel) => 1 / Math.Sqrt((double)kernel.numel() / kernel.shape[0]);
}
