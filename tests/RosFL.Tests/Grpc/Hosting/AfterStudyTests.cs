using System.Text.Json.Nodes;
using RosFL.Federation;
using RosFL.Imaging.Formats;
using RosFL.Imaging.Phantoms;
using RosFL.Models;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>After training: predictions with the body elsewhere, the model scored again at every site, the whole model where all agree.</summary>
public sealed class AfterStudyTests(FinishedNetwork network) : IClassFixture<FinishedNetwork>
{
    [Fact]
    public async Task Predict_atASiteWithTheBodyElsewhere_isTheWholeModelsPrediction()
    {
        var image = network.In("image.npy");
        var hospital = PhantomDataset.Hospitals(network.Run, StudySeeds.OfRun(network.Run.Seed))[0];
        PictureFile.Write(image, hospital.Load(hospital.Cases[0]).Input);
        using var whole = Predictor.Of(network.Simulated());
        var expected = whole.Predict(image, network.In("whole"));
        using var site = network.Finished("hospital-2");
        var found = new List<string>();
        await site.PredictAsync([image], network.In("split"), "", found.Add, CancellationToken.None);
        Assert.Equal(await File.ReadAllBytesAsync(expected), await File.ReadAllBytesAsync(Assert.Single(found)));
    }

    /// <summary>A prediction sends what training sends: the site's audit has the same say.</summary>
    [Fact]
    public async Task Predict_withAnAuditThatDoesNotAllowIt_sendsNothing()
    {
        File.WriteAllText(network.In("no-audit.json"), "{}");
        using var site = network.Finished("hospital-2", network.In("no-audit.json"));
        var refused = await Assert.ThrowsAsync<RosflException>(() => site.PredictAsync([], network.In("split"), "", _ => { }, CancellationToken.None));
        Assert.Contains("is no audit.json", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A spoilt score and a lost model are made anew.</summary>
    [Fact]
    public async Task Evaluate_afterTraining_scoresTheModelAgainAndGivesItToTheSites()
    {
        var kept = network.In("states", "hospital-1", FinishedNetwork.Study, "tested.safetensors");
        var before = await File.ReadAllBytesAsync(kept);
        File.Delete(kept);
        var tested = Tested();
        using (var store = Store()) store.AddScores([tested[0] with { Value = -1 }]);
        await network.RoundsAsync((study, cancellation) => study.EvaluateAsync(cancellation));
        Assert.Equal(tested, Tested());
        Assert.Equal(before, await File.ReadAllBytesAsync(kept));
        Assert.All(tested, score => Assert.True(score.Case == "pooled" || score.Case.StartsWith("image-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Assemble_withEveryHoldersConsent_isTheSimulationsModel()
    {
        using var site = network.Finished("hospital-1");
        var card = await site.AssembleAsync([.. new[] { "hospital-2", "hospital-3", "bodies" }.Select(holder => network.Consents(holder, "hospital-1"))], network.In("model"), onnx: true, CancellationToken.None);

        var simulated = FinishedModel.Load(network.Simulated(), new Study(network.Run), "", null);
        using var whole = new WholeModel(network.Run, simulated.Parts);
        whole.WriteSafetensors(network.In("simulated.safetensors"));
        Assert.Equal(await File.ReadAllBytesAsync(network.In("simulated.safetensors")), await File.ReadAllBytesAsync(network.In("model", ModelFolder.Safetensors)));
        Assert.Equal(network.ManifestOf("bodies").Hash, card.Origin.Manifest);
        var written = JsonNode.Parse(await File.ReadAllTextAsync(network.In("model", ModelFolder.CardJson)))!["facts"]!;
        Assert.Equal(FinishedNetwork.Sites, written["sites"]!.AsArray().Select(s => s!["site"]!.GetValue<string>()));
        Assert.Contains(written["scores"]!.AsArray(), s => s!["split"]!.GetValue<string>() == "test" && s["site"]!.GetValue<string>() == "hospital-2");
        Assert.Contains("\"released\"", await File.ReadAllTextAsync(network.FolderOf("bodies").AuditLogPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assemble_withoutTheConsentOfAHolder_isRefusedByTheSiteAndByTheServer()
    {
        using var site = network.Finished("hospital-1");
        const string Sentence = "site/hospital-2 did not consent that site/hospital-1 assembles the whole model of study 'after': let each run 'rosfl study consent after --to hospital-1'.";
        Consent[] some = [network.Consents("hospital-3", "hospital-1"), network.Consents("bodies", "hospital-1")];
        var here = await Assert.ThrowsAsync<RosflException>(() => site.AssembleAsync(some, network.In("refused"), onnx: true, CancellationToken.None));
        var there = await Assert.ThrowsAsync<RosflException>(() => network.AskForBodyAsync("hospital-1", [.. some, network.Consents("hospital-1", "hospital-1")]));
        Assert.Equal((ExitCode.ManifestDiffers, Sentence), (here.Code, here.Message));
        Assert.Equal((ExitCode.ManifestDiffers, Sentence), (there.Code, there.Message));
        Assert.False(Directory.Exists(network.In("refused")));
    }

    /// <summary>What was signed for one site is worth nothing to another, and nothing when it was changed.</summary>
    [Fact]
    public async Task Server_askedWithConsentsForAnotherSite_refuses()
    {
        Consent[] forTheOther = [.. new[] { "hospital-1", "hospital-2", "hospital-3", "bodies" }.Select(holder => network.Consents(holder, "hospital-1"))];
        var other = await Assert.ThrowsAsync<RosflException>(() => network.AskForBodyAsync("hospital-2", forTheOther));
        var changed = await Assert.ThrowsAsync<RosflException>(() => network.AskForBodyAsync("hospital-2", [.. forTheOther.Select(consent => consent with { Assembler = "site/hospital-2" })]));
        Assert.Equal(ExitCode.NotTrusted, other.Code);
        Assert.Equal(ExitCode.NotTrusted, changed.Code);
        Assert.NotEmpty((await network.AskForBodyAsync("hospital-1", forTheOther)).Arrays);
    }

    [Fact]
    public async Task Assemble_underAManifestThatForbidsIt_isRefused()
    {
        network.Approve(mayAssemble: false, network.FolderOf("hospital-1"));
        try
        {
            using var site = network.Finished("hospital-1");
            var refused = await Assert.ThrowsAsync<RosflException>(() => site.AssembleAsync([], network.In("forbidden"), onnx: true, CancellationToken.None));
            Assert.Equal("The manifest of study 'after' does not allow the whole model to be put together ('mayAssemble' is false): let all parties approve a revision made with 'rosfl study new --may-assemble'.", refused.Message);
            Assert.Throws<RosflException>(() => network.Consents("hospital-1", "hospital-1"));
        }
        finally
        {
            network.Approve(mayAssemble: true, network.FolderOf("hospital-1"));
        }
    }

    private RunStore Store() => RunStore.Open(Path.Combine(network.Run.Output.Folder, FinishedNetwork.Study, "store.db"));

    private IReadOnlyList<ScoreRecord> Tested()
    {
        using var store = Store();
        return store.Scores("test");
    }
}
