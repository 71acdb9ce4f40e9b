using RosFL.Federation;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Samples.Extend;

/// <summary>An algorithm of our own: SplitFed V1 with centred gradients (Yong et al. 2020), at the sites and at their bodies alike.</summary>
public static class CentredGradients
{
    public static Algorithm Make() => new("centred-splitfed") { Hook = () => new CentringHook() };

    private sealed class CentringHook : StepHook
    {
        /// <summary>Each output channel's kernel gradient loses its mean; biases stay as they are.</summary>
        public override void BeforeStep(Part part)
        {
            using var scope = NewDisposeScope();
            foreach (var (_, parameter) in part.Parameters)
                if (parameter.grad is { } gradient && gradient.dim() > 1)
                    gradient.sub_(gradient.mean([.. Enumerable.Range(1, (int)gradient.dim() - 1).Select(d => (long)d)], keepdim: true));
        }
    }
}
