using System.CommandLine;
using System.Runtime.InteropServices;
using RosFL.Runs;
using RosFL.Training;
using Spectre.Console;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl doctor</c>: what this machine offers, without loading libtorch unless asked to.</summary>
internal static class DoctorCommand
{
    // libtorch needs it, and Windows comes without
    private const string VisualRuntime = "msvcp140.dll";

    public static Command Create()
    {
        var torch = new Option<int>("--torch") { HelpName = "THREADS", Description = "Also load libtorch for this many threads and show what it took." };
        var command = new Command("doctor", "Check this machine: runtime, native libraries, converters, disk.") { torch };
        command.SetAction(async (parsed, _) =>
        {
            var checks = Checks().ToList();
            if (parsed.GetValue(torch) is > 0 and var threads) checks.Add(await TorchAsync(threads));
            var table = new Table().Border(TableBorder.Rounded).AddColumns("check", "found", "");
            foreach (var (name, found, good) in checks)
                table.AddRow(Markup.Escape(name), Markup.Escape(found), good ? "[green]ok[/]" : "[yellow]missing[/]");
            AnsiConsole.Write(table);
            return (int)(checks.Where(c => c.Name == "libtorch").All(c => c.Good) ? ExitCode.Success : ExitCode.MissingProgram);
        });
        return command;
    }

    private static IEnumerable<(string Name, string Found, bool Good)> Checks()
    {
        yield return (".NET", RuntimeInformation.FrameworkDescription, true);
        yield return ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}", true);
        yield return ("cores", $"{Environment.ProcessorCount}", true);
        yield return ("memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB", true);
        var libtorch = FindNative(OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so");
        yield return ("libtorch", libtorch ?? "not beside the program: build or install it again", libtorch is not null);
        if (OperatingSystem.IsWindows())
            yield return ("Visual C++ runtime", VisualRuntime, File.Exists(Path.Combine(Environment.SystemDirectory, VisualRuntime)));
        var converter = Find("dcm2niix");
        yield return ("dcm2niix (DICOM import only)", converter ?? "not on the PATH: install the package dcm2niix", converter is not null);
        var decompressor = Find("gdcmconv");
        yield return ("gdcmconv (compressed DICOM only)", decompressor ?? "not on the PATH: install the package libgdcm-tools", decompressor is not null);
        var disk = new DriveInfo(Path.GetPathRoot(Environment.CurrentDirectory)!).AvailableFreeSpace >> 30;
        yield return ("free disk here", $"{disk} GiB", disk > 0);
    }

    /// <summary>Asked on a thread of the pool, which nobody has told: it follows the environment that libtorch found when it was loaded, up to the machine's cores.</summary>
    private static async Task<(string Name, string Found, bool Good)> TorchAsync(int threads)
    {
        TorchEnvironment.Prepare(threads);
        var found = await Task.Run(TorchSharp.torch.get_num_threads);
        return ("torch threads", $"{found}", found == Math.Min(threads, Environment.ProcessorCount));
    }

    private static string? FindNative(string name) =>
        Directory.EnumerateFiles(AppContext.BaseDirectory, name, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 })
            .Select(path => Path.GetRelativePath(AppContext.BaseDirectory, path)).FirstOrDefault();

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program)).FirstOrDefault(File.Exists);
}
