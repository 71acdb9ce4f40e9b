using Grpc.Net.Client;
using RosFL.Federation;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Release;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Imaging;
using RosFL.Imaging.Preprocessing;
using RosFL.Models;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Hosting;

/// <summary>A site after training: head and tail of the tested model are here, the body is asked over the wire.</summary>
public sealed class FinishedSite : IDisposable
{
    private readonly PartyFolder party;
    private readonly PartyCredentials credentials;
    private readonly ApprovedStudy approved;
    private readonly Study study;
    private readonly KeptModel kept;
    private readonly TorchThread thread;
    private readonly GrpcChannel? computation;
    private readonly string folder;
    private readonly TimeProvider time;
    private readonly SiteProcessOptions options;

    /// <param name="own">The site's own run file.</param>
    /// <param name="names">What the catalogues know.</param>
    /// <exception cref="RosflException">The study is not approved here, or its tested model did not come.</exception>
    public FinishedSite(SiteProcessOptions options, RunFile own, RunNames names, TimeProvider time)
    {
        (this.options, this.time) = (options, time);
        party = new PartyFolder(options.Party);
        credentials = party.Open(time);
        approved = ApprovedStudy.Open(party, credentials, options.Study, own, names);
        var seeds = StudySeeds.OfSite(approved.BodySeed, PartyOptions.Seeds(options.SitesSecret, "sitesSecret"), Name, PartyOptions.Seeds(options.OwnSecret, "ownSecret"));
        study = new Study(approved.Run.Options, seeds);
        folder = Path.Combine(options.Folder, study.Id);
        kept = KeptModel.Load(folder, study);
        thread = new TorchThread("torch", study.Run.Machine.Threads);
        computation = study.HasBodyHost ? approved.Dial(options.ComputationServer, PartyRole.ComputationServer, WireChannel.Limit, WireChannel.KeepAlive) : null;
    }

    private string Name => credentials.Party.Name;

    /// <summary>Writes predictions for image files; no image and no prediction leaves the site, and smashed values only where its audit allows them to.</summary>
    /// <param name="masks">Folder of masks with the images' names; empty where there are none.</param>
    /// <param name="written">Told of each file.</param>
    public Task PredictAsync(IReadOnlyList<string> images, string output, string masks, Action<string> written, CancellationToken cancellation) => AskAsync(() => thread.RunAsync(() =>
    {
        if (computation is not null) AuditGate.Pass(approved, Name, options, AuditLog.Open(party.AuditLogPath, time));
        var described = study.Run.Data.Sites.Any(site => site.Name == Name) ? Name : "";
        using var predictor = new Predictor(study, new NewImages(study.Run, ForegroundStatistics.Of(study.Run), described, masks), kept.Parts, OpenBody(cancellation));
        foreach (var image in images) written(predictor.Predict(image, output));
    }));

    /// <summary>Puts the whole model together here, where the manifest allows it and every holder agreed.</summary>
    /// <param name="consents">The other holders'; to ask for this is this site's own.</param>
    /// <exception cref="RosflException">The manifest does not allow it, a holder did not agree, or a part is not the one that the study committed.</exception>
    public async Task<ModelCard> AssembleAsync(IReadOnlyList<Consent> consents, string output, bool onnx, CancellationToken cancellation)
    {
        ModelFolder.Refuse(output);
        using (var key = party.LoadKey()) consents = [.. consents, Consent.Of(approved.Manifest, credentials.Party, credentials.Party, key, time)];
        Consent.Require(approved.Manifest, consents, credentials.Party);
        var end = StudyEnd.Load(folder);
        var parts = kept.Parts;
        if (computation is not null)
            await AskAsync(async () => parts = parts.With(new(new Dictionary<PartName, Weights> { [PartName.Body] = await BodyRelease.FetchAsync(computation.CreateCallInvoker(), study, approved.Manifest, kept.Round, consents, cancellation) })));
        RefuseOthers(parts, end.Record);
        using var model = new WholeModel(study.Run, parts);
        var origin = ModelCard.OriginOf(approved.Manifest.Run, approved.Hash, end.Record, parts);
        var card = ModelFolder.Write(output, model, onnx, files => ModelCard.Of(study.Run, end.Facts, "", "", origin, files));
        AuditLog.Open(party.AuditLogPath, time).Append(new(AuditEventKind.Assembled) { Study = study.Id, Round = kept.Round, Hash = card.Files[0].Sha256 });
        return card;
    }

    public void Dispose()
    {
        computation?.Dispose();
        thread.Dispose();
        credentials.Dispose();
    }

    /// <summary>A server with another manifest is told apart by what differs in it.</summary>
    private async Task AskAsync(Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (RosflException refusal) when (WireRefusal.ManifestOf(refusal) is not null)
        {
            throw WireRefusal.WithDifferences(refusal, approved.Manifest, "The computation server");
        }
    }

    private IBodyLink OpenBody(CancellationToken cancellation) => computation is null ? Predictor.LocalBody(study, kept.Parts)
        : study.Guarded(new GrpcBodyLink(computation.CreateCallInvoker(), new BodyLinkOptions(new BodyOrder(new(study.Id, kept.Round, 0), Name, Training: false), approved.Hash), study, CutShapes.Of(study), cancellation), Name);

    private void RefuseOthers(Model parts, CommitRecord record)
    {
        using var versions = TwoVersions.Open(folder);
        var own = versions.Records.FirstOrDefault(known => known.Key.Round == record.Key.Round);
        if ((own is not null && own.Hash != record.Hash) || record.Key.Round != kept.Round || !record.Commits(study, parts))
            throw new RosflException(ExitCode.InvalidFile, $"The parts do not belong to {record.Key}, the tested round of study '{study.Id}': let the aggregation server run 'rosfl evaluate' while 'rosfl site' runs here, and ask again.");
    }
}
