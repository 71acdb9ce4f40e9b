using System.Diagnostics;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>
/// Measures, inside one site and on its own images, what can be read back from what would leave it at a cut. One cut from top to bottom: train the
/// network, let the attackers at what crosses, compare with what anyone could guess.
/// </summary>
/// <param name="crew">Attackers work side by side on its threads; their number changes no result.</param>
/// <param name="progress">Told each stage in words, one at a time.</param>
public sealed class LeakageAudit(RunOptions run, SiteImages own, SiteImages? auxiliary, TorchCrew crew, Action<string> progress)
{
    public const int FewestPersons = 30, ImageAttackers = 3, MaskSources = 3;
    internal const string LinearName = "A0 linear", DecoderName = "A1 decoder", HeadlessName = "A2 decoder without the head";
    private const int StepsBetweenNotices = 500;

    private readonly Lock telling = new();

    /// <summary>All measurements of one cut, with the pictures for the site's own eyes.</summary>
    public async Task<(CutAudit Result, IReadOnlyList<AuditPicture> Pictures)> AuditAsync(CutOptions cut, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        Say(cut, "training the network");
        var trained = await SideBySide(stop, Train(cut, hasBody: true, stop.Token), Train(cut, hasBody: false, stop.Token));

        // every attacker starts from the weights and shares nothing with the others
        Func<T> Before<T>(string stage, Func<AuditScene, Action<int>, T> attack) => () =>
        {
            Say(cut, stage);
            using var scope = NewDisposeScope();
            using var scene = new AuditScene(run, cut, own, auxiliary, trained[0]);
            return attack(scene, StepsOf(cut, stage));
        };
        Func<AttackedImages>[] onImages =
        [
            .. Tried(AuditAttack.Decoder, Before(DecoderName, (scene, steps) => ImageAttacks.WithHead(scene, steps, stop.Token))),
            .. Tried(AuditAttack.Headless, Before(HeadlessName, (scene, steps) => ImageAttacks.WithoutHead(scene, steps, stop.Token))),
            Before(LinearName, (scene, _) => ImageAttacks.Linear(scene)),
        ];
        var onMasks = run.Task != StudyTask.Segmentation ? [] : MaskAttack.All.SelectMany(attack => Tried(attack,
            Before($"A3 mask from {MaskAttack.SourceOf(attack)}", (scene, steps) => MaskAttack.Steal(scene, attack, steps, stop.Token))));
        var (images, masks, known) = (SideBySide(stop, onImages), SideBySide(stop, [.. onMasks]),
            SideBySide(stop, Before("what anyone could guess", (scene, _) => (CutMeasures.Of(scene, cut, trained[1]), AuditPicture.First(scene.Truth)))));
        await Task.WhenAll(images, masks, known);

        var (measured, truth) = known.Result[0];
        AttackedImages[] attacks = [.. images.Result.OrderBy(a => a.Result.Attacker, StringComparer.Ordinal)];
        return (measured with { Reconstructions = [.. attacks.Select(a => a.Result)], StolenMasks = [.. masks.Result.Reverse()], Seconds = clock.Elapsed.TotalSeconds },
            AuditPicture.Of(truth, attacks));
    }

    private T[] Tried<T>(AuditAttack attack, T work) => run.Audit.Tries(attack) ? [work] : [];

    private Func<LocalModel> Train(CutOptions cut, bool hasBody, CancellationToken cancellation) => () =>
    {
        using var scope = NewDisposeScope();
        var study = AuditScene.Of(run, cut);
        return LocalTraining.Train(study, new AuditImages(study, own, auxiliary), run.Audit.TrainingSteps, hasBody, cancellation);
    };

    /// <summary>Results in the order of the work; where one piece fails the others stop.</summary>
    private async Task<T[]> SideBySide<T>(CancellationTokenSource stop, params Func<T>[] work) => await Task.WhenAll(work.Select(piece => crew.RunAsync(() =>
    {
        try
        {
            stop.Token.ThrowIfCancellationRequested();
            return piece();
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    })));

    private void Say(CutOptions cut, string stage)
    {
        lock (telling) progress($"Cut {CutName.Of(cut)}: {stage}");
    }

    private Action<int> StepsOf(CutOptions cut, string stage) => steps =>
    {
        if (steps % StepsBetweenNotices == 0) Say(cut, $"{stage}, {steps} steps");
    };
}
