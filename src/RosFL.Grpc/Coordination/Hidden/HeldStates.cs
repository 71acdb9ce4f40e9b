using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination.Hidden;

/// <summary>
/// The global parts and correction's memory with which rounds begin, in a site's own folder: the aggregation server has none. A file's name holds
/// the parts' hash, so that the state of an attempt that did not count is never taken for the one that did.
/// </summary>
internal sealed class HeldStates
{
    private const string Incoming = "incoming.safetensors";
    private readonly string folder;
    private readonly Study study;

    public HeldStates(string folder, Study study)
    {
        (this.folder, this.study) = (folder, study);
        Directory.CreateDirectory(folder);
        AtomicFile.Sweep(folder);
    }

    /// <summary>On disk when this returns.</summary>
    public void Add(RoundState state) => AtomicFile.Write(PathOf(state.Round, state.Global.Hash()), stream => SimulationState.Write(stream, state));

    /// <summary>Takes what <see cref="Bytes"/> gave at another site.</summary>
    /// <exception cref="RosflException">It is no state of this study.</exception>
    public void Add(int round, byte[] bytes)
    {
        var path = Path.Combine(folder, Incoming);
        AtomicFile.Write(path, stream => stream.Write(bytes));
        BusyFile.Replace(path, PathOf(round, Read(path, round).Global.Hash()));
    }

    public static byte[] Bytes(RoundState state)
    {
        using var stream = new MemoryStream();
        SimulationState.Write(stream, state);
        return stream.ToArray();
    }

    /// <summary>The state with which a round begins.</summary>
    /// <exception cref="StateMissingException">The site does not hold it.</exception>
    public RoundState Of(int round, string partsHash) => File.Exists(PathOf(round, partsHash)) ? Read(PathOf(round, partsHash), round)
        : throw new StateMissingException(round - 1, $"This site does not hold the model with which round {round + 1} begins.");

    /// <summary>After a commit: the states before and after the round stay.</summary>
    public void Keep(CommitRecord record)
    {
        var next = record.Key.Round + 1;
        foreach (var path in Directory.EnumerateFiles(folder, "begin-*.safetensors"))
            if (path != PathOf(next, record.PartsHash) && !Path.GetFileName(path).StartsWith(Prefix(next - 1), StringComparison.Ordinal)) BusyFile.Delete(path);
    }

    private RoundState Read(string path, int round)
    {
        using var file = SafetensorsFile.Open(path);
        return SimulationState.From(new Checkpoint(round - 1, [.. file.ReadAll()], file.Metadata), study, []).Rounds;
    }

    private static string Prefix(int round) => $"begin-{round:D6}-";

    private string PathOf(int round, string partsHash) => Path.Combine(folder, $"{Prefix(round)}{partsHash[..16]}.safetensors");
}
