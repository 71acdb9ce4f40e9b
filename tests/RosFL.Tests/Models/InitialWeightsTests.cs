using RosFL.Federation;
using RosFL.Models;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Models;

/// <summary>An assembled model is where any study of its network may begin.</summary>
public sealed class InitialWeightsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-initial-").FullName;

    private static RunOptions Run => new()
    {
        Network = new() { Name = "attention-unet", Channels = 2, Levels = 3, Normalisation = NormalisationKind.Batch },
        Machine = new() { Threads = 1 },
    };

    private string File => Path.Combine(root, ModelFolder.Safetensors);

    /// <summary>Whatever the cut: only its three lists differ.</summary>
    [Theory]
    [InlineData("ros-fl", 1)]
    [InlineData("fedavg", 2)]
    [InlineData("splitfed-v2", 3)]
    public void Study_fromAnAssembledModel_beginsWithItsNumbersAtAnyCut(string algorithm, int depth)
    {
        var assembled = Assemble();
        var study = From(Run with { Algorithm = new() { Name = algorithm }, Cut = new() { Depth = depth } });
        var found = PartNames.All.SelectMany(part => study.InitialOf(part).Arrays).ToDictionary(a => a.Name);
        Assert.Equal(assembled.Count, found.Count);
        Assert.All(assembled, array => Assert.Equal(array.Values, found[array.Name].Values));
    }

    [Fact]
    public void Study_fromWeightsThatLackAnArray_saysWhich()
    {
        Safetensors.Write(File, [.. Assemble().Where(a => a.Name != "down0.conv1.bias")]);
        AssertRefused($"Weights '{File}' lack 'down0.conv1.bias': set network.* and cut.narrow* as they were when the weights were made.", Run);
    }

    [Fact]
    public void Study_fromWeightsWithOneArrayTooMany_saysWhich()
    {
        Safetensors.Write(File, [.. Assemble(), new NamedArray("extra.weight", [1], [0])]);
        AssertRefused($"Weights '{File}' hold 'extra.weight', which the network does not have: set network.* and cut.narrow* as they were when the weights were made.", Run);
    }

    [Fact]
    public void Study_fromWeightsOfAnotherShape_saysBothShapes()
    {
        Assemble();
        AssertRefused($"Weights 'down0.conv1.weight' of '{File}' have shape [2,1,3,3], the network needs [4,1,3,3]: set the network's options to match.",
            Run with { Network = Run.Network with { Channels = 4 } });
    }

    /// <summary>A narrow cut adds four layers of its own.</summary>
    [Fact]
    public void Study_withANarrowCutFromWeightsWithout_saysWhatIsMissing()
    {
        Assemble();
        AssertRefused($"Weights '{File}' lack 'narrow.site.squeeze.weight': set network.* and cut.narrow* as they were when the weights were made.",
            Run with { Cut = new() { NarrowChannels = 2 } });
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private IReadOnlyList<NamedArray> Assemble()
    {
        using var model = new WholeModel(Run, new Study(Run).InitialOf(PartNames.All));
        model.WriteSafetensors(File);
        return model.Arrays;
    }

    private Study From(RunOptions run) => new(run with { Seed = 9, Training = run.Training with { InitialWeights = File } });

    private void AssertRefused(string sentence, RunOptions run)
    {
        var error = Assert.Throws<RosflException>(() => From(run).InitialOf(PartNames.All));
        Assert.Equal((ExitCode.InvalidFile, sentence), (error.Code, error.Message));
    }
}
