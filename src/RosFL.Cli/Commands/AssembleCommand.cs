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
        var path = new Argument<string>("RUNFOLDER") { Description = "Run folder that 'rosfl simulate' or 'rosfl up' made." };
        var output = new Option<string>("--out") { HelpName = "DIR", Description = "Folder for model.safetensors, model.onnx, model-card.md and model-card.json (never overwritten).", Required = true };
        var site = new Option<string>("--site") { HelpName = "NAME", DefaultValueFactory = _ => "", Description = "The site whose own model is meant, after an algorithm that leaves each site one." };
        var without = new Option<bool>("--no-onnx") { Description = "Leave model.onnx out." };
        var command = new Command("assemble", "Put head, body and tail of the best round together: safetensors with PyTorch's names, ONNX and a model card.") { path, output, site, without };
        command.SetAction(parsed =>
        {
            using var folder = RunFolder.Open(parsed.GetValue(path)!).WithStore();
            RunArguments.Settle(folder.Run);
            Assemble(folder, parsed.GetValue(output)!, parsed.GetValue(site)!, !parsed.GetValue(without));
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static void Assemble(RunFolder folder, string output, string site, bool onnx)
    {
        ModelFolder.Refuse(output);
        var manifest = LoopbackBodies.ManifestOf(folder);
        manifest?.RequireMayAssemble();
        var run = folder.Run.Options with { Training = folder.Run.Options.Training with { InitialWeights = "" } };
        var finished = FinishedModel.Load(folder, new Study(run), site, LoopbackBodies.Of(folder));
        using var store = RunStore.Open(folder.StorePath);
        using var model = new WholeModel(run, finished.Parts);
        var foreground = File.Exists(folder.ForegroundPath) ? File.ReadAllText(folder.ForegroundPath) : "";
        var origin = ModelCard.OriginOf(folder.Run.Options, manifest?.Hash ?? "", finished.Record, finished.Parts);
        var card = ModelFolder.Write(output, model, onnx, files =>
            ModelCard.Of(run, ModelFacts.Of(store, run.Name, finished.Round, finished.Site), finished.Site, foreground, origin, files));
        foreach (var file in card.Files) Console.WriteLine($"{file.Sha256}  {Path.Combine(output, file.Name)}");
    }
}
