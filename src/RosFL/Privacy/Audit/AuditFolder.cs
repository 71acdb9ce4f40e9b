using System.Text.Json;
using RosFL.Imaging.Formats;
using RosFL.Reports;
using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>
/// What an audit leaves on the site's own disk: a file for each finished cut, so that an interrupted audit goes on, its pictures, and the report.
/// Nothing in it is meant to leave the site.
/// </summary>
public sealed class AuditFolder
{
    private readonly string path;
    private readonly RunOptions run;

    /// <param name="site">The audited site.</param>
    /// <param name="auxiliary">The site whose images the attackers learn from; null for its own.</param>
    /// <exception cref="RosflException"><see cref="ExitCode.CannotResume"/>: the folder holds the audit of another run.</exception>
    public AuditFolder(string path, RunOptions run, string site, string? auxiliary)
    {
        (this.path, this.run) = (path, run);
        // which cuts, and what they are allowed, may change between two calls
        var identity = JsonSerializer.Serialize(new { Site = site, Auxiliary = auxiliary, Run = run with { Cut = new(), Audit = run.Audit with { Cuts = [], Limits = new() } } }, RunJson.Options);
        var known = Path.Combine(path, "run.json");
        if (File.Exists(known) && File.ReadAllText(known) != identity)
            throw new RosflException(ExitCode.CannotResume, $"Folder '{path}' holds an audit of another run, site or setting: name another folder with --out, or delete it.");
        AtomicFile.WriteText(known, identity);
    }

    public string ReportPath => Path.Combine(path, "audit.html");

    public string JsonPath => Path.Combine(path, "audit.json");

    public bool Has(CutOptions cut) => File.Exists(FileOf(CutName.Of(cut)));

    public void Write(CutAudit result, IReadOnlyList<AuditPicture> pictures)
    {
        Directory.CreateDirectory(Path.Combine(path, "pictures"));
        for (var i = 0; i < pictures.Count; i++)
            for (var k = 0; k < pictures[i].Panels.Count; k++) PngFile.Write(PictureOf(result.Cut, i, k), pictures[i].Panels[k].Picture);
        AtomicFile.WriteText(FileOf(result.Cut), JsonSerializer.Serialize(result, RunJson.Options));
    }

    /// <summary>The finished ones of some cuts, in their order.</summary>
    public IReadOnlyList<CutAudit> Results(IEnumerable<CutOptions> cuts) => [.. cuts.Where(Has).Select(cut => Read(FileOf(CutName.Of(cut))))];

    /// <summary>PNG files of a cut, image by image: the original, then each attacker's reconstruction.</summary>
    public IReadOnlyList<string[]> Pictures(CutAudit result) =>
        [.. Enumerable.Range(0, int.MaxValue).Select(i => Enumerable.Range(0, result.Reconstructions.Count + 1).Select(k => PictureOf(result.Cut, i, k)).ToArray())
            .TakeWhile(files => files.All(File.Exists))];

    /// <summary>audit.json and audit.html.</summary>
    public void Report(string site, IReadOnlyList<CutAudit> results)
    {
        AuditFile.Of(run, site, results).Save(JsonPath);
        AtomicFile.WriteText(ReportPath, AuditReport.Html(run, site, results, Pictures));
    }

    private static CutAudit Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<CutAudit>(File.ReadAllText(file), ReadOptions)!;
        }
        catch (JsonException)
        {
            throw new RosflException(ExitCode.InvalidFile, $"Audit result '{file}' is damaged or of an earlier version: delete it, and the same command measures that cut again.");
        }
    }

    // what follows from the measurements is written for readers and not read back
    private static readonly JsonSerializerOptions ReadOptions = new(RunJson.Options)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
        RespectRequiredConstructorParameters = true,
    };

    private string FileOf(string cut) => Path.Combine(path, $"cut-{Safe(cut)}.json");

    private string PictureOf(string cut, int image, int panel) => Path.Combine(path, "pictures", $"cut-{Safe(cut)}-{image}-{panel}.png");

    private static string Safe(string cut) => cut.Replace(':', '-');
}
