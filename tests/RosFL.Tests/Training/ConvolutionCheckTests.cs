using RosFL.Training;

namespace RosFL.Tests.Training;

public class ConvolutionCheckTests
{
    [Fact]
    public void Convolutions_onThisProcessor_areRight() => ConvolutionCheck.Pass();
}
