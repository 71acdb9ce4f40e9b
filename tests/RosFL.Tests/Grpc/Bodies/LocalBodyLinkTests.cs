using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Bodies;

public sealed class LocalBodyLinkTests : BodyLinkConformance
{
    private protected override Task<LinkedStudy> LinkAsync(TorchThread thread, RunOptions run) => LinkedStudy.LocalAsync(thread, run);
}
