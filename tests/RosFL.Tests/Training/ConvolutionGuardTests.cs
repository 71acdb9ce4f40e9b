using RosFL.Training;

namespace RosFL.Tests.Training;

public class ConvolutionGuardTests
{
    [Fact]
    public void Ensure_onAnyProcessor_leavesConvolutionsThatReadOnlyWhatTheyWrote()
    {
        ConvolutionGuard.Ensure();

        Assert.False(ConvolutionGuard.ReadsWhatItNeverWrote());
    }
}
