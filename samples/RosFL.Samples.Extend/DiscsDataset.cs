using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Samples.Extend;

/// <summary>A data set of our own: bright discs as targets, the same with noise as inputs, all from a seed. One disc is one person.</summary>
public sealed class DiscsDataset(string site, int count, int size, Seeds seeds) : IDataset
{
    public string Site => site;

    public IReadOnlyList<Case> Cases { get; } = [.. Enumerable.Range(0, count).Select(i => new Case($"disc-{i}", $"{site}-{i}"))];

    public Example Load(Case @case)
    {
        var chance = Seeds.Random(seeds.For("disc", Seeds.Of(@case.Subject)));
        var (row, column, radius) = (chance.Next(size), chance.Next(size), size / 8 + chance.Next(size / 4));
        var disc = new float[size * size];
        for (var i = 0; i < disc.Length; i++)
        {
            var (y, x) = (i / size - row, i % size - column);
            disc[i] = y * y + x * x < radius * radius ? 1 : 0;
        }
        var noisy = Array.ConvertAll(disc, value => value + 0.2f * (float)(chance.NextDouble() - 0.5));
        return new Example(new Picture(noisy, 1, size, size), new Picture(disc, 1, size, size));
    }
}
