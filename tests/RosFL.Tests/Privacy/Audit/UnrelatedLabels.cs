using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>Images of noise with labels of other noise in blocks of 4x4, an image a person: nothing of an image tells its labels, and whoever knows them has seen them.</summary>
internal sealed class UnrelatedLabels(int persons, int size) : IDataset
{
    public string Site => "unrelated";

    public IReadOnlyList<Case> Cases { get; } = [.. Enumerable.Range(0, persons).Select(person => new Case($"{person}", $"{person}"))];

    public Example Load(Case @case)
    {
        var random = Seeds.Random(new Seeds(7).For(@case.Name));
        var blocks = Enumerable.Range(0, size * size / 16).Select(_ => random.Next(3) == 0 ? 1f : 0f).ToArray();
        var image = Enumerable.Range(0, size * size).Select(_ => random.NextSingle()).ToArray();
        var labels = Enumerable.Range(0, size * size).Select(i => blocks[i / size / 4 * (size / 4) + i % size / 4]).ToArray();
        return new(new Picture(image, 1, size, size), new Picture(labels, 1, size, size));
    }
}
