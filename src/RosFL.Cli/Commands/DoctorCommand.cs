using System.CommandLine;
using System.Runtime.InteropServices;
using RosFL.Runs;
using Spectre.Console;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl doctor</c>: what this machine offers, without loading libtorch.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Check this machine: runtime, native libraries, converters, disk.");
        command.SetAction(_ =>
        {
            var checks = Checks().ToList();
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
        var converter = Find("dcm2niix");
        yield return ("dcm2niix (DICOM import only)", converter ?? "not on the PATH: install the package dcm2niix", converter is not null);
        var disk = new DriveInfo(Path.GetPathRoot(Environment.CurrentDirectory)!).AvailableFreeSpace >> 30;
        yield return ("free disk here", $"{disk} GiB", disk > 0);
    }

    private static string? FindNative(string name) =>
        Directory.EnumerateFiles(AppContext.BaseDirectory, name, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 })
            .Select(path => Path.GetRelativePath(AppContext.BaseDirectory, path)).FirstOrDefault();

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program)).FirstOrDefault(File.Exists);
}
