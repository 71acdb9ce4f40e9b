using System.Text.Json;
using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>What a plan needs of an audit of one cut.</summary>
public sealed record AuditSummary(double Gain, double Leak, double? MaskLeak)
{
    /// <summary>By cut, from an audit.json; empty where the file is not there.</summary>
    /// <exception cref="RosflException">The file is no audit.</exception>
    public static IReadOnlyDictionary<string, AuditSummary> Read(string path)
    {
        if (!File.Exists(path)) return new Dictionary<string, AuditSummary>();
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            return json.RootElement.GetProperty("cuts").EnumerateArray().ToDictionary(c => c.GetProperty("measured").GetProperty("cut").GetString()!, c => new AuditSummary(
                c.GetProperty("gain").GetDouble(), c.GetProperty("leak").GetDouble(), c.GetProperty("maskLeak") is { ValueKind: JsonValueKind.Number } mask ? mask.GetDouble() : null));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new RosflException(ExitCode.InvalidFile, $"File '{path}' is no audit.json that 'rosfl audit' wrote: make it anew.", error);
        }
    }
}
