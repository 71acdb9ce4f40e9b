using RosFL.Federation;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Coordination.Hidden;
using RosFL.Grpc.Watching;
using RosFL.Grpc.Wire;
using RosFL.Imaging;
using RosFL.Reports;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Hosting;

/// <summary>The process <c>rosfl site</c>: one hospital in one study.</summary>
public static class SiteProcess
{
    private const string Strips = "strips";

    /// <param name="own">The site's own run file.</param>
    /// <param name="names">What the catalogues know.</param>
    /// <param name="around">Puts something around each link to the body; null puts nothing.</param>
    /// <param name="aroundSite">Puts something around the site, below what hides its parts; null puts nothing.</param>
    public static async Task RunAsync(
        SiteProcessOptions options, RunFile own, RunNames names, Action<string> notice, TimeProvider time, CancellationToken cancellation,
        Func<IBodyLink, IBodyLink>? around = null, Func<ISite, ISite>? aroundSite = null)
    {
        await using var process = await PartyProcess.StartAsync(options.Party, options.Watch, time, cancellation);
        var approved = process.Open(options.Study, own, names);
        var (name, run) = (process.Credentials.Party.Name, approved.Run);
        AuditGate.Pass(approved, name, options, process.Log);
        var seeds = StudySeeds.OfSite(approved.BodySeed, PartyOptions.Seeds(options.SitesSecret, "sitesSecret"), name, PartyOptions.Seeds(options.OwnSecret, "ownSecret"));
        var study = new Study(run.Options, seeds);
        NetworkRules.Refuse(study);
        var images = SiteImages.OpenOne(run.Options, name, seeds);
        var folder = Path.Combine(options.Folder, study.Id);
        var ending = new SiteEnding(folder, approved.Hash, PartyOptions.Seconds(options.OverSeconds, "overSeconds"));
        using var versions = TwoVersions.Open(folder);
        using var thread = new TorchThread("torch", run.Options.Machine.Threads);
        using var aggregation = approved.Dial(options.AggregationServer, PartyRole.AggregationServer, WireChannel.Limit, WireChannel.KeepAlive);
        using var computation = study.HasBodyHost ? approved.Dial(options.ComputationServer, PartyRole.ComputationServer, WireChannel.Limit, WireChannel.KeepAlive) : null;
        var (identity, shapes) = (approved.Hash, study.HasBodyHost ? await thread.RunAsync(() => CutShapes.Of(study)) : null);
        IBodyLink OpenBody(BodyOrder order)
        {
            // called only where a computation server holds bodies
            var link = new TimedBodyLink(new GrpcBodyLink(computation!.CreateCallInvoker(), new BodyLinkOptions(order, identity), study, shapes!, order.Cancellation), study.Id, time);
            return around?.Invoke(link) ?? link;
        }

        SiteAgent? agent = null;
        var site = new Site(name, study, images, images, OpenBody, thread, step => agent!.Stepped(step), versions);
        var facts = new SiteFacts(site.Weight, site.StepsPerRound, images.Count(Split.Train), images.Count(Split.Validation), images.Count(Split.Test));
        var recorded = new RecordedSite(aroundSite?.Invoke(site) ?? site, process.Committed, (tested, token) => KeepAsync(tested, site, folder, token), failure =>
        {
            notice(WireRefusal.WithDifferences(failure, approved.Manifest, "The computation server").Message); // the aggregation server is told the kind of failure alone
            process.Health.Failed(failure);
        });
        using var hidden = !study.HidesParts ? null
            : new HiddenSite(recorded, study, new SiteTrust(process.Identity(), approved.Manifest), Path.Combine(folder, "secure-aggregation"), time, notice);
        agent = new SiteAgent(study, hidden ?? (ISite)recorded, facts, identity, aggregation.CreateCallInvoker, time, notice, ending);
        process.Health.Ready();
        await ServeAsync(agent, approved.Manifest, cancellation);
        process.Ended(study.Id);
    }

    /// <summary>Until the study is over; a server with another manifest is told apart by what differs in it, which changes nothing here.</summary>
    private static async Task ServeAsync(SiteAgent agent, Manifest ours, CancellationToken cancellation)
    {
        try
        {
            await agent.RunAsync(cancellation);
        }
        catch (RosflException refusal) when (WireRefusal.ManifestOf(refusal) is not null)
        {
            throw WireRefusal.WithDifferences(refusal, ours, "The aggregation server");
        }
    }

    /// <summary>Pictures of a site's own test image, which stay with it.</summary>
    public static string StripsOf(string folder, string study) => Path.Combine(folder, study, Strips);

    private static async Task KeepAsync(KeptModel tested, Site site, string folder, CancellationToken cancellation)
    {
        tested.Save(folder);
        if (!site.HasTestImages) return;
        var strip = await site.StripAsync(tested.Round, tested.Parts, cancellation);
        StripFolder.Save(Path.Combine(folder, Strips), [strip with { Case = "first test image" }]); // a file's name may be a person's
    }
}
