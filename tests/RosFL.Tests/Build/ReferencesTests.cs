using System.Reflection;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace RosFL.Tests.Build;

/// <summary>A project begins only where a heavy dependency begins, and references point one way (ARCHITECTURE.md).</summary>
public sealed class ReferencesTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["RosFL"] = [],
        ["RosFL.Grpc"] = ["RosFL"],
        ["RosFL.Cli"] = ["RosFL", "RosFL.Grpc"],
        ["RosFL.Cluster"] = ["RosFL"],
        ["RosFL.Dashboard"] = ["RosFL"],
    };

    /// <summary>Assemblies that are not called as their projects are.</summary>
    private static readonly Dictionary<string, string> ProjectOf = new() { ["RosFL.Core"] = "RosFL", ["rosfl"] = "RosFL.Cli" };

    public static TheoryData<string> Assemblies => [.. Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Select(path => Path.GetFileNameWithoutExtension(path)!)
        .Where(name => IsOurs(name) && !name.Contains("Tests", StringComparison.Ordinal) && !name.Contains("Samples", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Assembly_referencesOnlyProjectsBelowIt(string name)
    {
        var references = Assembly.Load(name).GetReferencedAssemblies().Select(r => r.Name!).Where(IsOurs).Select(Project);
        Assert.Empty(references.Except(Allowed[Project(name)]));
    }

    [Fact]
    public void Library_knowsNeitherConsoleNorWebServer()
    {
        var references = Assembly.Load("RosFL.Core").GetReferencedAssemblies().Select(r => r.Name!);
        Assert.DoesNotContain(references, r => r.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || r.StartsWith("Grpc", StringComparison.Ordinal) || r is "System.CommandLine" or "Spectre.Console");
    }

    /// <summary>The compiler leaves out references that are not used, so the project files are asked as well.</summary>
    [Fact]
    public void ProjectFiles_referenceOnlyProjectsBelowThem()
    {
        var projects = Directory.GetFiles(Path.Combine(Repository.Folder, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.NotEmpty(projects);
        Assert.All(projects, project => Assert.Empty(XDocument.Load(project).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)).Except(Allowed[Path.GetFileNameWithoutExtension(project)])));
    }

    /// <summary>On Windows and macOS two files whose names differ in letter case alone are one.</summary>
    [Fact]
    public void FilesOfTheProgram_differByMoreThanLetterCase()
    {
        // what the program's own list says, since a folder may still hold files of an older build
        var program = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "rosfl.deps.json")))!["targets"]!.AsObject();
        var names = program.SelectMany(target => target.Value!.AsObject()).SelectMany(library => library.Value!["runtime"]?.AsObject() ?? [])
            .Select(file => Path.GetFileName(file.Key)).Distinct().ToList();
        Assert.Contains("rosfl.dll", names);
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    private static bool IsOurs(string name) => name.StartsWith("RosFL", StringComparison.OrdinalIgnoreCase);

    private static string Project(string assembly) => ProjectOf.GetValueOrDefault(assembly, assembly);
}
