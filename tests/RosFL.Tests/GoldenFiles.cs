using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using RosFL.Runs;

namespace RosFL.Tests;

/// <summary>The figures of the published program (Golden/README.md).</summary>
internal static class GoldenFiles
{
    public static string Folder { get; } = Path.Combine(Path.GetDirectoryName(Here())!, "Golden");

    public static IReadOnlyDictionary<string, NamedArray> Arrays(string file) =>
        Safetensors.Read(Path.Combine(Folder, file)).ToDictionary(a => a.Name);

    public static JsonNode Json(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)))!;

    private static string Here([CallerFilePath] string path = "") => path;
}
