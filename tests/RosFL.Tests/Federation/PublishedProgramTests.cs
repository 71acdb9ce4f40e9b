using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Imaging.Formats;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;
namespace RosFL.Tests.Federation;

public sealed class PublishedProgramTests(ITestOutputHelper output)
{
    private sealed class Items(string folder) : ITrainingItems
    {
        public int TrainingItems => 3;
        public Batch Batch(IReadOnlyList<int> items, long seed) => new(Load("input", items), Load("label", items), null);
        private Tensor Load(string kind, IReadOnlyList<int> items) => stack(items.Select(i =>
        { var a = MatFile.ReadArray(Path.Combine(folder, "train", kind, $"slice_{i:D3}.mat"), "data"); return tensor(a.Values, [1, a.Shape[0], a.Shape[1]]); }), 0);
    }
    [Theory]
    [InlineData("a_code_b1", "dc-sfl", true)]
    [InlineData("b_off_b1", "splitfed-v1", null)]
    [InlineData("c_paper_b1", "dc-sfl", false)]
    public async Task Run(string name, string algorithm, bool? published)
    {
        var run = new RunOptions
        {
            Rounds = 4, Network = new() { Channels = 8 }, Algorithm = new() { Name = algorithm, Published = published, Weighting = SiteWeighting.Uniform },
            Training = new() { Batch = 1, Sampling = SamplingKind.Cursor, LearningRate = 1e-4, WeightDecay = 1e-8, InitialWeights = Path.Combine(GoldenFiles.Folder, "init_ch8.safetensors") },
            Machine = new() { Layout = MemoryLayout.Contiguous, Threads = 1 },
        };
        var study = new Study(run);
        using var thread = new TorchThread("t", 1);
        var names = Enumerable.Range(1, 4).Select(i => $"geometry_{i}").ToList();
        var bodies = new BodyHost(study, names);
        var steps = new List<StepRecord>();
        var sites = names.Select(n => new Site(n, study, new Items(Path.Combine(GoldenFiles.Folder, "data", n)), null, (s, t) => bodies.Open(s), thread, steps.Add)).ToList();
        var golden = GoldenFiles.Arrays(name + ".rounds.safetensors");
        var losses = GoldenFiles.Json(name + ".json")["steps"]!.AsArray();
        double worst = 0;
        void Check(Model m, string prefix) { foreach (var a in m.Named(prefix)) { if (!golden.TryGetValue(a.Name, out var g)) { output.WriteLine("no " + a.Name); continue; } for (var k = 0; k < a.Values.Length; k++) worst = Math.Max(worst, Math.Abs(a.Values[k] - g.Values[k])); } }
        await new Rounds(study, sites, bodies, c =>
        {
            var r = c.Record.Round;
            var b = bodies.LastMerge!;
            if (r > 0 && name[0] != 'b') { Check(c.Means, $"round{r}.before."); Check(new(new Dictionary<PartName, Weights> { [PartName.Body] = b.Mean }), $"round{r}.before."); }
            Check(c.Next.Global, $"round{r}.after."); Check(new(new Dictionary<PartName, Weights> { [PartName.Body] = b.Weights }), $"round{r}.after.");
            output.WriteLine($"round {r} worst {worst:g3}");
        }, (_, _) => Task.CompletedTask).RunAsync(RoundState.Begin(study), default);
        double loss = 0;
        for (var i = 0; i < steps.Count; i++) loss = Math.Max(loss, Math.Abs(steps[i].Loss / losses[i]!["loss"]!.GetValue<double>() - 1));
        output.WriteLine($"loss rel {loss:g3} steps {steps.Count}");
        Assert.True(worst < 1e-6 && loss < 1e-5, $"{worst:g3} {loss:g3}");
    }
}
