namespace RosFL.Scores;

internal static class ByClass
{
    /// <summary>The plain mean over classes under each metric's name, then each class's own score under "metric.class", classes from 1.</summary>
    public static IReadOnlyList<(string Metric, double Value)> WithMeans(IReadOnlyList<IReadOnlyList<(string Metric, double Value)>> classes)
    {
        var means = classes[0].Select((score, k) => (score.Metric, classes.Average(c => c[k].Value)));
        var each = classes.SelectMany((scores, k) => scores.Select(s => (Metrics.OfClass(s.Metric, k + 1), s.Value)));
        return [.. means, .. each];
    }
}
