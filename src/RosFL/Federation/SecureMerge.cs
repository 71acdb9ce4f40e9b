using System.Security.Cryptography;
using System.Text;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// Secure aggregation in one process: sites and server run the protocol, every site opens the sum and takes mean and correction itself, and
/// all must come to the same weights.
/// </summary>
public sealed class SecureMerge : IRoundMerge, IDisposable
{
    private readonly Study study;
    private readonly Threshold threshold;
    private readonly Action<int, string>? notice;
    private readonly Identity server;
    private readonly Dictionary<string, Identity> identities;
    private readonly SignedRounds signed = SignedRounds.Open(":memory:");

    /// <param name="notice">Round and sentence of what a user should know.</param>
    /// <exception cref="RosflException">There are fewer than three sites.</exception>
    public SecureMerge(Study study, IReadOnlyList<string> sites, Adversary adversary, Action<int, string>? notice = null)
    {
        (this.study, this.notice) = (study, notice);
        threshold = new Threshold(sites.Count, adversary).Check();
        notice?.Invoke(0, threshold.Sentence);
        server = Identity.SelfSigned("aggregation server", TimeProvider.System);
        identities = sites.ToDictionary(s => s, s => Identity.SelfSigned(s, TimeProvider.System));
    }

    public Task<MergedRound> MergeAsync(RoundState state, RoundKey key, IReadOnlyList<TrainedSite> trained, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var like = trained[0].Update.Parts;
        IReadOnlyList<Identity> parties = [.. trained.Select(t => identities[t.Survivor.Site])];
        var roster = RosterOf(state, key, parties, PartsVector.LengthOf(like));
        var session = new LocalSession(server, parties, signed, TimeProvider.System);
        var merged = session.Run(roster, TermsOf(roster),
            site => Encoded(key.Round, trained[site]), (_, opened) => PartsOf(state, PartsVector.Mean(opened.Sum, like)));
        if (merged.Select(Hash).Distinct().Count() > 1) throw new RoundLostException("The sites opened one sum and came to different weights: their programs differ.");
        return Task.FromResult(new MergedRound([.. trained.Select((t, i) => t.With(session.Meter.Of(roster.IdOf(parties[i].Certificate))))], merged[0]));
    }

    public void Dispose()
    {
        server.Dispose();
        foreach (var identity in identities.Values) identity.Dispose();
        signed.Dispose();
    }

    private ulong[] Encoded(int round, TrainedSite site)
    {
        var vector = PartsVector.Encode(site.Update.Parts, site.Survivor.Weight, out var clipped);
        if (clipped > 0) notice?.Invoke(round, $"{clipped} of {vector.Length - 1} values of site '{site.Survivor.Site}' were beyond the bound of fixed point and were clipped.");
        return vector;
    }

    private Dictionary<PartName, MergedPart> PartsOf(RoundState state, Model mean) => study.SiteParts.ToDictionary(p => p, p => PartMerge.Of(study, p, mean[p], state));

    private static string Hash(Dictionary<PartName, MergedPart> parts) => new Model(parts.ToDictionary(p => p.Key, p => p.Value.Weights)).Hash();

    private Roster RosterOf(RoundState state, RoundKey key, IReadOnlyList<Identity> parties, int length) => new()
    {
        Study = key.Study,
        ManifestHash = SHA256.HashData(Encoding.UTF8.GetBytes(RunJson.Node(study.Run).ToJsonString())),
        Round = key.Round,
        GlobalHash = Convert.FromHexString(state.Global.Hash()),
        Nonce = RandomNumberGenerator.GetBytes(32),
        Threshold = threshold.Among(parties.Count),
        VectorLength = length,
        PhaseTime = TimeSpan.FromHours(1),
        ServerCertificate = server.Certificate,
        Sites = Roster.Numbered(parties.Select(p => p.Certificate)),
    };

    private SessionTerms TermsOf(Roster roster) => new()
    {
        Study = roster.Study,
        ManifestHash = roster.ManifestHash,
        Round = roster.Round,
        GlobalHash = roster.GlobalHash,
        Threshold = threshold,
        VectorLength = roster.VectorLength,
        Approved = identities.Values.Select(i => i.KeyHash).ToHashSet(),
        Server = server.KeyHash,
    };
}
