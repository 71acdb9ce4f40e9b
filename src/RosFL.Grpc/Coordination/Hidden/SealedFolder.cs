using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination.Hidden;

/// <summary>Where the aggregation server keeps the states that only sites can read, one for each round that can be gone back to.</summary>
internal sealed class SealedFolder(string folder)
{
    public static SealedFolder Of(string runFolder) => new(Path.Combine(runFolder, "sealed"));

    /// <summary>Fetches the state after an attempt at a round from a site that opened its sum; an earlier attempt's is replaced.</summary>
    /// <returns>Its bytes.</returns>
    public async Task<long> FetchAsync(RemoteSite site, RoundKey of, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        await HiddenTransfer.PullAsync(site, of, from => new HiddenOrder { StateFrom = from }, part => bytes.Write(part.Span), cancellation);
        AtomicFile.Write(PathOf(of.Round), stream => stream.Write(bytes.GetBuffer(), 0, (int)bytes.Length));
        return bytes.Length;
    }

    /// <summary>Gives a site the state after a round.</summary>
    public async Task GiveAsync(RemoteSite site, int round, CancellationToken cancellation)
    {
        var after = new RoundKey(site.Study, round, 0);
        await HiddenTransfer.PushAsync(site, after, Read(round), cancellation);
        await site.ExchangeAsync(after, new HiddenOrder { StateComplete = true }, cancellation);
    }

    /// <exception cref="RosflException">It was not kept.</exception>
    public byte[] Read(int round) => File.Exists(PathOf(round)) ? File.ReadAllBytes(PathOf(round))
        : throw new RosflException(ExitCode.CannotResume, $"Folder '{folder}' lacks the state after round {round + 1}: put it back from a backup.");

    /// <summary>After a commit: the states after the last two rounds and the best stay.</summary>
    public void Keep(int last, int? best)
    {
        var kept = new[] { last, last - 1, best ?? last }.Select(PathOf).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(folder, "*.sealed"))
            if (!kept.Contains(path)) BusyFile.Delete(path);
    }

    private string PathOf(int round) => Path.Combine(folder, $"round-{round:D6}.sealed");
}
