using RosFL.Runs;

namespace RosFL.Tests.Runs;

/// <summary>Streams of chance follow from a secret, a purpose and coordinates, and from nothing else.</summary>
public sealed class SeedsTests
{
    [Fact]
    public void For_sameSecretPurposeAndCoordinates_isTheSame() =>
        Assert.Equal(new Seeds(1).For("order", 2, 3), new Seeds(new Seeds(1).Secret).For("order", 2, 3));

    [Fact]
    public void For_anythingElse_differs()
    {
        var seeds = new Seeds(1);
        long[] all =
        [
            seeds.For("order", 2, 3), seeds.For("order", 3, 2), seeds.For("order", 2), seeds.For("order"), seeds.For("orde"), seeds.For("batch", 2, 3),
            new Seeds(2).For("order", 2, 3), seeds.Derive("order").For("order", 2, 3),
        ];
        Assert.Distinct(all);
        Assert.All(all, seed => Assert.True(seed >= 0));
    }

    /// <summary>Two streams that agree in what libtorch's generator keeps of a seed would here be one.</summary>
    [Fact]
    public void Generator_ofSeedsThatDifferAbove32Bits_isTheSame_soWeightsComeFromAKeyStream()
    {
        using var low = Seeds.Generator(5);
        using var high = Seeds.Generator(5 + (1L << 40));
        using var scope = TorchSharp.torch.NewDisposeScope();
        Assert.Equal(TorchSharp.torch.rand(4, generator: low).data<float>().ToArray(), TorchSharp.torch.rand(4, generator: high).data<float>().ToArray());
    }

    [Fact]
    public void Stream_filledInPieces_neverRepeatsAndIsUniform()
    {
        using var stream = new Seeds(3).Stream("init/conv");
        var values = new float[40_000];
        stream.Fill(values.AsSpan(0, 20_000), 2);
        stream.Fill(values.AsSpan(20_000), 2);
        Assert.True(values.Distinct().Count() > 39_900);
        Assert.InRange(values.Average(), -0.03, 0.03);
        Assert.InRange(values.Average(v => v * v), 4.0 / 3 - 0.03, 4.0 / 3 + 0.03);
        Assert.All(values, v => Assert.InRange(v, -2, 2));
    }

    [Fact]
    public void Secrets_ofAStudy_areOneEachAndLeadToNoOther()
    {
        var all = StudySeeds.OfRun(1);
        Seeds[] secrets = [new(1), all.Bodies, all.Sites, all.Simulation, all.Site("north"), all.Site("east"), StudySeeds.OfRun(2).Bodies];
        Assert.Distinct(secrets.Select(s => Convert.ToHexString(s.Secret)));
    }

    [Fact]
    public void StudySeeds_ofOneSite_knowNoOtherSite()
    {
        var all = StudySeeds.OfRun(1);
        var north = StudySeeds.OfSite(all.Bodies, all.Sites, "north", all.Site("north"));
        Assert.Equal(all.Site("north").For("order", 0), north.Site("north").For("order", 0));
        Assert.Throws<InvalidOperationException>(() => north.Site("east"));
        Assert.Throws<InvalidOperationException>(() => north.Simulation);
        Assert.Throws<InvalidOperationException>(() => StudySeeds.OfComputationServer(all.Bodies).Site("north"));
        Assert.Throws<InvalidOperationException>(() => StudySeeds.OfNobody.Bodies);
    }
}
