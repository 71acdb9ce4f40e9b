using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Cli.Display;

/// <summary>A manifest as its parties read it before they sign.</summary>
internal static class ManifestView
{
    public static void Print(ApprovedManifest approved)
    {
        var (manifest, terms) = (approved.Manifest, approved.Manifest.Terms);
        Console.WriteLine($"study {manifest.Study}, revision {terms.Revision}");
        Console.WriteLine($"hash {manifest.Hash}");
        Console.WriteLine($"task {manifest.Run.Task}, network {manifest.Run.Network.Name}, algorithm {manifest.Run.Algorithm.Name}, {manifest.Run.Rounds} rounds");
        Console.WriteLine($"cut at depth {manifest.Run.Cut.Depth}" + (manifest.Run.Cut.NarrowChannels > 0 ? $", narrowed to {manifest.Run.Cut.NarrowChannels} channels, stride {manifest.Run.Cut.NarrowStride}" : ""));
        Console.WriteLine($"quorum: {(terms.Quorum.Sites == 0 ? "all sites" : $"{terms.Quorum.Sites} sites and {terms.Quorum.Weight:P0} of the weights")}");
        Console.WriteLine($"secure aggregation: {Secure(manifest)}");
        Console.WriteLine($"the whole model {(terms.MayAssemble ? "may be assembled after training" : "is never assembled")}");
        Console.WriteLine("options that are not at their defaults:");
        foreach (var option in manifest.ChangedOptions()) Console.WriteLine("  " + option);
        Console.WriteLine("parties:");
        foreach (var entry in terms.Roster)
        {
            var approval = approved.Approvals.FirstOrDefault(known => known.Party == entry.Party);
            Console.WriteLine($"  {entry.Party,-32} key {entry.Key[..16]}  {(entry.Weight > 0 ? $"weight {entry.Weight}  " : "")}{(approval is null ? "not approved" : $"approved {approval.Time:u}")}");
        }
    }

    private static string Secure(Manifest manifest) => manifest.Run.Privacy.SecureAggregation switch
    {
        SecureAggregationKind.None => "none, the aggregation server sees every site's part",
        SecureAggregationKind.Paillier => "Paillier, for comparison: the server together with any one site sees everything",
        _ => Threshold.Of(manifest).Sentence,
    };
}
