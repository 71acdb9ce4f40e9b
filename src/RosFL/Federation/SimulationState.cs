using System.Text.Json;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// A whole simulation between two rounds, to and from the flat list of arrays that a checkpoint holds. The aggregation server of a real
/// network stores the same without bodies and sites.
/// </summary>
public sealed record SimulationState(RoundState Rounds, BodyHostState? Bodies, IReadOnlyDictionary<string, SiteState> Sites)
{
    private const string RecordKey = "last-record";

    public Checkpoint ToCheckpoint() => new(Rounds.Round - 1,
    [
        .. Rounds.Global.Named("global."),
        .. Rounds.Memories.SelectMany(m => ArrayNames.Under($"memory.{m.Key.Text()}.", m.Value)),
        .. ArrayNames.Under("travelling.", Rounds.Travelling ?? []),
        .. Bodies is null ? [] : ArrayNames.Under("bodies.", Bodies.ToArrays()),
        .. Sites.SelectMany(s => ArrayNames.Under($"site/{s.Key}/", s.Value.ToArrays())),
    ], new Dictionary<string, string> { [RecordKey] = JsonSerializer.Serialize(Rounds.Last) });

    /// <summary>The rounds' state alone, as sites hold it where the aggregation server must not.</summary>
    public static void Write(Stream stream, RoundState rounds)
    {
        var checkpoint = new SimulationState(rounds, null, new Dictionary<string, SiteState>()).ToCheckpoint();
        Safetensors.Write(stream, checkpoint.Arrays, checkpoint.Metadata);
    }

    public static SimulationState From(Checkpoint checkpoint, Study study, IReadOnlyList<string> sites)
    {
        var arrays = checkpoint.Arrays;
        var travelling = ArrayNames.Inside("travelling.", arrays);
        var rounds = new RoundState(checkpoint.Round + 1, SiteState.ReadModel(ArrayNames.Inside("global.", arrays), study) ?? Model.Empty,
            study.SiteParts.ToDictionary(p => p, p => ArrayNames.Inside($"memory.{p.Text()}.", arrays)),
            study.Algorithm.Order == SiteOrder.Relay ? travelling : null, JsonSerializer.Deserialize<CommitRecord>(checkpoint.Metadata[RecordKey]));
        var bodies = ArrayNames.Inside("bodies.", arrays);
        return new(rounds, bodies.Count == 0 ? null : BodyHostState.From(bodies, study),
            sites.ToDictionary(s => s, s => SiteState.From(ArrayNames.Inside($"site/{s}/", arrays), study)));
    }
}
