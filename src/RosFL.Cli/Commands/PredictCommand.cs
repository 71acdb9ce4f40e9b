using System.CommandLine;
using RosFL.Cli.Loopback;
using RosFL.Federation;
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
        var site = new Option<string>("--site") { HelpName = "NAME", DefaultValueFactory = _ => "", Description = "The site whose scale and offset the files have, and whose own model answers after local or fedbn; without it, those of the run." };
        var fov = new Option<string>("--fov") { HelpName = "DIR", DefaultValueFactory = _ => "", Description = "Folder of masks with the images' names, for runs whose sites have them." };
        var command = new Command("predict", "Write predictions with the geometry of the input images.") { path, images, output, site, fov };
        command.SetAction(parsed =>
        {
            using var folder = RunFolder.Open(parsed.GetValue(path)!).WithStore();
            RunArguments.Settle(folder.Run);
            Predict(folder, parsed.GetValue(images)!, parsed.GetValue(output)!, parsed.GetValue(site)!, parsed.GetValue(fov)!);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static void Predict(RunFolder folder, string[] images, string output, string site, string fov)
    {
        var twice = images.GroupBy(Path.GetFileName).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
            throw new RosflException(ExitCode.Usage, $"{twice.Count()} images are named '{twice.Key}', and their predictions would overwrite each other: predict them one by one, each with its own --out.");
        using var predictor = new Predictor(folder, site, fov, LoopbackBodies.Of(folder));
        foreach (var image in images) Console.WriteLine(predictor.Predict(image, output));
    }
}
