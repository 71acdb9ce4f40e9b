using System.CommandLine;
using RosFL.Cli.Loopback;
using RosFL.Federation;
using RosFL.Models;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl assemble</c>: one whole model out of its parts.</summary>
internal static class AssembleCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("RUN") { Description = "Run folder that 'rosfl simulate' or 'rosfl up' made; or the configuration of 'rosfl site', to assemble at this site after a study." };
        var output = new Option<string>("--out") { HelpName = "DIR", Description = "Folder for model.safetensors, model.onnx, model-card.md and model-card.json (never overwritten).", Required = true };
        var site = new Option<string>("--site") { HelpName = "NAME", DefaultValueFactory = _ => "", Description = "The site whose own model is meant, after an algorithm that leaves each site one." };
        var consents = new Option<string[]>("--consents") { HelpName = "FILE", Description = "At a site: what the other sites and the computation server printed with 'rosfl study consent'.", AllowMultipleArgumentsPerToken = true };
        var without = new Option<bool>("--no-onnx") { Description = "Leave model.onnx out." };
        var command = new Command("assemble", "Put head, body and tail of the best round together: safetensors with PyTorch's names, ONNX and a model card.") { path, output, site, consents, without };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (run, folder, onnx, files) = (parsed.GetValue(path)!, parsed.GetValue(output)!, !parsed.GetValue(without), parsed.GetValue(consents) ?? []);
            var card = File.Exists(run) ? await AtSiteAsync(run, files, folder, onnx, parsed.GetValue(site)!, cancellation) : InFolder(run, files, folder, onnx, parsed.GetValue(site)!);
            foreach (var file in card.Files) Console.WriteLine($"{file.Sha256}  {Path.Combine(folder, file.Name)}");
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static async Task<ModelCard> AtSiteAsync(string configuration, string[] consents, string output, bool onnx, string site, CancellationToken cancellation)
    {
        if (site.Length > 0) throw new RosflException(ExitCode.Usage, "--site has no effect with the configuration of a site: leave it out.");
        using var finished = SiteConfiguration.Load(configuration).Finished();
        return await finished.AssembleAsync([.. consents.Select(StrictJson.Load<Consent>)], output, onnx, cancellation);
    }

    private static ModelCard InFolder(string path, string[] consents, string output, bool onnx, string site)
    {
        if (consents.Length > 0) throw new RosflException(ExitCode.Usage, "--consents has no effect with a run folder: leave it out.");
        using var folder = RunFolder.Open(path).WithStore();
        RunArguments.Settle(folder.Run);
        ModelFolder.Refuse(output);
        var manifest = LoopbackParts.ManifestOf(folder);
        manifest?.RequireMayAssemble();
        var run = folder.Run.Options with { Training = folder.Run.Options.Training with { InitialWeights = "" } };
        var finished = FinishedModel.Load(folder, new Study(run), site, LoopbackParts.Of(folder));
        using var store = RunStore.Open(folder.StorePath);
        using var model = new WholeModel(run, finished.Parts);
        var foreground = File.Exists(folder.ForegroundPath) ? File.ReadAllText(folder.ForegroundPath) : "";
        var origin = ModelCard.OriginOf(folder.Run.Options, manifest?.Hash ?? "", finished.Record, finished.Parts);
        return ModelFolder.Write(output, model, onnx, files =>
            ModelCard.Of(run, ModelFacts.Of(store, run.Name, finished.Round, finished.Site), finished.Site, foreground, origin, files));
    }
}
