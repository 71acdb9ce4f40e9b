using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CsCheck;
using RosFL.Runs;

namespace RosFL.Tests.Runs.Manifests;

/// <summary>One manifest, one hash; nothing of a party's own in it; and nobody but the roster can approve or enter.</summary>
public sealed class ManifestTests : IDisposable
{
    private readonly MadeStudy made = new();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        made.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Hash_isOfTheContents_notOfTheSpelling()
    {
        var manifest = made.Manifest;
        var members = JsonNode.Parse(manifest.Text())!.AsObject();
        var reversed = new JsonObject(members.Reverse().Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        Assert.Equal(manifest.Hash, Manifest.Parse(reversed.ToJsonString(), "test").Hash);
        Assert.NotEqual(manifest.Hash, Manifest.Create(made.Terms with { MayAssemble = true }, MadeStudy.Run).Hash);
    }

    [Fact]
    public void Manifest_holdsSharedOptionsOnly()
    {
        var run = made.Manifest.Terms.Run;
        Assert.Equal(3, run["rounds"]!.GetValue<int>());
        Assert.Equal("sgd", run["training"]!["optimizer"]!.GetValue<string>());
        Assert.NotNull(run["machine"]!["layout"]);
        Assert.All(["name", "seed", "data", "output", "ct"], own => Assert.False(run.ContainsKey(own)));
        Assert.Null(run["machine"]!["device"]);
        Assert.Null(run["training"]!["initialWeights"]);
    }

    /// <summary>What lets a site join is agreed on; how hard each attacks itself is its own business.</summary>
    [Fact]
    public void Manifest_holdsWhatAnAuditMustShow_andNotHowItIsMade()
    {
        var audit = new AuditOptions { Required = true, Limits = new() { Green = 0.05 }, Cuts = ["1"], Attacks = [AuditAttack.Decoder], LeastSteps = 9 };
        var manifest = Manifest.Create(made.Terms, MadeStudy.Run with { Audit = audit });
        Assert.Equal(["required", "limits"], manifest.Terms.Run["audit"]!.AsObject().Select(member => member.Key));
        Assert.Equal((true, audit.Limits), (manifest.Run.Audit.Required, manifest.Run.Audit.Limits));
    }

    [Theory]
    [InlineData("data", """{ "path": "/etc" }""")]
    [InlineData("output", """{ "folder": "../elsewhere" }""")]
    [InlineData("seed", "3")]
    [InlineData("audit", """{ "leastSteps": 9 }""")]
    public void Manifest_thatSetsAPartysOwnOption_isRefused(string option, string value)
    {
        var document = JsonNode.Parse(made.Manifest.Text())!.AsObject();
        document["run"]![option] = JsonNode.Parse(value);
        var error = Assert.Throws<RosflException>(() => Manifest.Parse(document.ToJsonString(), "test"));
        Assert.Contains("each party's own option", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InitialWeights_canBeNamedByHashAlone()
    {
        var document = JsonNode.Parse(made.Manifest.Text())!.AsObject();
        document["run"]!["training"]!["initialWeights"] = "/tmp/weights.safetensors";
        Assert.Contains("run.training.initialWeights", Assert.Throws<RosflException>(() => Manifest.Parse(document.ToJsonString(), "test")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("site/../../etc")]
    [InlineData("site/north/..")]
    [InlineData("site/a..b")]
    [InlineData("site/.hidden")]
    [InlineData("site/nor\u0000th")]
    [InlineData("site/con")]
    [InlineData("site/north\\south")]
    [InlineData("site/C:")]
    [InlineData("root/north")]
    [InlineData("north")]
    public void Names_thatCouldBecomePaths_areRefused(string party)
    {
        var terms = made.Terms;
        terms.Roster[2] = terms.Roster[2] with { Party = party };
        Assert.Contains("roster[2].party", Assert.Throws<RosflException>(() => Manifest.Create(terms, MadeStudy.Run)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryLegalName_staysInItsFolder() =>
        Gen.String[Gen.Char["abzAZ019._-/\\:%~ \0"], 0, 8].Check(100, name =>
        {
            if (!Party.IsName(name)) return;
            var path = Path.GetFullPath(Path.Combine(folder.Path, name));
            Assert.Equal(folder.Path, Path.GetDirectoryName(path));
        });

    [Fact]
    public void Differences_nameThePathAndBothValues()
    {
        var ours = made.Manifest;
        var theirs = Manifest.Create(made.Terms, MadeStudy.Run with { Cut = new() { Depth = 2 }, Rounds = 4 });
        Assert.Equal(["run.cut.depth: 2 / 1", "run.rounds: 4 / 3"], ours.Differences(theirs));
        var error = Assert.Throws<RosflException>(() => ours.RefuseOther(theirs, "site/north"));
        Assert.Equal(ExitCode.ManifestDiffers, error.Code);
        Assert.Contains("run.cut.depth: 2 / 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OwnRunFile_mayAddItsOwnOptions_andNotChangeSharedOnes()
    {
        var own = RunFile.Parse("""{ "data": { "phantoms": { "sites": 2 } }, "machine": { "device": "cpu" }, "rounds": 3 }""", "own");
        var run = made.Manifest.RunOf(own, null).Options;
        Assert.Equal((3, 2, OptimizerKind.Sgd, DeviceKind.Cpu, 2), (run.Rounds, run.Training.Batch, run.Training.Optimizer, run.Machine.Device, run.Data.Phantoms.Sites));
        var other = RunFile.Parse("""{ "network": { "channels": 64 } }""", "own");
        var error = Assert.Throws<RosflException>(() => made.Manifest.RunOf(other, null));
        Assert.Contains("network.channels: 32 in the manifest, 64 in the run file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Approvals_ofAllParties_letTheStudyBegin()
    {
        var manifest = made.Manifest;
        var some = ApprovedManifest.Of(manifest).Approve(Party.Parse("site/north"), made.Keys["site/north"], TimeProvider.System);
        Assert.Contains("site/south", Assert.Throws<RosflException>(() => some.RequireComplete()).Message, StringComparison.Ordinal);
        var rest = made.ApprovedByAll(manifest);
        Assert.Empty(ApprovedManifest.Parse(some.With(rest).Text(), "test").RequireComplete().Missing);
    }

    [Fact]
    public void Roster_changedAfterItWasSigned_isRefused()
    {
        using var minted = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var document = JsonNode.Parse(made.ApprovedByAll(made.Manifest).Text())!.AsObject();
        document["manifest"]!["roster"]!.AsArray().Add(new JsonObject { ["party"] = "site/evil", ["key"] = MadeStudy.KeyOf(minted), ["weight"] = 1 });
        var error = Assert.Throws<RosflException>(() => ApprovedManifest.Parse(document.ToJsonString(), "test"));
        Assert.Equal(ExitCode.NotTrusted, error.Code);
    }

    [Fact]
    public void Key_thatTheSitesDidNotApprove_neitherEntersNorApproves()
    {
        using var minted = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var north = Party.Parse("site/north");
        Assert.Contains("whoever issued it", Assert.Throws<RosflException>(() => made.Manifest.Admit(north, MadeStudy.KeyOf(minted))).Message, StringComparison.Ordinal);
        Assert.Contains("not in the roster", Assert.Throws<RosflException>(() => made.Manifest.Admit(Party.Parse("site/evil"), MadeStudy.KeyOf(minted))).Message, StringComparison.Ordinal);
        Assert.Throws<RosflException>(() => ApprovedManifest.Of(made.Manifest).Approve(north, minted, TimeProvider.System));
    }

    [Fact]
    public void Copy_isReplacedByItsNextRevisionAlone()
    {
        var copies = new StudyCopies(folder.Path);
        var first = made.Manifest;
        copies.Keep(made.ApprovedByAll(first));
        var other = Manifest.Create(made.Terms, MadeStudy.Run with { Rounds = 9 });
        Assert.Contains("run.rounds: 9 / 3", Assert.Throws<RosflException>(() => copies.Keep(made.ApprovedByAll(other))).Message, StringComparison.Ordinal);
        var next = Manifest.Create(made.Terms with { Revision = 2, Previous = first.Hash }, MadeStudy.Run with { Rounds = 9 });
        copies.Keep(made.ApprovedByAll(next));
        Assert.Equal(next.Hash, copies.Open("kidney-ct").Manifest.Hash);
    }

    [Fact]
    public void SecureAggregation_ofTwoSites_isRefused()
    {
        var run = MadeStudy.Run with { Privacy = new() { SecureAggregation = SecureAggregationKind.Malicious } };
        Assert.Equal(SecureAggregationKind.Malicious, Manifest.Create(made.Terms, run).Run.Privacy.SecureAggregation);
        var two = made.Terms with { Roster = [.. made.Terms.Roster.SkipLast(1)] };
        Assert.Contains("three sites", Assert.Throws<RosflException>(() => Manifest.Create(two, run)).Message, StringComparison.Ordinal);
        var bare = made.Terms with { Roster = [.. made.Terms.Roster.Select(e => e with { Storage = "" })] };
        Assert.Contains("site/north has no storage key", Assert.Throws<RosflException>(() => Manifest.Create(bare, run)).Message, StringComparison.Ordinal);
        Assert.Contains("none, curious or malicious", Assert.Throws<RosflException>(() => Manifest.Create(made.Terms, MadeStudy.Run with { Privacy = new() })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SharedOptions_thatOnlyOneSitesImagesNeed_areNoErrorInAManifest()
    {
        var run = MadeStudy.Run with { Preprocessing = new() { Intensity = IntensityKind.ZScore, SpacingMm = [1, 1] } };
        Assert.Equal(run.Preprocessing.SpacingMm, Manifest.Create(made.Terms, run).Run.Preprocessing.SpacingMm);
    }

    /// <summary>Whatever is done to the text, reading gives a sentence of ours or a manifest, and never another exception.</summary>
    [Fact]
    public void DamagedText_isRefusedInASentence()
    {
        var text = made.ApprovedByAll(made.Manifest).Text();
        string[] puts = ["", "\"", "{", "]", "null", "-1", "1e999", "\\u0000", "\ud800", "\\ud800", "9999999999999999999", ","];
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Int[0, 40], Gen.Int[0, puts.Length - 1]).Check(400, change =>
        {
            var (at, length, put) = change;
            try
            {
                ApprovedManifest.Parse(text[..at] + puts[put] + text[Math.Min(text.Length, at + length)..], "test");
            }
            catch (RosflException)
            {
            }
        });
    }

    /// <summary>Found by <see cref="DamagedText_isRefusedInASentence"/>: half a character is no text that UTF-8 can hold.</summary>
    [Theory]
    [InlineData("\ud800")]
    [InlineData("\\ud800")]
    public void HalfACharacter_isRefusedInASentence(string half)
    {
        var text = made.ApprovedByAll(made.Manifest).Text();
        Assert.All(["kidney-ct", "site/north", "sgd", made.Terms.Roster[0].Key, "revision"], found =>
            Assert.Throws<RosflException>(() => ApprovedManifest.Parse(text.Replace(found, found + half, StringComparison.Ordinal), "test")));
    }

    /// <summary>Found by <see cref="DamagedText_isRefusedInASentence"/>.</summary>
    [Theory]
    [InlineData("\"weight\": 40", "\"weight\": 40, \"weight\": 41", "manifest.roster.weight")]
    [InlineData("\"rounds\": 3", "\"rounds\": 3, \"rounds\": 4", "manifest.run.rounds")]
    [InlineData("\"study\":", "\"study\": \"a\", \"study\":", "manifest.study")]
    public void MemberGivenTwice_isRefusedInASentence(string found, string put, string path)
    {
        var text = made.ApprovedByAll(made.Manifest).Text();
        Assert.Contains(found, text, StringComparison.Ordinal);
        var refused = Assert.Throws<RosflException>(() => ApprovedManifest.Parse(text.Replace(found, put, StringComparison.Ordinal), "test"));
        Assert.Matches($@"^test: member '{Regex.Escape(path)}' is given on line (\d+) and again on line \1, and a member may be given once: keep one of the two\.$", refused.Message);
    }

    /// <summary>What Windows PowerShell makes of a command's output: UTF-16 behind a mark, with other line ends.</summary>
    [Fact]
    public void Entry_redirectedByWindowsPowerShell_isRead()
    {
        using var folder = new TemporaryFolder();
        var entry = made.Terms.Roster[0];
        File.WriteAllText(folder["entry.json"], StrictJson.Text(entry).Replace("\n", "\r\n", StringComparison.Ordinal), System.Text.Encoding.Unicode);
        Assert.Equal(entry, StrictJson.Load<RosterEntry>(folder["entry.json"]));
    }

    /// <summary>A path of Windows is no escape of half a character.</summary>
    [Theory]
    [InlineData(@"D:\\udine\\images", true)]
    [InlineData(@"D:\\\ud800", false)]
    public void PathOfWindows_isReadAsItStands(string escaped, bool isLegal)
    {
        string Read() => StrictJson.Read<Dictionary<string, string>>($"{{ \"data\": \"{escaped}\" }}", "test")["data"];
        if (isLegal) Assert.Equal(escaped.Replace(@"\\", @"\", StringComparison.Ordinal), Read());
        else Assert.Throws<RosflException>(Read);
    }
}
