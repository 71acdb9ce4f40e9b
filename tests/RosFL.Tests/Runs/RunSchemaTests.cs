using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using RosFL.Runs;

namespace RosFL.Tests.Runs;

public sealed class RunSchemaTests
{
    /// <summary>Proves that docs/run.schema.json fits the option records; ROSFL_ACCEPT=1 writes it anew (then build again).</summary>
    [Fact]
    public void Schema_committedCopy_isCurrent()
    {
        var current = RunSchema.Generate(Path.ChangeExtension(typeof(RunSchema).Assembly.Location, ".xml"));
        if (Environment.GetEnvironmentVariable("ROSFL_ACCEPT") == "1")
            File.WriteAllText(Committed(), current);
        Assert.True(current == File.ReadAllText(Committed()), "docs/run.schema.json is out of date: run this test with ROSFL_ACCEPT=1 and build again.");
    }

    /// <summary>Proves that an editor is told names, legal values, defaults and documentation.</summary>
    [Fact]
    public void Schema_anEnumOption_hasNamesDefaultAndDescription()
    {
        var sampling = JsonNode.Parse(RunSchema.Json())!["properties"]!["training"]!["properties"]!["sampling"]!;
        Assert.Equal(["epoch", "steps", "cursor"], sampling["enum"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal("epoch", sampling["default"]!.GetValue<string>());
        Assert.Contains("Epochs a site trains", RunSchema.Json(), StringComparison.Ordinal);
    }

    private static string Committed([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/run.schema.json"));
}
