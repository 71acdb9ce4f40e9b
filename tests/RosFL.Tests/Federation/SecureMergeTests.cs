using RosFL.Federation;
using RosFL.Networks;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Federation;

/// <summary>Whole studies whose merge the aggregation server cannot read: the bits of the plain fixed-point merge.</summary>
public sealed class SecureMergeTests
{
    private static RunNames Names => new()
    {
        Algorithms = Algorithms.Names.ToDictionary(n => n, Algorithms.OptionsOf),
        Networks = NetworkCatalog.Names.ToDictionary(n => n, NetworkCatalog.OptionsOf),
    };

    [Theory]
    [InlineData("splitfed-v1", SecureAggregationKind.Malicious)]
    [InlineData("ros-fl", SecureAggregationKind.Malicious)]
    [InlineData("fedavg", SecureAggregationKind.Malicious)]
    [InlineData("fedavg", SecureAggregationKind.Curious)]
    [InlineData("scaffold", SecureAggregationKind.Curious)]
    [InlineData("splitfed-v2", SecureAggregationKind.Curious)]
    [InlineData("dc-sfl", SecureAggregationKind.Malicious)]
    [InlineData("dc-sfl", SecureAggregationKind.Paillier)]
    public async Task Study_withHiddenMerge_equalsFixed24ToTheBit(string algorithm, SecureAggregationKind kind)
    {
        var run = MadeStudy.Run(algorithm);
        using var plain = new MadeStudy(run with { Algorithm = run.Algorithm with { Merge = MergeArithmetic.Fixed24 } });
        using var hidden = new MadeStudy(run with { Privacy = new() { SecureAggregation = kind } });
        Assert.Equal((await plain.RunAsync()).Hash(), (await hidden.RunAsync()).Hash());
        Assert.Equal(plain.Committed.Select(c => c.Record.Hash), hidden.Committed.Select(c => c.Record.Hash));
    }

    [Fact]
    public async Task Study_unweightedUnderPaillier_packsOneSlotAndEqualsFixed24()
    {
        var run = MadeStudy.Run("dc-sfl") with { Rounds = 1, Network = MadeStudy.Run("dc-sfl").Network with { Normalisation = NormalisationKind.Group } };
        run = run with { Algorithm = run.Algorithm with { Weighting = SiteWeighting.Uniform } };
        Assert.Equal(await MadeStudy.HashAsync(run with { Algorithm = run.Algorithm with { Merge = MergeArithmetic.Fixed24 } }),
            await MadeStudy.HashAsync(run with { Privacy = new() { SecureAggregation = SecureAggregationKind.Paillier } }));
    }

    [Fact]
    public async Task Study_underSecureAggregation_saysHowManyMayDrop()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg") with { Rounds = 1, Privacy = new() { SecureAggregation = SecureAggregationKind.Malicious } });
        await study.RunAsync();
        Assert.Equal("3 sites, malicious-server threshold: none may drop out.", study.Notices[0]);
    }

    [Fact]
    public void PartsVector_ofValuesBeyondTheBound_countsThem()
    {
        var model = new Model(new Dictionary<PartName, Weights> { [PartName.Head] = MadeWeights.Of(65, -70, 1).WithStatistics(70, 1025) });
        var vector = PartsVector.Encode(model, 3, out var clipped);
        Assert.Equal((3L, 6), (clipped, vector.Length));
        var mean = PartsVector.Mean(vector, model)[PartName.Head];
        Assert.Equal([64, -64, 1], mean.Values());
        Assert.Equal([70, 1024], mean.Values("running_mean"));
    }

    /// <summary>Whoever asks for Paillier is told before the first round what it does not withstand.</summary>
    [Fact]
    public async Task Study_underPaillier_saysThatServerAndKeyHolderSeeEverything()
    {
        using var study = new MadeStudy(MadeStudy.Run("dc-sfl") with { Rounds = 1, Privacy = new() { SecureAggregation = SecureAggregationKind.Paillier } });
        await study.RunAsync();
        Assert.StartsWith("Paillier, 2048 bits, by ", study.Notices[0], StringComparison.Ordinal);
        Assert.Contains("the aggregation server together with any one site, which all hold the key, could read every site's weights", study.Notices[0], StringComparison.Ordinal);
    }

    /// <summary>As many sites as there may be, all of the largest weight and at the bounds: the largest sums keep their sign, and give the mean to the bit.</summary>
    [Fact]
    public void Sum_ofTheMostSitesAtTheirBounds_doesNotOverflow()
    {
        var model = new Model(new Dictionary<PartName, Weights> { [PartName.Head] = MadeWeights.Of(64, -64, 256).WithStatistics(1024, -1024, 4096) });
        var sum = new ulong[PartsVector.LengthOf(model)];
        for (var site = 0; site < FixedPoint.MostSites; site++) Ring.Add(sum, PartsVector.Encode(model, FixedPoint.LargestWeight, out _));
        Assert.Equal(256, FixedPoint.MostSites);
        Assert.Equal([1L << 58, -(1L << 58), 1L << 58, 1L << FixedPoint.SumBits, -(1L << FixedPoint.SumBits), 1L << FixedPoint.SumBits, 256 << 20], sum.Select(x => (long)x));
        var mean = PartsVector.Mean(sum, model)[PartName.Head];
        Assert.Equal([64, -64, 64], mean.Values());
        Assert.Equal([1024, -1024, 1024], mean.Values("running_mean"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData((1 << 20) + 1)]
    public void PartsVector_ofAWeightOutsideItsRange_isRefused(long weight) => Assert.Contains("1 to 1048576",
        Assert.Throws<RosflException>(() => PartsVector.Encode(new(new Dictionary<PartName, Weights> { [PartName.Head] = MadeWeights.Of(1) }), weight, out _)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("local", "malicious", "", "takes no mean over sites")]
    [InlineData("fedavg", "malicious", "\"merge\": \"float\",", "sums integers")]
    [InlineData("fedavg", "curious", "\"merge\": \"fixed24\",", null)]
    [InlineData("dc-sfl", "paillier", "", null)]
    public void RunFile_withSecureAggregation_isChecked(string algorithm, string kind, string merge, string? fault)
    {
        var json = $$"""{ "name": "x", "algorithm": { {{merge}} "name": "{{algorithm}}" }, "privacy": { "secureAggregation": "{{kind}}" } }""";
        if (fault is null) RunFile.Parse(json, "x.json", names: Names);
        else Assert.Contains(fault, Assert.Throws<RosflException>(() => RunFile.Parse(json, "x.json", names: Names)).Message, StringComparison.Ordinal);
    }

    /// <summary>A hospital's own run file lists its own site alone, so the file is not where sites are counted.</summary>
    [Fact]
    public void Study_ofTwoSites_isRefused() => Assert.Contains("it needs 3 to 256, whose sums fit 62 bits", Assert.Throws<RosflException>(() => RoundMerges.InOneProcess(
        new Study(MadeStudy.Run("fedavg") with { Privacy = new() { SecureAggregation = SecureAggregationKind.Curious } }), ["north", "south"])).Message, StringComparison.Ordinal);

    /// <summary>What the manifest of a networked study says of a run file that says nothing.</summary>
    [Theory]
    [InlineData("fedavg", 3, SecureAggregationKind.Malicious, "")]
    [InlineData("ros-fl", 200, SecureAggregationKind.Malicious, "")]
    [InlineData("fedavg", 2, SecureAggregationKind.None, "needs 3 sites and there are 2")]
    [InlineData("split", 5, SecureAggregationKind.None, "takes no mean")]
    public void NetworkedRun_hidesPartsByDefault_whereASumCan(string algorithm, int sites, SecureAggregationKind kind, string whyOff)
    {
        var left = NetworkedRun.Of(RunFile.Parse($$"""{ "name": "x", "algorithm": { "name": "{{algorithm}}" } }""", "x.json"), sites, Names);
        Assert.Equal(kind, left.Run.Options.Privacy.SecureAggregation);
        Assert.True(whyOff.Length == 0 ? left.WhyOff.Length == 0 : left.WhyOff.Contains(whyOff, StringComparison.Ordinal), left.WhyOff);
        var off = NetworkedRun.Of(RunFile.Parse($$"""{ "name": "x", "algorithm": { "name": "{{algorithm}}" }, "privacy": { "secureAggregation": "none" } }""", "x.json"), sites, Names);
        Assert.Equal((SecureAggregationKind.None, ""), (off.Run.Options.Privacy.SecureAggregation, off.WhyOff));
    }

    [Theory]
    [InlineData("")]
    [InlineData("privacy.secureAggregation=malicious")]
    [InlineData("privacy.secureAggregation=malicious", "algorithm.merge=fixed24")]
    [InlineData("algorithm.merge=fixed24")]
    public void NetworkedRun_isOneRun_howeverMuchOfTheDefaultIsSpelledOut(params string[] settings)
    {
        var plain = RunFile.Parse("""{ "name": "x", "algorithm": { "name": "ros-fl" } }""", "x.json");
        var spelled = plain.With([.. settings.Where(s => s.Length > 0)], Names);
        Assert.Equal(NetworkedRun.Of(plain, 3, Names).Run.EffectiveJson(), NetworkedRun.Of(spelled, 3, Names).Run.EffectiveJson());
    }
}
