using System.Globalization;
using RosFL.Federation;
using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Cli.Display;

/// <summary>The lines that both the live and the plain view print.</summary>
internal sealed class Lines(RunOptions run)
{
    private readonly string metric = Metrics.Primary(run.Task);

    public string Title =>
        $"{run.Name}: {run.Algorithm.Name}, {run.Network.Name} cut at {run.Cut.Depth}, {run.Rounds} rounds, seed {run.Seed}";

    public string Round(RoundRecord round) => string.Create(CultureInfo.InvariantCulture,
        $"round {round.Round + 1,3}/{run.Rounds}  loss {Weighted(round),9:0.00000}  {Time(round.Seconds),8}  {Bytes(round.Sites.Sum(s => s.BytesUp + s.BytesDown))} between the parties");

    public string? Scores(IReadOnlyList<ScoreRecord> scores)
    {
        var sites = scores.Where(s => s.Metric == metric && s.Case != "pooled").GroupBy(s => (s.Site, s.Model)).ToList();
        if (sites.Count == 0) return null;
        return $"  {(scores[0].Model == EvaluationOrder.InputName ? EvaluationOrder.InputName : scores[0].Split),-10} {metric}  " + string.Join("  ", sites.Select(g => string.Create(CultureInfo.InvariantCulture,
            $"{g.Key.Site}{(g.Key.Model is "global" or EvaluationOrder.InputName ? "" : $"<{g.Key.Model}")} {g.Average(s => s.Value):0.000}")));
    }

    /// <summary>With three significant digits, so that a plan's times can be compared with a run's.</summary>
    public static string Time(double seconds) => seconds < 1 ? $"{Digits(seconds * 1000)} ms" : $"{Digits(seconds)} s";

    public static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
    };

    private static string Digits(double number) => number.ToString(number switch { < 9.995 => "0.00", < 99.95 => "0.0", _ => "0" }, CultureInfo.InvariantCulture);

    private static double Weighted(RoundRecord round) => round.Sites.Sum(s => s.Loss * s.Items) / round.Sites.Sum(s => s.Items);
}
