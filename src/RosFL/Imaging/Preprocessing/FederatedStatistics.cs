using System.Text.Json;
using System.Text.Json.Serialization;
using RosFL.Runs;

namespace RosFL.Imaging.Preprocessing;

/// <summary>
/// What one site tells about its foreground pixels (label above 0) for the CT scheme of nnU-Net: a count, two sums and a histogram for each
/// channel. No image and no single pixel can be read from it when a site has many images.
/// </summary>
/// <param name="Histogram">Pixels in bins of 1 HU from <see cref="FederatedStatistics.LowestHu"/>; the end bins hold all beyond them.</param>
public sealed record ForegroundSums(long Count, double Sum, double SumOfSquares, long[] Histogram)
{
    /// <summary>Whether the histogram counts what the sums are of; another party may have written anything.</summary>
    [JsonIgnore]
    public bool IsWhole => Histogram.Length == FederatedStatistics.Bins && Array.TrueForAll(Histogram, n => n >= 0 && n <= Count) && Histogram.Sum() == Count && double.IsFinite(Sum) && double.IsFinite(SumOfSquares);

    public static ForegroundSums Empty => new(0, 0, 0, new long[FederatedStatistics.Bins]);
}

/// <summary>The merged statistics of all sites: the intensity map that every site then uses.</summary>
public sealed record ForegroundStatistics(IntensityMap Map)
{
    /// <summary>What a run holds of an earlier agreement; null where it holds none.</summary>
    public static ForegroundStatistics? Of(RunOptions run) => run.Preprocessing is not { Intensity: IntensityKind.CtForeground, ForegroundMap: { Length: > 0 } channels } ? null
        : new(new IntensityMap([.. channels.Select(c => new ChannelMap(c.Low, c.High, c.Mean, c.Deviation))]));

    /// <summary>The same as options of a run.</summary>
    public ForegroundChannel[] ToOptions() => [.. Map.Channels.Select(c => new ForegroundChannel { Low = c.Low, High = c.High, Mean = c.Shift, Deviation = c.Width })];

    /// <summary>As a run folder keeps it, for predictions after the study.</summary>
    public string ToJson() => JsonSerializer.Serialize(Map.Channels, JsonSerializerOptions.Web);

    /// <exception cref="RosflException">The file is missing or no such list.</exception>
    public static ForegroundStatistics Read(string path)
    {
        try
        {
            if (JsonSerializer.Deserialize<ChannelMap[]>(File.ReadAllBytes(path), JsonSerializerOptions.Web) is { Length: > 0 } channels && channels.All(c => c.Width > 0))
                return new(new IntensityMap(channels));
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            throw Unreadable(path, error);
        }
        throw Unreadable(path, null);
    }

    private static RosflException Unreadable(string path, Exception? error) => new(ExitCode.InvalidFile,
        $"File '{path}' does not hold the foreground statistics that the run gathered: let 'rosfl simulate --resume' write it again.", error);
}

/// <summary>Statistics of images over all sites, gathered as sums: each site makes its own, a pure function merges them.</summary>
public static class FederatedStatistics
{
    internal const int LowestHu = -1024, Bins = 4096;

    private const double LowPercentile = 0.5, HighPercentile = 99.5;

    /// <summary>Adds one image's foreground to a site's sums, one entry a channel.</summary>
    /// <param name="sums">The sums so far; empty before the first image.</param>
    public static IReadOnlyList<ForegroundSums> Add(IReadOnlyList<ForegroundSums> sums, Picture input, Picture labels)
    {
        if (sums.Count != 0 && sums.Count != input.Channels)
            throw new RosflException(ExitCode.InvalidData, $"An image has {input.Channels} channels where those before have {sums.Count}: all images of a study need as many channels.");
        return [.. Enumerable.Range(0, input.Channels).Select(c => Add(
            sums.Count == 0 ? ForegroundSums.Empty : sums[c], input.Values.AsSpan(c * input.ChannelLength, input.ChannelLength), labels.Values))];
    }

    /// <summary>
    /// Merges the sites' sums, in site order, to the map of nnU-Net (Isensee et al. 2021): clip to the 0.5 and 99.5 percentiles of the foreground, then subtract its mean
    /// and divide by its deviation. Percentiles are exact to 1 HU.
    /// </summary>
    public static ForegroundStatistics Merge(IEnumerable<IReadOnlyList<ForegroundSums>> sites)
    {
        var all = sites.Where(s => s.Count > 0).ToArray();
        if (all.Length == 0 || all.Any(s => s.Count != all[0].Count))
            throw new RosflException(ExitCode.InvalidData, "The sites' foreground statistics are empty or differ in channels: intensity ctForeground needs labelled training images with as many channels everywhere.");
        return new(new IntensityMap([.. Enumerable.Range(0, all[0].Count).Select(c => Map(all.Select(s => s[c]).Aggregate(Plus)))]));
    }

    private static ForegroundSums Add(ForegroundSums sums, ReadOnlySpan<float> values, float[] labels)
    {
        var (count, sum, squares, histogram) = (sums.Count, sums.Sum, sums.SumOfSquares, (long[])sums.Histogram.Clone());
        for (var i = 0; i < values.Length; i++)
        {
            if (labels[i] <= 0)
                continue;
            count++;
            sum += values[i];
            squares += (double)values[i] * values[i];
            histogram[(int)Math.Clamp(Math.Floor((double)values[i]) - LowestHu, 0, Bins - 1)]++;
        }
        return new(count, sum, squares, histogram);
    }

    private static ForegroundSums Plus(ForegroundSums a, ForegroundSums b) =>
        new(a.Count + b.Count, a.Sum + b.Sum, a.SumOfSquares + b.SumOfSquares, [.. a.Histogram.Zip(b.Histogram, (x, y) => x + y)]);

    private static ChannelMap Map(ForegroundSums sums)
    {
        if (sums.Count == 0)
            throw new RosflException(ExitCode.InvalidData, "No training image of any site has a label above 0: intensity ctForeground has nothing to measure; choose another preprocessing.intensity.");
        var mean = sums.Sum / sums.Count;
        var deviation = Math.Sqrt(Math.Max(0, sums.SumOfSquares / sums.Count - mean * mean));
        return ChannelMap.Standard(mean, deviation) with { Low = Percentile(sums, LowPercentile), High = Percentile(sums, HighPercentile) };
    }

    private static double Percentile(ForegroundSums sums, double percentile)
    {
        var rank = percentile / 100 * sums.Count;
        var below = 0L;
        for (var bin = 0; bin < Bins; bin++)
        {
            var inBin = sums.Histogram[bin];
            if (inBin > 0 && below + inBin >= rank)
                return LowestHu + bin + (rank - below) / inBin;
            below += inBin;
        }
        return LowestHu + Bins;
    }
}
