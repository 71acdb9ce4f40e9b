using System.Globalization;

namespace RosFL.Reports;

/// <summary>Numbers as reports print them: no more digits than are looked at, a unit with each.</summary>
internal static class Figures
{
    private static readonly string[] ByteUnits = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>What stands for a figure that sites do not tell.</summary>
    public const string Hidden = "hidden";

    /// <summary>Four significant digits; "–" for a number that is none.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
        var size = Math.Abs(value);
        var digits = size is 0 or >= 1000 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(size)), 0, 4);
        return size is > 0 and < 0.001 or >= 1e7
            ? value.ToString("0.0e0", CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal)
            : Fixed(value, digits);
    }

    public static string Fixed(double value, int digits) =>
        double.IsNaN(value) ? "–" : value.ToString("F" + digits, CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>Decimal places in which a metric is usually quoted.</summary>
    public static int Digits(string metric) => metric.Split('.')[0] switch
    {
        "psnr" or "hd95" => 2,
        "rmse" => 1,
        _ => 3,
    };

    /// <summary>An option as it was set: no digits that nobody wrote.</summary>
    public static string Short(double value) => value.ToString("0.######", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>A fraction in per cent.</summary>
    public static string Percent(double fraction) => double.IsNaN(fraction) ? "–" : $"{Fixed(100 * fraction, 2)} %";

    public static string Bytes(double bytes)
    {
        if (double.IsNaN(bytes))
            return "–";
        var unit = 0;
        for (; bytes >= 1000 && unit < ByteUnits.Length - 1; unit++)
            bytes /= 1000;
        return $"{Fixed(bytes, unit == 0 || bytes >= 100 ? 0 : 1)} {ByteUnits[unit]}";
    }

    public static string Time(double seconds) => seconds switch
    {
        double.NaN => "–",
        < 10 => $"{Fixed(seconds, 2)} s",
        < 120 => $"{Fixed(seconds, 0)} s",
        < 7200 => $"{Fixed(Math.Floor(seconds / 60), 0)} min {Fixed(seconds % 60, 0)} s",
        _ => $"{Fixed(Math.Floor(seconds / 3600), 0)} h {Fixed(seconds % 3600 / 60, 0)} min",
    };
}
