using System.CommandLine;
using RosFL.Cli.Display;
using RosFL.Imaging.Formats;
using RosFL.Imaging.Inspection;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl data</c>: look at data before training, and convert DICOM.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Inspect image folders, import DICOM, count for a study.") { Inspect(), Import(), DataStatisticsCommand.Create() };

    private static Command Inspect()
    {
        var path = new Argument<string>("DIR") { Description = "Root folder of the data." };
        var command = new Command("inspect", "Say what is in a folder, what does not match, and what would stop a training; shows no pixel and no identifier.") { path };
        command.SetAction(parsed =>
        {
            var inspection = DataInspection.Of(parsed.GetValue(path)!);
            InspectionView.Print(inspection);
            return (int)(inspection.Obstacles.Count == 0 ? ExitCode.Success : ExitCode.InvalidData);
        });
        return command;
    }

    private static Command Import()
    {
        var source = new Argument<string>("DICOMDIR") { Description = "Folder with DICOM files." };
        var target = new Argument<string>("OUT") { Description = "Folder for the NIfTI volumes." };
        var command = new Command("import", "Convert DICOM series to NIfTI with dcm2niix (and gdcmconv for compressions that it lacks).") { source, target };
        command.SetAction(parsed =>
        {
            var conversion = DicomSeries.Convert(parsed.GetValue(source)!, parsed.GetValue(target)!);
            foreach (var volume in conversion.Volumes) Console.WriteLine(volume);
            if (conversion.Duplicates > 0) Console.Error.WriteLine($"{conversion.Duplicates} files are copies of slices that were converted, and are left out");
            foreach (var refused in conversion.Refused) Console.Error.WriteLine($"not converted: file '{refused.Path}' {refused.Reason}");
            return (int)(conversion.Refused.Count == 0 ? ExitCode.Success : ExitCode.InvalidData);
        });
        return command;
    }
}
