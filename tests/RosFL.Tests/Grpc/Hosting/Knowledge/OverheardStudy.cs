using System.Collections.Concurrent;
using RosFL.Federation;
using RosFL.Runs;
using RosFL.Tests.Federation;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Hosting.Knowledge;

/// <summary>
/// A study over the network of which everything is known that somebody must not learn: each site's head and tail after its local training, as floats and
/// as the integers that secure aggregation masks, what crosses each cut, its predictions, the global parts and the bodies. All of it is looked for at every party.
/// </summary>
internal sealed class OverheardStudy : IDisposable
{
    private const int RecordBytes = 16 * 1024;

    private static readonly string[] Crossing = ["smashed values", "features", "gradient of the features", "gradient of the smashed values"];

    private static readonly string[] Trained = ["head", "tail", "integers"];

    private readonly HostedStudy study;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<byte[]>> known = new();
    private readonly ConcurrentDictionary<string, ConcurrentBag<RecordingLink>> links = new();
    private readonly int rounds;
    private readonly string? leaking;

    private OverheardStudy(int sites, SecureAggregationKind secure, int rounds, string? leaking)
    {
        (this.rounds, this.leaking) = (rounds, leaking);
        // tensors lie on the wire as they do in memory, and links keep them contiguously
        study = new(sites, rounds, change: (run, _) => run with { Privacy = new() { SecureAggregation = secure }, Machine = run.Machine with { Layout = MemoryLayout.Contiguous } });
    }

    public IReadOnlyList<string> Sites => study.Sites;

    /// <param name="leaking">A site that sends what it should not to both servers; null where none does.</param>
    public static async Task<OverheardStudy> RunAsync(int sites, SecureAggregationKind secure, int rounds = 2, string? leaking = null)
    {
        var overheard = new OverheardStudy(sites, secure, rounds, leaking);
        await overheard.RunAsync();
        return overheard;
    }

    /// <summary>What of all that is known a party was told, and what of it is in its files when the study is over.</summary>
    public IReadOnlyList<string> FoundAt(string party)
    {
        var (heard, files) = (study.HeardBy(party), study.FilesOf(party).Select(File.ReadAllBytes).ToList());
        return
        [
            .. from one in known.OrderBy(k => k.Key, StringComparer.Ordinal)
               let isHeard = one.Value.Any(piece => heard.Any(h => h.Contains(piece)))
               let isKept = one.Value.Any(piece => files.Exists(file => file.AsSpan().IndexOf(piece) >= 0))
               where isHeard || isKept
               select $"{one.Key}:{(isHeard ? " heard" : "")}{(isKept ? " kept" : "")}",
        ];
    }

    /// <summary>A piece of every site's head, of its tail and of their integers after each local training.</summary>
    public IReadOnlyList<byte[]> TrainedParts =>
        [.. from site in Sites from part in Trained from ofRound in known[$"{site}'s {part}"].Chunk(known[$"{site}'s {part}"].Count / rounds) select ofRound[0]];

    public void Dispose() => study.Dispose();

    private async Task RunAsync()
    {
        study.Tap(HostedStudy.Aggregation);
        study.Tap(HostedStudy.Computation);
        var serving = study.ServeAsync(_ => { });
        await foreach (var ended in Task.WhenEach([serving, .. study.Sites.Select(site => study.JoinAsync(site, CancellationToken.None, link => Watched(site, link), inner => Watched(inner)))])) await ended;
        await study.EndAsync();
        foreach (var (site, opened) in links)
            foreach (var (values, i) in opened.SelectMany(link => link.Crossed.Select((values, i) => (values, i)))) Know($"{site}'s {Crossing[i % Crossing.Length]}", values);
        foreach (var path in study.FilesOf(HostedStudy.Computation).Where(path => path.EndsWith(".safetensors", StringComparison.Ordinal)))
            foreach (var array in Safetensors.Read(path).Where(array => array.Name.StartsWith("global.", StringComparison.Ordinal))) Know("global body", array.Values);
        Xunit.Assert.Equal(Sites.Count * (Crossing.Length + Trained.Length + 1) + 3, known.Count);
    }

    private RecordingLink Watched(string site, IBodyLink link)
    {
        var watched = new RecordingLink(link);
        links.GetOrAdd(site, _ => []).Add(watched);
        return watched;
    }

    private WatchedSite Watched(ISite inner) => new(inner, given => Know("global", given), async trained =>
    {
        Know($"{inner.Name}'s", trained);
        var integers = PartsVector.Encode(trained, inner.Weight, out _);
        Know($"{inner.Name}'s integers", integers);
        await LeakAsync(inner.Name,
            [
                .. trained.Parts.Values.Select(part => part.Arrays.SelectMany(array => array.Values).ToArray()).Concat(links[inner.Name].SelectMany(link => link.Crossed)).Select(Fingerprints.Bytes),
                Fingerprints.Bytes(integers),
            ]);
    }, async predicted =>
    {
        foreach (var prediction in predicted) Know($"{inner.Name}'s predictions", prediction.Values);
        await LeakAsync(inner.Name, predicted.Select(prediction => Fingerprints.Bytes(prediction.Values)));
    });

    private async Task LeakAsync(string site, IEnumerable<byte[]> rows)
    {
        if (site != leaking) return;
        foreach (var row in rows)
            foreach (var server in new[] { HostedStudy.Aggregation, HostedStudy.Computation })
                await study.WriteAsync(site, server, row.AsMemory(0, Math.Min(row.Length, RecordBytes)));
    }

    private void Know(string whose, Model model)
    {
        foreach (var (part, weights) in model.Parts)
            foreach (var array in weights.Arrays) Know($"{whose} {part.Text()}", array.Values);
    }

    private void Know<T>(string what, T[] values) where T : struct
    {
        foreach (var piece in Fingerprints.Of(values)) known.GetOrAdd(what, _ => []).Enqueue(piece);
    }
}
