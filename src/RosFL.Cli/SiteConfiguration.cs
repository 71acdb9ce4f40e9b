using RosFL.Grpc.Hosting;
using RosFL.Runs;

namespace RosFL.Cli;

/// <summary>The configuration of a site with the run file that it names.</summary>
internal sealed record SiteConfiguration(SiteProcessOptions Options, RunFile Run)
{
    /// <exception cref="RosflException">A file cannot be read or is no such configuration.</exception>
    public static SiteConfiguration Load(string path)
    {
        var options = PartyOptions.Load<SiteProcessOptions>(path);
        var run = RunFile.Load(options.Run, null, RunArguments.Names);
        if (options.Data.Length > 0) run = run.With(["data.path=" + System.Text.Json.JsonSerializer.Serialize(Path.GetFullPath(options.Data))], RunArguments.Names);
        return new(options, run);
    }

    /// <summary>The site after training.</summary>
    public FinishedSite Finished() => new(Options, Run, RunArguments.Names, TimeProvider.System);
}
