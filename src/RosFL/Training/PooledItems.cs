using RosFL.Imaging;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>
/// The training items of all sites in a row, for centralized training in a simulation. Those of a single site are drawn as the site itself
/// would, so that centralized training equals training at that site.
/// </summary>
public sealed class PooledItems(IReadOnlyList<ITrainingItems> sites) : ITrainingItems
{
    public int Count => sites.Sum(s => s.Count);

    public Batch Batch(IReadOnlyList<int> items, long seed)
    {
        if (sites.Count == 1) return sites[0].Batch(items, seed);
        var parts = items.Select((item, k) => Locate(item).Batch([Local(item)], unchecked(seed + 7919L * k) & long.MaxValue)).ToList();
        return parts.Count == 1 ? parts[0] : new Batch(
            cat([.. parts.Select(p => p.Images)], 0),
            cat([.. parts.Select(p => p.Targets)], 0),
            parts.All(p => p.Mask is null) ? null : cat([.. parts.Select(p => p.Mask ?? ones_like(p.Images.narrow(1, 0, 1)))], 0));
    }

    private ITrainingItems Locate(int item) => sites[Find(item).Site];

    private int Local(int item) => Find(item).Item;

    private (int Site, int Item) Find(int item)
    {
        var site = 0;
        for (; item >= sites[site].Count; site++) item -= sites[site].Count;
        return (site, item);
    }
}
