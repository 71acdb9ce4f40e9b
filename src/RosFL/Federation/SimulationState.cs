using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>A whole simulation between two rounds, to and from the flat list of arrays that a checkpoint holds.</summary>
public sealed record SimulationState(RoundState Rounds, BodyHostState? Bodies, IReadOnlyDictionary<string, SiteState> Sites)
{
    private const string HashKey = "last-hash";

    public Checkpoint ToCheckpoint() => new(Rounds.Round - 1,
    [
        .. Rounds.Global.Named("global."),
        .. Rounds.Memories.SelectMany(m => Under($"memory.{m.Key.Text()}.", m.Value)),
        .. Under("travelling.", Rounds.Travelling ?? []),
        .. Bodies is null ? [] : Under("bodies.global.", Bodies.Body.Arrays),
        .. Bodies is null ? [] : Under("bodies.memory.", Bodies.Memory),
        .. Bodies?.Optimizers.SelectMany(o => Under($"bodies.optimizer/{o.Key}/", o.Value)) ?? [],
        .. Sites.SelectMany(s => Under($"site.optimizer/{s.Key}/", s.Value.Optimizers)),
        .. Sites.SelectMany(s => s.Value.Own?.Named($"site.own/{s.Key}/") ?? []),
    ], new Dictionary<string, string> { [HashKey] = Rounds.LastHash });

    public static SimulationState From(Checkpoint checkpoint, Study study, IReadOnlyList<string> sites)
    {
        var arrays = checkpoint.Arrays;
        var travelling = Inside("travelling.", arrays);
        var rounds = new RoundState(checkpoint.Round + 1, ReadModel("global.", arrays, study)!,
            study.SiteParts.ToDictionary(p => p, p => Inside($"memory.{p.Text()}.", arrays)),
            study.Algorithm.Order == SiteOrder.Relay ? travelling : null, checkpoint.Metadata[HashKey]);
        return new(rounds, study.HasBodyHost ? ReadBodies(arrays, study, sites) : null,
            sites.ToDictionary(s => s, s => new SiteState(Inside($"site.optimizer/{s}/", arrays), ReadModel($"site.own/{s}/", arrays, study))));
    }

    private static BodyHostState ReadBodies(IReadOnlyList<NamedArray> arrays, Study study, IReadOnlyList<string> sites) => new(
        new Weights(Inside("bodies.global.", arrays), study.BlankOf(PartName.Body).Trained),
        Inside("bodies.memory.", arrays),
        sites.Append("shared").Select(s => KeyValuePair.Create(s, Inside($"bodies.optimizer/{s}/", arrays))).Where(o => o.Value.Count > 0).ToDictionary());

    private static Model? ReadModel(string prefix, IReadOnlyList<NamedArray> arrays, Study study)
    {
        var inside = Inside(prefix, arrays);
        if (inside.Count == 0) return null;
        return new(study.SiteParts.ToDictionary(p => p, p =>
        {
            var part = SiteState.Inside(inside, p);
            return new Weights(part, Math.Min(part.Count, study.BlankOf(p).Trained));
        }));
    }

    private static IEnumerable<NamedArray> Under(string prefix, IEnumerable<NamedArray> arrays) => arrays.Select(a => a with { Name = prefix + a.Name });

    private static IReadOnlyList<NamedArray> Inside(string prefix, IEnumerable<NamedArray> arrays) =>
        [.. arrays.Where(a => a.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(a => a with { Name = a.Name[prefix.Length..] })];
}
