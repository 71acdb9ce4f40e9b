using RosFL.Federation;
using RosFL.Training;

namespace RosFL.Tests.Federation;

/// <summary>Under FedBN a site's normalisation layers are its own (Li et al. 2021).</summary>
public sealed class FedBnTests
{
    [Fact]
    public async Task FedBn_afterARound_keepsExactlyTheNormalisationThatTheSiteTrained()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedbn"));
        var site = study.Sites[0];
        var update = await site.TrainAsync(new RoundStart(study.Key(0), study.Study.InitialOf(PartNames.All)), CancellationToken.None);
        await site.CommitAsync(study.Record(0, site), CancellationToken.None);
        var own = site.State.Own!;
        Assert.All(own.Named(), array => Assert.Contains(".norm", array.Name, StringComparison.Ordinal));
        Assert.Contains(own.Named(), array => array.Name == "body.bottom.norm1.running_mean");
        var trained = update.Parts.Named().Where(a => a.Name.Contains(".norm", StringComparison.Ordinal)).ToList();
        Assert.Equal(trained.Select(a => a.Name), own.Named().Select(a => a.Name));
        Assert.Equal(trained.SelectMany(a => a.Values), own.Named().SelectMany(a => a.Values));
    }

    [Theory]
    [InlineData("fedbn", true)]
    [InlineData("fedavg", false)]
    public async Task FedBn_whateverTheOthersNormalisation_trainsOnTheSitesOwn(string algorithm, bool same)
    {
        using var study = new MadeStudy(MadeStudy.Run(algorithm));
        var site = study.Sites[0];
        await site.TrainAsync(new RoundStart(study.Key(0), study.Study.InitialOf(PartNames.All)), CancellationToken.None);
        await site.CommitAsync(study.Record(0, site), CancellationToken.None);
        var one = await site.TrainAsync(new RoundStart(study.Key(1), study.Study.InitialOf(PartNames.All)), CancellationToken.None);
        var other = await site.TrainAsync(new RoundStart(study.Key(1), Scrambled(study.Study.InitialOf(PartNames.All))), CancellationToken.None);
        Assert.Equal(same, one.Parts.Hash() == other.Parts.Hash());
    }

    /// <summary>What another site might have made of the global normalisation layers.</summary>
    private static Model Scrambled(Model model) => new(model.Parts.ToDictionary(p => p.Key, p => p.Value with
    {
        Arrays = [.. p.Value.Arrays.Select(a => !a.Name.Contains(".norm", StringComparison.Ordinal) ? a
            : a with { Values = Array.ConvertAll(a.Values, v => 2 * v + 1) })],
    }));
}
