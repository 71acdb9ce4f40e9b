using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>One attacker alone before the trained network of a run's cut, on one torch thread.</summary>
internal static class OnScene
{
    /// <param name="steps">For which the network is trained first.</param>
    public static async Task<T> RunAsync<T>(RunOptions run, SiteImages own, int steps, Func<AuditScene, T> attack)
    {
        using var thread = new TorchThread("audit", 1);
        return await thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            var study = AuditScene.Of(run, run.Cut);
            using var scene = new AuditScene(run, run.Cut, own, null, LocalTraining.Train(study, new AuditImages(study, own, null), steps, hasBody: true, default));
            return attack(scene);
        });
    }
}
