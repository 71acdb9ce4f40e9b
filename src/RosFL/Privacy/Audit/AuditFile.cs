using System.Text.Json;
using System.Text.Json.Nodes;
using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>audit.json: what was measured at a site, cut by cut.</summary>
/// <param name="Name">Of the audited run.</param>
/// <param name="Terms">Hash of what decides how much leaks besides the cut: task, network, training, preprocessing, guards, and the rounds where what a guard adds averages out over them.</param>
public sealed record AuditFile(string Site, string Name, string Terms, AuditLimits Limits, AuditedCut[] Cuts)
{
    private static readonly JsonSerializerOptions Options = new(RunJson.Options) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    public static AuditFile Of(RunOptions run, string site, IReadOnlyList<CutAudit> results) =>
        new(site, run.Name, TermsOf(run), run.Audit.Limits, [.. results.Select(result => AuditedCut.Of(result, run.Audit.Limits))]);

    /// <exception cref="RosflException">The file is no audit.</exception>
    public static AuditFile Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<AuditFile>(File.ReadAllText(path), Options) ?? throw new JsonException();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new RosflException(ExitCode.InvalidFile, $"File '{path}' is no audit.json that this version of 'rosfl audit' wrote: make it anew.", error);
        }
    }

    /// <summary>The hash that <see cref="Terms"/> has for a run.</summary>
    public static string TermsOf(RunOptions run)
    {
        var shared = SharedOptions.Of(run);
        var guards = run.Privacy with { SecureAggregation = default };
        return CanonicalJson.Hash(new JsonObject
        {
            ["task"] = shared["task"]?.DeepClone(),
            ["network"] = shared["network"]?.DeepClone(),
            ["training"] = shared["training"]?.DeepClone(),
            ["preprocessing"] = shared["preprocessing"]?.DeepClone(),
            ["guards"] = JsonSerializer.SerializeToNode(guards, RunJson.Options),
            // over how many crossings a guard's noise, or the gradients of other images, can be averaged
            ["rounds"] = guards is { SmashedNoise: 0, GradientNoise: 0, Gradient: not GradientKind.Mixed } ? null : run.Rounds,
        });
    }

    /// <summary>Why it says nothing of a run at a site, as the end of a sentence that begins with the file; null where it does.</summary>
    public string? WhyNotOf(RunOptions run, string site) =>
        Site != site ? $"was made at site '{Site}', and this is '{site}': run 'rosfl audit' on this site's images."
        : Terms != TermsOf(run) ? "is of another task, network, training, preprocessing or guard than the study's, or of other rounds under a guard that they average out: run 'rosfl audit' with the study's options."
        : null;

    public void Save(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, Options));
}

/// <summary>One cut of an audit: what follows from the measurements, and they.</summary>
public sealed record AuditedCut(AuditGrade Grade, AuditGrade? MaskGrade, string? Why, double Leak, double? MaskLeak, double Gain, CutAudit Measured)
{
    public static AuditedCut Of(CutAudit result, AuditLimits limits) =>
        new(result.Grade(limits), result.MaskGrade(limits), result.WhyInconclusive(), result.Leak, result.MaskLeak, result.Gain, result);
}
