using TorchSharp;

namespace RosFL.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Torch_firstCall_loadsTheNativeLibrary() => Assert.Equal(4f, torch.ones(2, 2).sum().item<float>());
}
