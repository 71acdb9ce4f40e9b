using RosFL.Privacy.Audit;
using RosFL.Reports;
using RosFL.Runs;
using RosFL.Tests.Privacy.Audit;

namespace RosFL.Tests.Reports;

public class AuditReportTests
{
    [Fact]
    public void Html_hasPercentilesAndMaximaOfBothScores() =>
        Assert.Contains("<td>A1 decoder</td><td>0.600</td><td>0.600</td><td>0.600</td><td>20.0</td><td>21.0</td><td>22.0</td>", Html(GradeTests.Made(0.6)), StringComparison.Ordinal);

    [Fact]
    public void Html_hasMembersFoundWithTheirInterval()
    {
        Assert.Contains("<td>0.125<small>0.050 to 0.250</small></td>", Html(GradeTests.Made(0.6) with { Membership = new(0.7, 0.6, 0.8, 0.125, 0.05, 0.25) }), StringComparison.Ordinal);
        Assert.Contains("not measured", Html(GradeTests.Made(0.6) with { Membership = null }), StringComparison.Ordinal);
    }

    /// <summary>One person in the gallery's many is found by chance.</summary>
    [Fact]
    public void Html_statesChanceInTheGallery() => Assert.Contains("1.7 % (chance, 1 of 60)", Html(GradeTests.Made(0.6)), StringComparison.Ordinal);

    private static string Html(CutAudit result) => AuditReport.Html(new RunOptions(), "north", [result], _ => []);
}
