using RosFL.Imaging.Preprocessing;
using RosFL.Runs;
using RosFL.Tests.Imaging.Datasets;
using RosFL.Tests.Imaging.Formats;

namespace RosFL.Tests.Imaging.Preprocessing;

/// <summary>What a site tells the party that writes the manifest tells how often a value occurs, and nothing of where.</summary>
public sealed class SiteStatisticsTests : IDisposable
{
    private const int Side = 12, Subjects = 4;

    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>The file is the same to the byte when the pixels of each image change places with their labels; when a value changes it is another.</summary>
    [Fact]
    public void Statistics_areTheSame_whereverPixelsLie()
    {
        var told = Told("as-they-are", i => i, value => value);
        Assert.Equal(told, Told("shuffled", i => i * 7 % (Side * Side), value => value));
        Assert.NotEqual(told, Told("brighter", i => i, value => value + 1));
    }

    private string Told(string data, Func<int, int> place, Func<int, int> value)
    {
        var root = folder.File(data);
        for (var person = 0; person < Subjects; person++)
        {
            var shift = 10 * person;
            MadeData.Write(root, $"north/images/p{person}_0.png", Side, Side, i => value(place(i) + shift));
            MadeData.Write(root, $"north/labels/p{person}_0.png", Side, Side, i => place(i) % 3 == 0 ? 1 : 0);
        }
        var run = MadeData.SegmentationRun(root) with { Preprocessing = new() { Intensity = IntensityKind.CtForeground }, Training = new() { FederatedClassWeights = true } };
        return StrictJson.Text(SiteStatistics.Of(run, "north", StudySeeds.OfRun(run.Seed)));
    }
}
