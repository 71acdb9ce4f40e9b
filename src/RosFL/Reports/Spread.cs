namespace RosFL.Reports;

/// <summary>Mean and standard deviation (n - 1) of some numbers; the deviation of one number is NaN.</summary>
public sealed record Spread(double Mean, double Deviation, int Count)
{
    /// <summary>NaN (a score that an image does not have) is left out and does not count.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        var list = values.Where(value => !double.IsNaN(value)).ToList();
        if (list.Count == 0)
            return new(double.NaN, double.NaN, 0);
        var mean = list.Average();
        return new(mean, list.Count > 1 ? Math.Sqrt(list.Sum(value => (value - mean) * (value - mean)) / (list.Count - 1)) : double.NaN, list.Count);
    }

    /// <summary>"0.812 ± 0.031", or the mean alone.</summary>
    public string Text(int digits) => double.IsNaN(Deviation) ? Figures.Fixed(Mean, digits) : $"{Figures.Fixed(Mean, digits)} ± {Figures.Fixed(Deviation, digits)}";
}
