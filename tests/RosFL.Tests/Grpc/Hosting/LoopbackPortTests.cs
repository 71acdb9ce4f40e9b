using RosFL.Grpc.Hosting;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>Ports that are asked for before their servers listen.</summary>
public sealed class LoopbackPortTests
{
    [Fact]
    public void Free_asked200Times_givesNoPortTwice()
    {
        var ports = Enumerable.Range(0, 200).Select(_ => LoopbackPort.Free()).ToList();
        Assert.Equal(ports.Distinct(), ports);
    }
}
