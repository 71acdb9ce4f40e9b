using RosFL.Privacy.SecureAggregation;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>The server streams: longer vectors cost it one vector more, not one a site, and nothing that was written down stays.</summary>
public sealed class ServerMemoryTests
{
    private const int Sites = 12, Short = 1_000, Longer = 200_000;

    [Fact]
    public void Server_withAllInputsIn_growsByOneVectorWhateverTheSites()
    {
        _ = Held(Short); // makes what is made once
        var held = Enumerable.Range(0, 3).Select(_ => (Short: Held(Short), Longer: Held(Short + Longer))).ToList();
        // the least of each: what the process holds besides, such as the end of an earlier test, only adds
        Assert.InRange(held.Min(h => h.Longer) - held.Min(h => h.Short), 0, 2 * 8 * Longer);
    }

    [Fact]
    public void Journal_ofAnUpload_isClosedWhenTheUploadIsWhole()
    {
        using var rig = new SessionRig(4, Adversary.Curious) { BreaksOffAt = site => site == 2 ? 3 : null };
        rig.Post = message =>
        {
            if (message.Kind == MessageKind.Masked) Assert.Equal(rig.Masked.Keys.Contains(2u) && message.From > 2 ? 1 : 0, rig.Journals.Count(j => j.CanWrite));
            return [message];
        };
        rig.Run().AssertSumOrNothing();
        Assert.Equal(4, rig.Journals.Count);
        Assert.DoesNotContain(rig.Journals, j => j.CanWrite);
    }

    /// <summary>What is held, managed, when the server asks for signatures under the survivors; the sites' vectors are gone by then.</summary>
    private static long Held(int length)
    {
        using var rig = new SessionRig(Sites, Adversary.Malicious, terms: t => t with { VectorLength = length }, change: r => r with { VectorLength = length })
        {
            InputOf = _ => new ulong[length],
        };
        long held = 0;
        rig.Post = message =>
        {
            if (message.Kind != MessageKind.Survivors || held > 0) return [message];
            rig.Masked.Clear();
            rig.Journals.Clear();
            held = GC.GetTotalMemory(forceFullCollection: true);
            return [message];
        };
        Assert.Null(rig.Run().Failure);
        return held;
    }
}
