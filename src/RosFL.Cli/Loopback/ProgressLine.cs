using System.Text.Json;
using System.Text.Json.Nodes;
using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Cli.Loopback;

/// <summary>Reads what <see cref="Display.JsonWatcher"/> wrote in another process.</summary>
internal static class ProgressLine
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Null for a line that tells nothing of the study.</summary>
    public static SimulationProgress? Parse(string line)
    {
        if (!line.StartsWith('{') || JsonNode.Parse(line) is not JsonObject told) return null;
        T Of<T>(string member) => told[member].Deserialize<T>(Options)!; // our own program wrote it
        return (string?)told["event"] switch
        {
            "phase" => new SimulationProgress.Phase(Of<string>("text")),
            "began" => new SimulationProgress.Began(Of<int>("round"), Of<Dictionary<string, int>>("stepsPerRound")),
            "step" => new SimulationProgress.Stepped(Of<StepRecord>("step")),
            "committed" => new SimulationProgress.Committed(Of<RoundRecord>("round")),
            "scored" => new SimulationProgress.Scored(Of<List<ScoreRecord>>("scores")),
            _ => null,
        };
    }
}
