using System.Runtime.InteropServices;

namespace RosFL.Tests.Build;

/// <summary>What build/TorchNative.targets does to the native libraries of a Linux x64 build (docs/native-libraries.md).</summary>
public sealed class NativeLibrariesTests
{
    private const string Library = "libLibTorchSharp.so", NewestNeed = "GLIBCXX_3.4.32";

    private static string Output => Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    [Fact]
    public void CopyInTheOutput_needsTheNewestLibstdcxx_onlyWeakly()
    {
        SkipElsewhere();
        var needs = ElfVersionNeeds.Of(Path.Combine(Output, Library));
        Assert.Equal([NewestNeed], needs.Where(n => n.Value).Select(n => n.Key));
    }

    [Fact]
    public void PackageInTheCache_isLeftAsItCame()
    {
        SkipElsewhere();
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var original = Directory.Exists(Path.Combine(packages, "torchsharp"))
            ? Directory.GetFiles(Path.Combine(packages, "torchsharp"), Library, SearchOption.AllDirectories)
            : [];
        if (original.Length == 0) Assert.Skip($"no {Library} in the package cache: the tests were built elsewhere.");
        Assert.All(original, path => Assert.DoesNotContain(ElfVersionNeeds.Of(path), need => need.Value));
    }

    [Fact]
    public void Output_holdsNoNativeLibraryOfAnotherSystem()
    {
        SkipElsewhere();
        // a package's managed code for another system (Windows services) is small and may stay
        var systems = Directory.GetDirectories(Path.Combine(AppContext.BaseDirectory, "runtimes")).Where(d => Directory.Exists(Path.Combine(d, "native"))).Select(Path.GetFileName);
        Assert.Equal(["linux-x64"], systems);
        Assert.DoesNotContain(Directory.GetFiles(Output), file => Path.GetFileName(file).Contains("python", StringComparison.Ordinal));
    }

    private static void SkipElsewhere()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != Architecture.X64)
            Assert.Skip("The repair is for Linux x64 alone.");
        if (!Directory.Exists(Output)) Assert.Skip("Built for one runtime identifier: there is no folder of native libraries.");
    }
}
