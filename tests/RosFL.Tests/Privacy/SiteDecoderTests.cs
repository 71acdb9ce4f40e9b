using RosFL.Federation;
using RosFL.Privacy;
using RosFL.Runs;
using RosFL.Tests.Federation;
using RosFL.Tests.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Privacy;

/// <summary>The decoder that a site trains beside its own parts.</summary>
public sealed class SiteDecoderTests
{
    /// <summary>It learns where the study computes, a GPU where there is one.</summary>
    [Fact]
    public void Step_onTheStudysDevice_lowersTheError()
    {
        using var scope = NewDisposeScope();
        var run = MadeStudy.Run("ros-fl");
        var study = new Study(run with { Machine = run.Machine with { Device = DeviceKind.Auto } });
        using var decoder = new SiteDecoder(study.Run, () => new Seeds(1).Stream("decoder"));
        var images = new MadeItems("north", 4, 12, 13).Batch([0, 1], 0).To(study).Images;
        var errors = Enumerable.Range(0, 20).Select(_ =>
        {
            var error = decoder.Error(images, images);
            decoder.ClearGradients();
            error.backward();
            decoder.Step();
            return error.item<float>();
        }).ToList();
        Assert.True(errors[^1] < errors[0] / 2, $"Error {errors[0]} before, {errors[^1]} after");
    }
}
