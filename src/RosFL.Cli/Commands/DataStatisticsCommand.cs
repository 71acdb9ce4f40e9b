using System.CommandLine;
using RosFL.Grpc.Hosting;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl data statistics</c>: a site's part in what all sites must agree on before a study between machines.</summary>
internal static class DataStatisticsCommand
{
    public static Command Create()
    {
        var run = new RunArguments();
        var site = new Option<string>("--site") { HelpName = "NAME", Description = "This site's name in the study.", Required = true };
        var configuration = new Option<string?>("--configuration") { HelpName = "FILE", Description = "The configuration of 'rosfl site', whose images are meant and whose secret deals them to training and test; default: the run's own." };
        var output = new Option<string>("--out") { HelpName = "FILE", Description = "File to write (never overwritten).", Required = true };
        var command = new Command("statistics", "Sum the foreground and count the labels of a site's training images, for 'rosfl study new --statistics'. No image can be read from it where a site has many.") { site, configuration, output };
        run.AddTo(command);
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(output)!;
            NewFile.RequireFree(path);
            var (options, seeds) = At(run.Load(parsed), parsed.GetValue(site)!, parsed.GetValue(configuration));
            if (!SiteStatistics.AreNeeded(options))
                throw new RosflException(ExitCode.Usage, $"Run '{options.Name}' asks for no statistics over all sites: they serve preprocessing.intensity ct-foreground and training.federatedClassWeights.");
            AtomicFile.WriteText(path, StrictJson.Text(SiteStatistics.Of(options, parsed.GetValue(site)!, seeds)));
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary>The study's run at the site, and the chance that deals its images out.</summary>
    private static (RunOptions Run, StudySeeds Seeds) At(RunFile study, string site, string? configuration)
    {
        if (configuration is null) return (study.Options, StudySeeds.OfRun(study.Options.Seed));
        var own = SiteConfiguration.Load(configuration);
        var secret = PartyOptions.Seeds(own.Options.OwnSecret, "ownSecret");
        return (SharedOptions.Apply(study.Options, own.Run, RunArguments.Names).Options, StudySeeds.OfSite(secret, secret, site, secret));
    }
}
