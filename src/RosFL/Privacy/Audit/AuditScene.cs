using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>
/// What one attacker has before it: the trained network of a cut, the images that it learns from and those that it attacks. Each attacker has
/// its own, made on its own torch thread; tensors belong to the caller's dispose scope.
/// </summary>
internal sealed class AuditScene : IDisposable
{
    private const int HeldOutImages = 32, MeanImages = 192;

    public AuditScene(RunOptions run, CutOptions cut, SiteImages own, SiteImages? auxiliary, LocalModel trained)
    {
        (Run, Study) = (run, Of(run, cut));
        Images = new AuditImages(Study, own, auxiliary);
        Crossings = Audit.Crossings.OfPixel(run, own);
        Model = AuditedModel.Of(Study, trained, Crossings);
        Shown = Images.Victims();
        Victims = Images.Load(Shown);
        HeldOut = Images.HeldOut(HeldOutImages);
        Unit = Intensities.Of(HeldOut.Images);
        Truth = Unit.ToUnit(Victims.Images);
    }

    public RunOptions Run { get; }

    public Study Study { get; }

    public AuditImages Images { get; }

    /// <summary>How often a pixel crosses in the whole study.</summary>
    public double Crossings { get; }

    public AuditedModel Model { get; }

    public IReadOnlyList<Shown> Shown { get; }

    /// <summary>The images under attack.</summary>
    public Batch Victims { get; }

    /// <summary>Images that tell when an attacker has learned all it can.</summary>
    public Batch HeldOut { get; }

    public Intensities Unit { get; }

    /// <summary>The victims in 0..1.</summary>
    public Tensor Truth { get; }

    /// <summary>The study of one cut, on the CPU: attackers are small, and share its cores.</summary>
    public static Study Of(RunOptions run, CutOptions cut) => new(run with { Cut = cut, Rounds = 1, Machine = run.Machine with { Device = DeviceKind.Cpu } });

    /// <summary>What anyone could guess: the mean of auxiliary images, (1, C, ...) in 0..1.</summary>
    public Tensor MeanImage()
    {
        using var scope = NewDisposeScope();
        return Unit.ToUnit(Images.Auxiliary(-2, MeanImages).Images).mean([0], keepdim: true).MoveToOuterDisposeScope();
    }

    public void Dispose() => Model.Dispose();
}
