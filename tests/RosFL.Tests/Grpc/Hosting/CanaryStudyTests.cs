using RosFL.Runs;
using RosFL.Tests.Grpc.Bodies;
using RosFL.Tests.Imaging.Datasets;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>
/// A whole study on images with planted pixels and labels: no pattern in anything that is written to or by either server before encryption, nor in any
/// file of theirs; a site whose link lets pixels or labels through is found out by the same search. Three sites under secure aggregation are what a study
/// over the network is by default.
/// </summary>
public sealed class CanaryStudyTests
{
    private const int Side = 32, Subjects = 6;

    [Theory]
    [InlineData(2, SecureAggregationKind.None)]
    [InlineData(3, SecureAggregationKind.Malicious)]
    public async Task Study_onPlantedImages_tellsNoServerAPixelOrALabel(int sites, SecureAggregationKind secure) => Assert.Empty(await FoundAsync(null, sites, secure));

    [Theory]
    [InlineData(2, SecureAggregationKind.None)]
    [InlineData(3, SecureAggregationKind.Malicious)]
    public async Task Site_thatLetsPixelsThrough_isFoundOut(int sites, SecureAggregationKind secure) =>
        Assert.Equal([$"{HostedStudy.Computation} heard pixels as float32"], await FoundAsync(link => new LeakingLink(link, Canary.Pixels), sites, secure));

    [Fact]
    public async Task Site_thatLetsLabelsThrough_isFoundOut() =>
        Assert.Equal([$"{HostedStudy.Computation} heard labels as float32"], await FoundAsync(link => new LeakingLink(link, [.. Canary.Labels.Select(l => (float)l)]), 2, SecureAggregationKind.None));

    /// <param name="around">Around the first site's link to its body.</param>
    private static async Task<IReadOnlyList<string>> FoundAsync(Func<IBodyLink, IBodyLink>? around, int sites, SecureAggregationKind secure)
    {
        using var study = new HostedStudy(sites, rounds: 2, change: (run, data) => Planted(run, data, sites, secure));
        string[] servers = [HostedStudy.Aggregation, HostedStudy.Computation];
        var said = servers.ToDictionary(server => server, study.Tap);
        var serving = study.ServeAsync(_ => { });
        await foreach (var ended in Task.WhenEach([serving, .. study.Sites.Select((site, i) => study.JoinAsync(site, CancellationToken.None, i == 0 ? around : null))])) await ended;
        await study.EndAsync();

        Assert.All(said.Values, capture => Assert.True(capture.Length > 50_000, $"Only {capture.Length} bytes were captured."));
        Assert.All(servers, server => Assert.Contains(study.FilesOf(server), path => path.EndsWith(".safetensors", StringComparison.Ordinal)));
        // under secure aggregation the sealed states have come over the network and been kept, so they are among what is searched
        var sealedStates = study.FilesOf(HostedStudy.Aggregation).Where(path => path.EndsWith(".sealed", StringComparison.Ordinal)).ToList();
        Assert.Equal(secure != SecureAggregationKind.None, sealedStates.Count > 0);
        Assert.All(sealedStates, path => Assert.True(said[HostedStudy.Aggregation].Contains(File.ReadAllBytes(path)[..64])));
        return
        [
            .. from server in servers
               from form in Canary.FoundBy(said[server].Contains).Select(form => $"heard {form}").Concat(Canary.FoundBy(bytes => Kept(study, server, bytes)).Select(form => $"keeps {form}"))
               select $"{server} {form}",
        ];
    }

    private static bool Kept(HostedStudy study, string server, byte[] pattern) =>
        study.FilesOf(server).Any(path => File.ReadAllBytes(path).AsSpan().IndexOf(pattern) >= 0);

    /// <summary>Whole images, unchanged, with the patterns at the beginning of every row.</summary>
    private static RunOptions Planted(RunOptions run, string data, int sites, SecureAggregationKind secure)
    {
        foreach (var site in Enumerable.Range(1, sites).Select(i => $"hospital-{i}"))
            for (var person = 0; person < Subjects; person++)
            {
                var shift = person * 7;
                MadeData.Write(data, $"{site}/images/p{person}_0.png", Side, Side, i => i % Side < Canary.Length ? Canary.Bytes[i % Side] : (i * 3 + shift) % 251);
                MadeData.Write(data, $"{site}/labels/p{person}_0.png", Side, Side, i => i % Side < Canary.Length ? Canary.Labels[i % Side] : i / Side % 2);
            }
        return run with
        {
            Task = StudyTask.Segmentation,
            Network = run.Network with { OutputChannels = 2 },
            Data = new() { Layout = DataLayout.Folders, Path = data, SubjectPattern = @"^(p\d+)_" },
            Preprocessing = new() { Intensity = IntensityKind.Window, Window = [0, 255] },
            Privacy = new() { SecureAggregation = secure },
            Evaluation = new(),
            Wire = new() { ImageSizes = [[Side, Side]] },
        };
    }
}
