using RosFL.Privacy.SecureAggregation;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What a merge takes on the wire in a round, without frames and TLS.</summary>
/// <param name="Up">Bytes that each site sends.</param>
/// <param name="Down">Bytes that each site receives.</param>
/// <param name="Given">Bytes of the model that each site is given to score it; 0 where it holds that.</param>
/// <param name="Sealed">Bytes that one of the sites sends beside: the new state, which the aggregation server keeps and cannot read; 0 where that has the parts themselves.</param>
/// <param name="Trips">There and back between a site and the aggregation server, one after the other, training's order and the commit among them.</param>
public sealed record MergeTraffic(long Up, long Down, long Given, long Sealed, int Trips)
{
    /// <summary>What secure aggregation sends at once of something longer; the next part waits for the answer.</summary>
    public const int PartBytes = 512 * 1024;

    // the order to train and the commit; a session's phases, the opening of the sum the last
    private const int PlainTrips = 2, SessionTrips = (int)ServerPhase.Opened + 1;

    // the first round that the correction leaves a memory of
    private const int CorrectedRound = 1;

    public static MergeTraffic Of(Study study, int sites)
    {
        // all arrays are merged, running statistics too
        var numbers = study.SiteParts.Sum(part => study.BlankOf(part).Arrays.Sum(array => array.Values.LongLength));
        var merged = RoundMerges.BytesPerValue(study.Run) * numbers;
        if (!study.HidesParts) return new(merged, merged, sizeof(float) * numbers, 0, PlainTrips);
        var session = SessionBytes.Of(sites);
        var state = SealedState.LengthOf(LengthOfState(study), sites);
        return new(merged + session.Up, merged + session.Down, 0, state, PlainTrips + SessionTrips + 2 * Parts(merged) + Parts(state));
    }

    private static int Parts(long bytes) => (int)((bytes + PartBytes - 1) / PartBytes);

    private static long LengthOfState(Study study)
    {
        var parts = study.SiteParts.ToDictionary(p => p, study.BlankOf);
        IReadOnlyList<Runs.NamedArray> MemoryOf(PartName part) => study.Algorithm.Correction?.Apply(part, parts[part], parts[part], CorrectedRound, []).Memory ?? [];
        using var stream = new MemoryStream();
        SimulationState.Write(stream, new(CorrectedRound + 1, new(parts), parts.Keys.ToDictionary(p => p, MemoryOf), null, null));
        return stream.Length;
    }
}
