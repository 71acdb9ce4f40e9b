using RosFL.Runs;

namespace RosFL.Tests.Runs;

public sealed class RunFileTests
{
    internal static RunNames Names { get; } = new()
    {
        Algorithms = new Dictionary<string, IReadOnlySet<string>>
        {
            ["ros-fl"] = new HashSet<string> { "strength", "rule", "mu", "published", "weighting", "merge" },
            ["fedavg"] = new HashSet<string> { "weighting", "merge" },
            ["fedprox"] = new HashSet<string> { "mu", "weighting", "merge" },
        },
        Split = new HashSet<string> { "ros-fl" },
        Networks = new Dictionary<string, IReadOnlySet<string>>
        {
            ["red-cnn"] = new HashSet<string> { "channels", "inputChannels", "outputChannels" },
            ["unet"] = new HashSet<string> { "channels", "levels", "dimensions", "inputChannels", "outputChannels", "normalisation", "activation" },
            ["residual-unet"] = new HashSet<string> { "channels", "levels", "dimensions", "inputChannels", "outputChannels", "normalisation", "activation" },
        },
    };

    /// <summary>Proves that one reading finds every error of every kind, each with its path and remedy.</summary>
    [Fact]
    public void Parse_aFileWithManyErrors_namesThemAll()
    {
        var lines = Errors("""
            { // several mistakes
              "rounds": "ten", "seed": 1.5, "nam": "x",
              "network": { "name": "unett", "levels": 9 },
              "algorithm": { "name": "fedavg", "strength": 0.1 },
              "training": { "optimiser": "adam", "sampling": "epochs", "momentum": 0.5, "batch": 0, "beta1": null },
              "data": { "sites": [ { "name": "a/b", "folders": "x" }, 7 ], "phantoms": [] },
              "preprocessing": { "patch": [64, "64"], "foreground": 0.5 },
            }
            """);
        Assert.Equal(
        [
            "x.json: Option 'rounds' is \"ten\"; it must be a whole number.",
            "x.json: Option 'seed' is 1.5; it must be a whole number.",
            "x.json: Option 'nam' is unknown; did you mean 'name'?",
            "x.json: Option 'training.optimiser' is unknown; did you mean 'optimizer'?",
            "x.json: Option 'training.sampling' is \"epochs\"; it must be one of epoch, steps, cursor.",
            "x.json: Option 'training.beta1' is null; it must be a number.",
            "x.json: Option 'data.sites[1]' is 7; it must be a group of options in { }.",
            "x.json: Option 'data.sites[0].folders' is unknown; did you mean 'folder'?",
            "x.json: Option 'data.phantoms' is []; it must be a group of options in { }.",
            "x.json: Option 'preprocessing.patch[1]' is \"64\"; it must be a whole number.",
            "x.json: Option 'network.levels' is 9; it must be in 1..6.",
            "x.json: Option 'training.batch' is 0; it must be 1 or more.",
            "x.json: Option 'data.sites[0].name' is \"a/b\"; it must be made of letters, digits, '-', '_' and '.', beginning with a letter or digit.",
            "x.json: Option 'algorithm.strength' has no effect under algorithm 'fedavg': remove it, or choose one of ros-fl.",
            "x.json: Option 'network.name' is \"unett\", which is no known network; did you mean 'unet'?",
            "x.json: Option 'training.momentum' is 0.5, but has an effect only under training.optimizer 'sgd': remove it, or change that.",
        ], lines);
    }

    /// <summary>Proves that an option set to its own default is still seen as set, and that what depends on a broken option is not reported.</summary>
    [Theory]
    [InlineData("""{ "training": { "epochs": 1, "sampling": "steps", "steps": 4 } }""", "training.epochs")]
    [InlineData("""{ "cut": { "narrowStride": 2 } }""", "cut.narrowStride")]
    [InlineData("""{ "task": "segmentation", "network": { "outputChannels": 2 }, "ct": { "geometry": { "views": 9 } } }""", "ct.geometry")]
    [InlineData("""{ "task": "segmentation" }""", "network.outputChannels")]
    [InlineData("""{ "training": { "loss": "dice" } }""", "training.loss")]
    [InlineData("""{ "data": { "layout": "folders" } }""", "data.path")]
    [InlineData("""{ "algorithm": { "mu": 0.1 } }""", "algorithm.mu")]
    [InlineData("""{ "data": { "subjectPattern": "((" , "layout": "nnunet", "path": "x" } }""", "data.subjectPattern")]
    public void Parse_oneBadCombination_isOneError(string json, string option)
    {
        var error = Assert.Single(Errors(json));
        Assert.Contains($"'{option}'", error, StringComparison.Ordinal);
    }

    /// <summary>Proves that overrides reach members, items of lists and texts without quotes, and that null removes an option.</summary>
    [Fact]
    public void Parse_withOverrides_appliesThemInOrder()
    {
        var run = RunFile.Parse("""{ "training": { "optimizer": "sgd", "momentum": 0.5 } }""", "x.json",
        [
            "name=12", "training.optimizer=adamw", "training.momentum=null", "preprocessing.patch=[64,32]", "preprocessing.patch[1]=48",
            "data.layout=folders", "data.path=/a b", "data.sites[0].name=north", "data.sites[1].name=south", "data.sites[1].geometry=null", "algorithm.strength=0.3",
        ], Names).Options;
        Assert.Equal(("12", OptimizerKind.AdamW, 0.3, "/a b"), (run.Name, run.Training.Optimizer, run.Algorithm.Strength!.Value, run.Data.Path));
        Assert.Equal([64, 48], run.Preprocessing.Patch);
        Assert.Equal(["north", "south"], run.Data.Sites.Select(site => site.Name));
    }

    /// <summary>Proves that a wrong override is an error of the same kind and stands in the same list.</summary>
    [Theory]
    [InlineData("training.bach=8", "did you mean 'batch'?")]
    [InlineData("training.batch.size=8", "there are no options below")]
    [InlineData("training.batch=eight", "it must be a whole number")]
    [InlineData("data.sites[3].name=a", "added one after the other")]
    [InlineData("training", "has no '='")]
    [InlineData("a..b=1", "is no path")]
    public void Parse_withAWrongOverride_saysWhy(string text, string expected) =>
        Assert.Contains(expected, Assert.Single(Errors("{}", text)), StringComparison.Ordinal);

    /// <summary>Proves that broken JSON, a doubled member and a file that is no object come as our error with the line.</summary>
    [Theory]
    [InlineData("{\n \"rounds\": }", "in line 2, column 12: look there")]
    [InlineData("{\n \"rounds\": 3", "may have been cut off, so complete it")]
    [InlineData("{\n \"name\": \"north", "may have been cut off, so complete it")]
    [InlineData("{ \"data\": {\n", "may have been cut off, so complete it")]
    [InlineData("{ \"rounds\": 1, \"rounds\": 2 }", "x.json: member 'rounds' is given on line 1 and again on line 1, and a member may be given once: keep one of the two.")]
    [InlineData("{ \"data\": { \"sites\": [{}, { \"name\": \"a\" }],\n\"path\": \"b\", // two\n\"path\": \"c\" } }", "member 'data.path' is given on line 2 and again on line 3,")]
    [InlineData("{ \"data\": { \"sites\": [{ \"name\": \"a\" }, { \"name\": \"b\",\n \"name\": \"c\" }] } }", "member 'data.sites.name' is given on line 1 and again on line 2,")]
    [InlineData("[1]", "one JSON object")]
    [InlineData("", "it is empty: begin with `rosfl init`")]
    public void Parse_ofNoRunFile_saysWhere(string json, string expected) => Assert.Contains(expected, Assert.Single(Errors(json)), StringComparison.Ordinal);

    /// <summary>Proves that what is saved is what was set, and that it loads to the same options.</summary>
    [Fact]
    public void Save_thenLoad_givesTheSameRun()
    {
        using var folder = new TemporaryFolder();
        var file = RunFile.Of(new RunOptions { Name = "a", Training = new() { Batch = 2, Optimizer = OptimizerKind.AdamW }, Preprocessing = new() { Patch = [8, 8] } });
        file.Save(folder["run.json"]);
        var loaded = RunFile.Load(folder["run.json"], names: Names);
        Assert.Equal(file.EffectiveJson(), loaded.EffectiveJson());
        Assert.True(loaded.Sets("training.batch") && !loaded.Sets("training.epochs"));
        Assert.DoesNotContain("epochs", loaded.Json(), StringComparison.Ordinal);
    }

    /// <summary>Proves that the same file runs under another algorithm without options that would have no effect.</summary>
    [Fact]
    public void WithAlgorithm_anotherName_dropsWhatItDoesNotUse()
    {
        var file = RunFile.Parse("""{ "algorithm": { "name": "ros-fl", "strength": 0.5, "weighting": "uniform" } }""", "x.json", names: Names);
        var other = file.WithAlgorithm("fedavg", Names).Options.Algorithm;
        Assert.Equal(("fedavg", null, SiteWeighting.Uniform), (other.Name, other.Strength, other.Weighting));
    }

    /// <summary>Proves that what crosses the cut is an option only where something crosses it.</summary>
    [Theory]
    [InlineData("""{ "algorithm": { "name": "fedavg" }, "wire": { "payload": "int8" } }""", "Option 'wire.payload' is \"int8\", but has an effect only where the body is at the computation server, which is so under algorithm ros-fl")]
    [InlineData("""{ "algorithm": { "name": "fedavg" }, "privacy": { "gradient": "self-supervised" } }""", "Option 'privacy.gradient' is \"self-supervised\", but has an effect only where the body is at the computation server, which is so under algorithm ros-fl")]
    [InlineData("""{ "machine": { "compute": "bf16" }, "wire": { "payload": "bf16" } }""", "whose numbers travel as bf16 anyway")]
    [InlineData("""{ "preprocessing": { "patch": [8, 8] }, "evaluation": { "window": [8, 8] }, "wire": { "imageSizes": [[8, 8]] } }""", "without preprocessing.patch or without evaluation.window")]
    [InlineData("""{ "wire": { "imageSizes": [[8, 8], [8]] } }""", "Option 'wire.imageSizes' has [8]; each size is 2 positive numbers")]
    [InlineData("""{ "preprocessing": { "intensity": "ct-foreground", "foregroundMap": [ { "mean": 1, "deviation": 0, "low": 0, "high": 2 } ] } }""", "every deviation must be above 0")]
    [InlineData("""{ "wire": { "largestRms": 0 } }""", "Option 'wire.largestRms' is 0; it must be above 0")]
    public void Parse_ofAWireOptionInVain_isRefused(string json, string part) => Assert.Contains(part, Assert.Single(Errors(json)), StringComparison.Ordinal);

    [Fact]
    public void WithAlgorithm_thatSendsNothingAcrossTheCut_dropsTheWiresOptions()
    {
        var file = RunFile.Parse("""{ "algorithm": { "name": "ros-fl" }, "wire": { "payload": "int8" }, "privacy": { "gradient": "self-supervised", "gradientRegion": 2 } }""", "x.json", names: Names);
        var other = file.WithAlgorithm("fedavg", Names).Options;
        Assert.Equal((PayloadKind.Fp32, GradientKind.Exact), (other.Wire.Payload, other.Privacy.Gradient));
    }

    /// <summary>Proves that the defaults themselves are a legal run.</summary>
    [Fact]
    public void Check_ofTheDefaults_findsNothing() => Assert.Empty(RunOptionsCheck.Check(new RunOptions(), Names));

    /// <summary>Proves that a template documents its options, loads, and passes every check.</summary>
    [Theory]
    [InlineData(StudyTask.Restoration)]
    [InlineData(StudyTask.Reconstruction)]
    [InlineData(StudyTask.Segmentation)]
    public void Template_ofATask_loadsBack(StudyTask task)
    {
        var text = RunTemplate.Commented(task);
        Assert.Equal(task, RunFile.Parse(text, "template", names: Names).Options.Task);
        Assert.Contains("// \"cacheMiB\": 1024,", text, StringComparison.Ordinal);
    }

    private static string[] Errors(string json, params string[] overrides)
    {
        var error = Assert.Throws<RosflException>(() => RunFile.Parse(json, "x.json", overrides, Names));
        Assert.Equal(ExitCode.InvalidRun, error.Code);
        return error.Message.Split('\n');
    }
}
