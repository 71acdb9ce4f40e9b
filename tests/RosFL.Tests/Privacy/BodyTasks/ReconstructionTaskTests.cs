using RosFL.Federation;
using RosFL.Privacy;
using RosFL.Privacy.BodyTasks;
using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Tests.Federation;
using RosFL.Tests.Training;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Privacy.BodyTasks;

/// <summary>What the body learns in place of the loss.</summary>
public sealed class ReconstructionTaskTests
{
    private const int SmashedStep = 0, FeaturesGradient = 2;

    /// <summary>From equal weights, whatever the labels are: the same bits leave. The exact gradient shows that the labels were others.</summary>
    [Theory]
    [InlineData(GradientKind.SelfSupervised, true)]
    [InlineData(GradientKind.Exact, false)]
    public void TrainingStep_otherLabels_sendsTheSameGradient(GradientKind kind, bool same)
    {
        var (one, other) = (Crossed(Run(kind), shift: 0), Crossed(Run(kind), shift: 1));
        Assert.Equal(one[SmashedStep], other[SmashedStep]);
        Assert.Equal(same, one[FeaturesGradient].AsSpan().SequenceEqual(other[FeaturesGradient]));
        Assert.Contains(one[FeaturesGradient], value => value != 0);
    }

    /// <summary>The tail learns from its labels all the same.</summary>
    [Fact]
    public async Task Training_underTheTask_isNotThatOfAnyOtherKind()
    {
        var hashes = new List<string>();
        foreach (var kind in Enum.GetValues<GradientKind>()) hashes.Add(await MadeStudy.HashAsync(Run(kind)));
        Assert.Distinct(hashes);
    }

    /// <summary>The decoder goes on from round to round: it has taken every step of the study.</summary>
    [Fact]
    public async Task Training_overRounds_keepsTheDecoderAtTheSite()
    {
        using var made = new MadeStudy(Run(GradientKind.SelfSupervised));
        await made.RunAsync();
        foreach (var site in made.Sites)
        {
            var steps = site.State.BodyTask.First(a => a.Name.EndsWith(".step", StringComparison.Ordinal)).Values[0];
            Assert.Equal(made.Study.Run.Rounds * site.StepsPerRound, steps);
        }
    }

    /// <summary>A small move of the features along the gradient changes the decoder's error as the gradient says.</summary>
    [Fact]
    public void Gradient_isThatOfTheDecodersError()
    {
        using var scope = NewDisposeScope();
        var run = Run(GradientKind.SelfSupervised);
        using var task = new ReconstructionTask(run, new Seeds(1));
        using var decoder = new SiteDecoder(run, () => new Seeds(1).Stream("reconstruction"));
        var images = Images();
        var gradient = task.Gradient(images, images);
        const double far = 0.1;
        var change = decoder.Error(images, images.Plus(gradient.Times(far))) - decoder.Error(images, images.Plus(gradient.Times(-far)));
        Assert.Equal(1, change.item<float>() / (2 * far * gradient.Power(2).sum().item<float>()), 0.02);
    }

    [Fact]
    public void Recall_ofItsMemory_goesOnToTheBit()
    {
        using var scope = NewDisposeScope();
        var run = Run(GradientKind.SelfSupervised);
        using ReconstructionTask whole = new(run, new Seeds(1)), begun = new(run, new Seeds(1)), resumed = new(run, new Seeds(2));
        var images = Images();
        for (var k = 0; k < 3; k++) Assert.Equal(Numbers(Step(whole, images, images)), Numbers(Step(begun, images, images)));
        resumed.Recall(begun.Memory());
        for (var k = 0; k < 3; k++) Assert.Equal(Numbers(Step(whole, images, images)), Numbers(Step(resumed, images, images)));
    }

    /// <summary>Asking for a gradient, as an audit does, trains nothing.</summary>
    [Fact]
    public void Gradient_askedForTwice_isTheSame()
    {
        using var scope = NewDisposeScope();
        using var task = new ReconstructionTask(Run(GradientKind.SelfSupervised), new Seeds(1));
        var images = Images();
        Assert.Equal(Numbers(task.Gradient(images, images)), Numbers(task.Gradient(images, images)));
    }

    [Fact]
    public void NewBodyTask_whereNothingCrosses_isNone() =>
        Assert.Null(new Study(MadeStudy.Run("fedavg") with { Privacy = new() { Gradient = GradientKind.SelfSupervised } }).NewBodyTask());

    private static Tensor Step(ReconstructionTask task, Tensor images, Tensor features)
    {
        var gradient = task.Gradient(images, features);
        task.Step();
        return gradient;
    }

    private static Tensor Images() => new MadeItems("north", 4, 12, 13).Batch([0, 1], 0).Images;

    private static float[] Numbers(Tensor values) => values.contiguous().data<float>().ToArray();

    /// <summary>What crossed in the first step.</summary>
    private static List<float[]> Crossed(RunOptions run, double shift)
    {
        using var scope = NewDisposeScope();
        var study = new Study(run);
        using var site = study.NewSitePart();
        var body = study.NewBody();
        foreach (var part in new[] { site.Head, body.Part, site.Tail }) part.Write(study.InitialOf(part.Name));
        var link = new RecordingLink(new LocalBodyLink(body));
        using var guarded = study.Guarded(link, "north");
        using var task = study.NewBodyTask();
        var batch = new MadeItems("north", 4, 12, 13).Batch([0, 1], 0);
        new TrainingStep(site, guarded, study.NewLoss(), bodyTask: task).Run(batch with { Targets = batch.Targets.Plus(shift) }, new StepTime(0, 0, 1));
        return link.Crossed;
    }

    private static RunOptions Run(GradientKind kind) => MadeStudy.Run("ros-fl") with { Privacy = new() { Gradient = kind } };
}
