using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Federation;

/// <summary>The published program's runs are met within the float noise that was measured for them (Golden/tolerances.json).</summary>
public sealed class PublishedProgramTests
{
    [Theory]
    [InlineData("a_code_b1", "dc-sfl", true)]
    [InlineData("b_off_b1", "splitfed-v1", null)]
    [InlineData("c_paper_b1", "dc-sfl", false)]
    public async Task Study_ofThePublishedProgram_meetsItsLossesAndWeights(string run, string algorithm, bool? published)
    {
        var program = new PublishedProgram(algorithm, published);
        await program.RunAsync();

        var losses = GoldenFiles.Json(run + ".json")["steps"]!.AsArray().Select(step => step!["loss"]!.GetValue<double>()).ToList();
        Assert.Equal(losses.Count, program.Steps.Count);
        foreach (var (loss, step) in losses.Zip(program.Steps)) Assert.InRange(step.Loss / loss, 1 - 1e-5, 1 + 1e-5);
        foreach (var golden in GoldenFiles.Arrays(run + ".rounds.safetensors").Values)
            Assert.InRange(Distance(golden, program.Weights[golden.Name].Values), 0, 1e-6);
    }

    [Fact]
    public async Task TrainingStep_firstOfThePublishedProgram_meetsActivationsGradientsAndWeights()
    {
        using var thread = new TorchThread("torch", 1);
        await thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            var golden = GoldenFiles.Arrays("a_code_b1.onestep.safetensors");
            var study = new PublishedProgram("dc-sfl", true).Study;
            using var site = study.NewSitePart();
            var body = study.NewBody(); // the link disposes it
            Part[] parts = [site.Head, body.Part, site.Tail];
            foreach (var part in parts) part.Write(study.InitialOf(part.Name));
            using var link = new RecordingLink(new LocalBodyLink(body));

            new TrainingStep(site, link, study.NewLoss()).Run(new PublishedItems("geometry_1").Batch([0], 0), new StepTime(0, 0, 3));

            foreach (var (name, crossed) in new[] { "head_out", "body_out", "grad_body_out", "grad_head_out" }.Zip(link.Crossed))
                Assert.InRange(Distance(golden[name], crossed) / golden[name].Values.Max(Math.Abs), 0, 1e-5);
            foreach (var array in new Model(parts.ToDictionary(p => p.Name, p => p.Read())).Named("after."))
                Assert.InRange(Distance(golden[array.Name], array.Values), 0, 1e-6);
        });
    }

    private static double Distance(NamedArray golden, float[] values)
    {
        Assert.Equal(golden.Values.Length, values.Length);
        return golden.Values.Zip(values, (g, v) => Math.Abs((double)g - v)).Max();
    }
}
