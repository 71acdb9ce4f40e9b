using RosFL.Runs;

namespace RosFL.Tests.Grpc.Hosting.Knowledge;

/// <summary>Two studies over the network, one as it is by default and one without secure aggregation, which the tests share.</summary>
public sealed class OverheardStudies : IAsyncLifetime
{
    internal OverheardStudy Hidden { get; private set; } = null!; // run before each test

    internal OverheardStudy Plain { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Hidden = await OverheardStudy.RunAsync(3, SecureAggregationKind.Malicious);
        Plain = await OverheardStudy.RunAsync(2, SecureAggregationKind.None);
    }

    public ValueTask DisposeAsync()
    {
        Hidden?.Dispose(); // not there where a study failed
        Plain?.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>
/// The threat model's table, held against a study: heads, tails, bodies, predictions and what crosses the cut are looked for in all that each party was told before
/// encryption and in all its files. Each list is whole: what a party may know is found by the same search.
/// </summary>
public sealed class WhoKnowsWhatTests(OverheardStudies studies) : IClassFixture<OverheardStudies>
{
    [Fact]
    public void AggregationServer_underSecureAggregation_knowsNothing() => Assert.Empty(studies.Hidden.FoundAt(HostedStudy.Aggregation));

    [Fact]
    public void AggregationServer_withoutSecureAggregation_knowsHeadsAndTailsAlone() => Assert.Equal(
        ["global head: heard kept", "global tail: heard kept", .. studies.Plain.Sites.SelectMany(site => (string[])[$"{site}'s head: heard", $"{site}'s tail: heard"])],
        studies.Plain.FoundAt(HostedStudy.Aggregation));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ComputationServer_knowsBodiesAndWhatCrossesTheCutAlone(bool isHidden)
    {
        var study = Study(isHidden);
        Assert.Equal(["global body: kept", .. study.Sites.SelectMany(Crossing)], study.FoundAt(HostedStudy.Computation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Site_knowsNothingOfAnotherSite_andNoBody(bool isHidden)
    {
        var study = Study(isHidden);
        Assert.All(study.Sites, site => Assert.Equal(
            [
                $"global head:{(isHidden ? "" : " heard")} kept", $"global tail:{(isHidden ? "" : " heard")} kept",
                $"{site}'s features: heard", $"{site}'s gradient of the smashed values: heard",
            ],
            study.FoundAt(site)));
    }

    /// <summary>The same search, of a site that writes its parts, their integers, its side of the cut and its predictions to both servers.</summary>
    [Fact]
    public async Task Site_thatSendsItsPartsAndItsCut_isFoundOut()
    {
        using var study = await OverheardStudy.RunAsync(3, SecureAggregationKind.Malicious, leaking: "hospital-1");
        string[] leaked = ["hospital-1's head: heard", "hospital-1's integers: heard", "hospital-1's predictions: heard", "hospital-1's tail: heard"];
        Assert.Equal(leaked.Concat(Crossing("hospital-1")).Order(StringComparer.Ordinal), study.FoundAt(HostedStudy.Aggregation));
        Assert.Equal(leaked.Concat(study.Sites.SelectMany(Crossing)).Append("global body: kept").Order(StringComparer.Ordinal), study.FoundAt(HostedStudy.Computation));
    }

    private OverheardStudy Study(bool isHidden) => isHidden ? studies.Hidden : studies.Plain;

    private static string[] Crossing(string site) =>
        [$"{site}'s features: heard", $"{site}'s gradient of the features: heard", $"{site}'s gradient of the smashed values: heard", $"{site}'s smashed values: heard"];
}
