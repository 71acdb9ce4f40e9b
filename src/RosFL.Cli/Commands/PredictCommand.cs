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
        var path = new Argument<string>("RUN") { Description = "Run folder that 'rosfl simulate' or 'rosfl up' made; or the configuration of 'rosfl site', to predict at this site with the body at the computation server." };
        var images = new Argument<string[]>("IMAGE") { Arity = ArgumentArity.OneOrMore, Description = "Image files." };
        var output = new Option<string>("--out") { HelpName = "DIR", DefaultValueFactory = _ => "predictions", Description = "Folder for the predictions, which keep each image's name and geometry." };
        var site = new Option<string>("--site") { HelpName = "NAME", DefaultValueFactory = _ => "", Description = "The site whose scale and offset the files have, and whose own model answers after local or fedbn; without it, those of the run." };
        var fov = new Option<string>("--fov") { HelpName = "DIR", DefaultValueFactory = _ => "", Description = "Folder of masks with the images' names, for runs whose sites have them." };
        var command = new Command("predict", "Write predictions with the geometry of the input images.") { path, images, output, site, fov };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (run, files, folder, masks) = (parsed.GetValue(path)!, parsed.GetValue(images)!, parsed.GetValue(output)!, parsed.GetValue(fov)!);
            RefuseTwice(files);
            if (File.Exists(run)) await AtSiteAsync(run, files, folder, parsed.GetValue(site)!, masks, cancellation);
            else InFolder(run, files, folder, parsed.GetValue(site)!, masks);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static void RefuseTwice(string[] images)
    {
        var twice = images.GroupBy(Path.GetFileName).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
            throw new RosflException(ExitCode.Usage, $"{twice.Count()} images are named '{twice.Key}', and their predictions would overwrite each other: predict them one by one, each with its own --out.");
    }

    private static async Task AtSiteAsync(string configuration, string[] images, string output, string site, string masks, CancellationToken cancellation)
    {
        if (site.Length > 0) throw new RosflException(ExitCode.Usage, "--site has no effect with the configuration of a site: leave it out.");
        using var finished = SiteConfiguration.Load(configuration).Finished();
        await finished.PredictAsync(images, output, masks, Console.WriteLine, cancellation);
    }

    private static void InFolder(string path, string[] images, string output, string site, string masks)
    {
        using var folder = RunFolder.Open(path).WithStore();
        RunArguments.Settle(folder.Run);
        using var predictor = Predictor.Of(folder, site, masks, LoopbackParts.Of(folder));
        foreach (var image in images) Console.WriteLine(predictor.Predict(image, output));
    }
}
