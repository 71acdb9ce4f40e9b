using RosFL.Privacy.Paillier;
using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>The merge that DC-SFL proposes, in one process: sites encrypt under their common key, the server adds ciphertexts, a site decrypts the sum.</summary>
public sealed class PaillierMerge : IRoundMerge
{
    private readonly Study study;
    private readonly PaillierKey key = PaillierKey.Create();

    public PaillierMerge(Study study, Action<int, string>? notice = null)
    {
        this.study = study;
        notice?.Invoke(0, $"Paillier, {PaillierKey.Bits} bits, by {ModularPower.Engine}: the aggregation server together with any one site, which all hold the key, could read every site's weights; secure aggregation 'malicious' withstands that.");
    }

    public Task<MergedRound> MergeAsync(RoundState state, RoundKey round, IReadOnlyList<TrainedSite> trained, CancellationToken cancellation)
    {
        var like = trained[0].Update.Parts;
        var vectors = trained.Select(t => PartsVector.Encode(t.Update.Parts, t.Survivor.Weight, out _)).ToList();
        var isSmall = trained.All(t => t.Survivor.Weight == 1) && like.Parts.Values.All(p => p.Trained == p.Arrays.Count);
        var packing = new SlotPacking(PaillierKey.Bits, isSmall ? 1 : 2);
        var sum = new PaillierSum(key.Public);
        foreach (var vector in vectors)
        {
            cancellation.ThrowIfCancellationRequested();
            sum.Add([.. packing.Pack(vector).AsParallel().AsOrdered().Select(message => key.Public.Encrypt(message))]);
        }
        var opened = packing.Unpack([.. sum.Ciphertexts.AsParallel().AsOrdered().Select(key.Decrypt)], sum.Count, PartsVector.LengthOf(like));
        var mean = PartsVector.Mean(opened, like);
        return Task.FromResult(new MergedRound(trained, study.SiteParts.ToDictionary(p => p, p => PartMerge.Of(study, p, mean[p], state))));
    }
}
