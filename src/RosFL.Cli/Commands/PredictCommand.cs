using System.CommandLine;
using RosFL.Federation;
using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl predict</c>: the best model of a run on new images.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("RUNFOLDER") { Description = "A folder that 'rosfl simulate' made." };
        var images = new Argument<string[]>("IMAGE") { Arity = ArgumentArity.OneOrMore, Description = "Image files." };
        var output = new Option<string>("--out") { HelpName = "DIR", DefaultValueFactory = _ => "predictions", Description = "Folder for the predictions, which keep each image's name and geometry." };
        var command = new Command("predict", "Write predictions with the geometry of the input images.") { path, images, output };
        command.SetAction(parsed =>
        {
            using var folder = RunFolder.Open(parsed.GetValue(path)!);
            RunArguments.Settle(folder.Run);
            Predict(folder, parsed.GetValue(images)!, parsed.GetValue(output)!);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static void Predict(RunFolder folder, string[] images, string output)
    {
        using var predictor = new Predictor(folder);
        Directory.CreateDirectory(output);
        var labels = folder.Run.Options.Task == StudyTask.Segmentation;
        foreach (var image in images)
        {
            var target = Path.Combine(output, Path.GetFileName(image));
            if (Path.GetFullPath(target) == Path.GetFullPath(image))
                throw new RosflException(ExitCode.Usage, $"The prediction for '{image}' would overwrite it: choose another folder with --out.");
            PictureFile.Write(target, predictor.Predict(image), image, labels ? StoredType.Labels : StoredType.Float32);
            Console.WriteLine(target);
        }
    }
}
