using RosFL.Federation;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Hosting;

/// <summary>The process <c>rosfl site</c>: one hospital in one study.</summary>
public static class SiteProcess
{
    /// <param name="run">The run that this site approved.</param>
    public static async Task RunAsync(SiteProcessOptions options, RunFile run, Action<string> notice, TimeProvider time, CancellationToken cancellation)
    {
        using var credentials = new PartyFolder(options.Party).Open(time);
        var name = credentials.Party.Name;
        var seeds = StudySeeds.OfSite(PartyOptions.Seeds(options.BodySeed, "bodySeed"), PartyOptions.Seeds(options.SitesSecret, "sitesSecret"), name, PartyOptions.Seeds(options.OwnSecret, "ownSecret"));
        var study = new Study(run.Options, seeds);
        NetworkRules.Refuse(study);
        var images = SiteImages.OpenOne(run.Options, name, seeds);
        using var versions = TwoVersions.Open(Path.Combine(options.Folder, study.Id));
        using var thread = new TorchThread("torch", run.Options.Machine.Threads);
        using var aggregation = credentials.NewChannel(new Uri(options.AggregationServer), PartyRole.AggregationServer, null, WireChannel.Limit, WireChannel.KeepAlive);
        using var computation = study.HasBodyHost ? credentials.NewChannel(new Uri(options.ComputationServer), PartyRole.ComputationServer, null, WireChannel.Limit, WireChannel.KeepAlive) : null;
        var (identity, shapes) = (RunIdentity.Of(run.Options), study.HasBodyHost ? await thread.RunAsync(() => CutShapes.Of(study)) : null);
        IBodyLink OpenBody(BodyOrder order) => new GrpcBodyLink(computation!.CreateCallInvoker(), new BodyLinkOptions(order, identity), study, shapes!, order.Cancellation); // only where a computation server holds bodies
        SiteAgent? agent = null;
        var site = new Site(name, study, images, images, OpenBody, thread, step => agent!.Stepped(step), versions);
        var facts = new SiteFacts(site.Weight, site.StepsPerRound, images.Count(Split.Train), images.Count(Split.Validation), images.Count(Split.Test));
        agent = new SiteAgent(study, site, facts, identity, aggregation.CreateCallInvoker, time, notice);
        await agent.RunAsync(cancellation);
    }
}
