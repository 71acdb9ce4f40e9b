using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination.Hidden;

/// <summary>Where the aggregation server keeps the states that only sites can read, one for each round that can be gone back to.</summary>
internal sealed class SealedFolder(string folder)
{
    /// <summary>Fetches the state after a round from a site that opened its sum; an earlier attempt's is replaced.</summary>
    public async Task FetchAsync(RemoteSite site, int round, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        await HiddenTransfer.PullAsync(site, from => new HiddenOrder { Round = round, StateFrom = from }, part => bytes.Write(part.Span), cancellation);
        AtomicFile.Write(PathOf(round), stream => stream.Write(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    /// <summary>Gives a site the state after a round.</summary>
    public async Task GiveAsync(RemoteSite site, int round, CancellationToken cancellation)
    {
        if (!File.Exists(PathOf(round)))
            throw new RosflException(ExitCode.CannotResume, $"Site '{site.Name}' lacks the state after round {round + 1}, and so does folder '{folder}': put it back from a backup.");
        await HiddenTransfer.PushAsync(site, round, await File.ReadAllBytesAsync(PathOf(round), cancellation), cancellation);
        await site.ExchangeAsync(new HiddenOrder { Round = round, StateComplete = true }, cancellation);
    }

    /// <summary>After a commit: the states after the last two rounds and the best stay.</summary>
    public void Keep(int last, int? best)
    {
        var kept = new[] { last, last - 1, best ?? last }.Select(PathOf).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(folder, "*.sealed"))
            if (!kept.Contains(path)) File.Delete(path);
    }

    private string PathOf(int round) => Path.Combine(folder, $"round-{round:D6}.sealed");
}
