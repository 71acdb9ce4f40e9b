using System.Runtime.CompilerServices;

namespace RosFL.Tests.Build;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));

    public static string File(params string[] parts) => Path.Combine([Folder, .. parts]);

    private static string Here([CallerFilePath] string path = "") => path;
}
