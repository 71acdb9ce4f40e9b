namespace RosFL.Reports;

/// <summary>A linear axis whose ends and ticks are round numbers (1, 2 or 5 times a power of ten).</summary>
internal sealed record Axis(double Low, double High, double Step)
{
    public IEnumerable<double> Ticks => Enumerable.Range(0, (int)Math.Round((High - Low) / Step) + 1).Select(i => Low + i * Step);

    /// <param name="fromZero">Whether the axis begins at zero even where the numbers do not.</param>
    public static Axis Over(IEnumerable<double> values, bool fromZero, int ticks = 5)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var (low, high) = (fromZero ? Math.Min(0, finite.Min()) : finite.Min(), finite.Max());
        if (high - low < 1e-12 * Math.Max(1, Math.Abs(high)))
            high = low + Math.Max(Math.Abs(low), 1) * 0.1;
        var step = Round((high - low) / ticks);
        return new(Math.Floor(low / step + 1e-9) * step, Math.Ceiling(high / step - 1e-9) * step, step);
    }

    /// <summary>An axis of whole numbers that ends with the data.</summary>
    public static Axis OverRounds(double last)
    {
        var step = Math.Max(1, Round(last / 8));
        return new(0, Math.Max(last, 1), step);
    }

    /// <summary>Digits behind the point that tell one tick from the next.</summary>
    public string Label(double tick) => Math.Abs(tick) < Step / 2 && Step < 1e-4 ? "0" : Math.Abs(tick) >= 1e5 || Step < 1e-4 && tick != 0
        ? tick.ToString("0.#e0", System.Globalization.CultureInfo.InvariantCulture)
        : Figures.Fixed(Math.Abs(tick) < Step / 2 ? 0 : tick, Math.Clamp((int)Math.Ceiling(-Math.Log10(Step) - 1e-9), 0, 6));

    private static double Round(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 } * power;
    }
}
