using RosFL.Reports;

namespace RosFL.Tests.Reports;

public sealed class CompareReportTests
{
    private static readonly CompareTable Table = new("psnr", HigherIsBetter: true, "HU window [-160, 240], data range 400.",
    [
        new("ros-fl", 1, new Dictionary<string, double> { ["north"] = 30, ["south"] = 28 }, 0.01, 2e9, 90),
        new("ros-fl", 2, new Dictionary<string, double> { ["north"] = 32, ["south"] = 27 }, 0.03, 2e9, 110),
        new("fedavg", 1, new Dictionary<string, double> { ["north"] = 29, ["south"] = 29 }, 0.02, 1e9, 60),
        new("fedavg", 2, new Dictionary<string, double> { ["north"] = 29, ["south"] = 29 }, 0.02, 1e9, 60),
    ]);

    /// <summary>Proves mean, deviation over seeds, worst site within each seed, and which cell is best.</summary>
    [Fact]
    public void Markdown_ofTwoMethods_isThisTable() => Assert.Equal("""
        Test psnr in dB

        | method | north | south | mean | worst site | drift | bytes | time |
        |---|---:|---:|---:|---:|---:|---:|---:|
        | ros-fl | **31.00 ± 1.41** | 27.50 ± 0.71 | **29.25 ± 0.35** | 27.50 ± 0.71 | 2.00 % | 2.0 GB | 100 s |
        | fedavg | 29.00 ± 0.00 | **29.00 ± 0.00** | 29.00 ± 0.00 | **29.00 ± 0.00** | 2.00 % | 1.0 GB | 60 s |

        Mean ± standard deviation over 2 seeds; mean over sites, all alike; higher is better. HU window [-160, 240], data range 400.

        """, CompareReport.Markdown([Table]));

    /// <summary>Proves that a drift which sites hide is no dash, as that of a method without training is, and no 0.</summary>
    [Fact]
    public void Markdown_ofSitesThatHideTheirDrift_saysSo()
    {
        var north = new Dictionary<string, double> { ["north"] = 30 };
        var text = CompareReport.Markdown([new("psnr", HigherIsBetter: true, "", [new("ros-fl", 1, north, double.NaN, 2e9, 90), new("input", 1, north, double.NaN, double.NaN, double.NaN)])]);
        Assert.Contains("| hidden | 2.0 GB | 90 s |", text, StringComparison.Ordinal);
        Assert.Contains("| – | – | – |", text, StringComparison.Ordinal);
    }

    /// <summary>Proves that the CSV has full precision, one line a number, and that the page holds the same table.</summary>
    [Fact]
    public void CsvAndHtml_ofTwoMethods_holdTheSameNumbers()
    {
        Assert.Contains("psnr,ros-fl,site:north,31,1.4142135623730951,2\n", CompareReport.Csv([Table]), StringComparison.Ordinal);
        Assert.Contains("<td class=\"best\">31.00 ± 1.41</td>", CompareReport.Html("Comparison", [Table]).Replace("&#177;", "±", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
