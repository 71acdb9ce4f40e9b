using RosFL.Imaging;
using RosFL.Networks.Layers;
using RosFL.Runs;
using RosFL.Training;
using RosFL.Training.Losses;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>Attackers A1, A2 and A3: a decoder, and what its training came to.</summary>
internal sealed class DecoderAttack(Decoder decoder, Lesson lesson, Fitted fitted) : IDisposable
{
    public Fitted Fitted => fitted;

    /// <summary>Trains a decoder; shapes are read off the held-out images.</summary>
    public static DecoderAttack Fit(Lesson lesson, AuditScene scene, int outputs, string purpose, Action<int> progress, CancellationToken cancellation)
    {
        var (run, heldOut) = (scene.Run, scene.HeldOut);
        lesson = lesson.Standardised(heldOut);
        long[] wanted = [1, outputs, .. heldOut.Images.shape.Skip(2)];
        var layers = LayerOptions.Of(run.Network with { Normalisation = NormalisationKind.Group, Activation = ActivationKind.LeakyRelu }, run.Machine);
        var decoder = new Decoder(layers, lesson.ShapeOf(heldOut), wanted, run.Audit.DecoderChannels);
        using (var stream = new Seeds(run.Seed).Stream(purpose)) Initialisation.Draw(decoder, stream);
        return new(decoder, lesson, Fitting.ToPlateau(decoder, lesson, scene.Images, heldOut, run.Audit, progress, cancellation));
    }

    /// <summary>The same decoder, shown something else.</summary>
    public DecoderAttack Seeing(Func<Batch, Tensor> see, Batch sample) => new(decoder, (lesson with { See = see }).Standardised(sample), fitted);

    /// <summary>What the decoder makes of what it sees of a batch.</summary>
    public Tensor Decode(Batch batch)
    {
        using var scope = NewDisposeScope();
        var seen = lesson.See(batch);
        using var noGrad = no_grad();
        return decoder.call(seen).MoveToOuterDisposeScope();
    }

    public void Dispose() => decoder.Dispose();

    /// <summary>Absolute error and SSIM of images in 0..1: what the audit's scores are made of.</summary>
    public static readonly Loss ImageLoss = new WeightedSum(new PixelLoss(squared: false), 0.5, new SsimLoss());
}
