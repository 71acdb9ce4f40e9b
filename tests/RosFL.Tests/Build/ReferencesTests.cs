using System.Reflection;
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

    public static TheoryData<string> Assemblies => [.. Directory.GetFiles(AppContext.BaseDirectory, "RosFL*.dll")
        .Select(path => Path.GetFileNameWithoutExtension(path)!).Where(name => !name.Contains("Tests", StringComparison.Ordinal) && !name.Contains("Samples", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Assembly_referencesOnlyProjectsBelowIt(string name)
    {
        var references = Assembly.Load(name).GetReferencedAssemblies().Select(r => r.Name!).Where(r => r.StartsWith("RosFL", StringComparison.Ordinal));
        Assert.Empty(references.Except(Allowed[name]));
    }

    [Fact]
    public void Library_knowsNeitherConsoleNorWebServer()
    {
        var references = Assembly.Load("RosFL").GetReferencedAssemblies().Select(r => r.Name!);
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
}
