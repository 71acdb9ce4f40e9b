using System.Text.Json;
using System.Text.Json.Nodes;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Hosting;

/// <summary>Configuration of <c>rosfl aggregate</c>.</summary>
/// <param name="Party">Folder with this server's certificate, as 'rosfl enrol' makes it.</param>
/// <param name="Listen">Address and port: 0.0.0.0:7443.</param>
/// <param name="Watch">Address and port of health and metrics, such as 127.0.0.1:9464; empty for none.</param>
/// <param name="Limits">What it spends on its sites; null for the defaults.</param>
public sealed record AggregateOptions(string Party, string Listen, AggregatedStudy[] Studies, string Watch = "", WireLimits? Limits = null);

/// <summary>A study at the aggregation server.</summary>
/// <param name="Study">The id of a manifest that this server approved.</param>
/// <param name="Run">The server's own run file; results go to its output.folder.</param>
/// <param name="ComputationServer">Address such as https://compute.example.org:7443; empty where the algorithm needs none.</param>
public sealed record AggregatedStudy(string Study, string Run, string ComputationServer = "");

/// <summary>Configuration of <c>rosfl compute</c>.</summary>
/// <param name="Folder">Where bodies are kept, a folder for each study in it.</param>
/// <param name="Limits">What it spends on its sites; null for the defaults.</param>
public sealed record ComputeOptions(string Party, string Listen, string Folder, ComputedStudy[] Studies, string Watch = "", BodyLimits? Limits = null);

/// <summary>A study at the computation server.</summary>
/// <param name="Study">The id of a manifest that this server approved.</param>
/// <param name="Run">The server's own run file.</param>
public sealed record ComputedStudy(string Study, string Run);

/// <summary>Configuration of <c>rosfl site</c>.</summary>
/// <param name="Study">The id of a manifest that this site approved.</param>
/// <param name="Run">The site's own run file: its images, places and machine.</param>
/// <param name="Data">Root folder of the data; empty takes the run file's data.path.</param>
/// <param name="Folder">Where the site keeps its own state.</param>
/// <param name="SitesSecret">Of initial heads and tails, shared by the sites: 32 bytes in hexadecimal.</param>
/// <param name="OwnSecret">Of this site's own chance: 32 bytes in hexadecimal.</param>
/// <param name="Audit">audit.json of this site; what it says of the study's cut decides whether the site may join. Empty where the study asks for none.</param>
/// <param name="Override">The officer's decision to join all the same; empty for none.</param>
/// <param name="Officer">Public key of the site's data-protection officer, PEM.</param>
/// <param name="OverSeconds">For how long a site that was told that the study is over, and is started again, dials an aggregation server that does not answer.</param>
public sealed record SiteProcessOptions(
    string Party, string Study, string Run, string AggregationServer, string ComputationServer, string Folder, string SitesSecret, string OwnSecret, string Data = "", string Watch = "",
    string Audit = "", string Override = "", string Officer = "", double OverSeconds = 30);

/// <summary>Reads configurations: a JSON file, over which variables of the environment (ROSFL_LISTEN for listen) lie.</summary>
public static class PartyOptions
{
    private const string Prefix = "ROSFL_";

    /// <exception cref="RosflException">The file cannot be read or is no such configuration.</exception>
    public static T Load<T>(string path) where T : class
    {
        var json = JsonSerializer.SerializeToNode(StrictJson.Load<JsonObject>(path))!.AsObject();
        foreach (var member in typeof(T).GetProperties().Where(p => p.PropertyType == typeof(string))) Lay(member.Name, json);
        // one aggregation server may reach its computation server by another address than the file's
        foreach (var study in typeof(T) == typeof(AggregateOptions) ? json["studies"] as JsonArray ?? [] : [])
            if (study is JsonObject one) Lay(nameof(AggregatedStudy.ComputationServer), one);
        return StrictJson.Read<T>(json.ToJsonString(), $"File '{path}'");
    }

    private static void Lay(string member, JsonObject json)
    {
        if (Environment.GetEnvironmentVariable(Prefix + member.ToUpperInvariant()) is { } value) json[JsonNamingPolicy.CamelCase.ConvertName(member)] = value;
    }

    /// <summary>A time from its seconds, a day at most.</summary>
    public static TimeSpan Seconds(double seconds, string option) => seconds is >= 0 and <= 24 * 60 * 60 ? TimeSpan.FromSeconds(seconds)
        : throw new RosflException(ExitCode.InvalidFile, $"Option {option} is {seconds}; it must be at least 0 and at most {24 * 60 * 60}.");

    /// <summary>A secret from its hexadecimal text.</summary>
    public static Seeds Seeds(string text, string option)
    {
        try
        {
            return new Seeds(Convert.FromHexString(text));
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new RosflException(ExitCode.InvalidFile, $"Option {option} is no {Runs.Seeds.Length} bytes in hexadecimal: make one with 'rosfl study secret'.", error);
        }
    }
}
