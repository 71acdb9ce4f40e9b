using System.Globalization;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What a site keeps of a study that is over: its parts of the global model that was tested. The body stays where it is.</summary>
/// <param name="Round">After which the model is, counted from 0.</param>
public sealed record KeptModel(int Round, Model Parts)
{
    private const string RoundKey = "round";

    /// <param name="folder">The site's own state in this study.</param>
    public void Save(string folder) =>
        Safetensors.Write(PathIn(folder), [.. Parts.Named()], new Dictionary<string, string> { [RoundKey] = Round.ToString(CultureInfo.InvariantCulture) });

    /// <summary>Whether a folder has one.</summary>
    public static bool IsIn(string folder) => File.Exists(PathIn(folder));

    /// <exception cref="RosflException">The site was not there when the study's model was tested.</exception>
    public static KeptModel Load(string folder, Study study)
    {
        if (!IsIn(folder))
            throw new RosflException(ExitCode.InvalidRun, $"Folder '{folder}' has no tested model of study '{study.Id}': it comes when the test at the end reaches this site; let the aggregation server run 'rosfl evaluate' while 'rosfl site' runs here.");
        using var file = SafetensorsFile.Open(PathIn(folder));
        var parts = SiteState.ReadModel([.. file.ReadAll()], study);
        return parts is not null && file.Metadata.TryGetValue(RoundKey, out var round) && int.TryParse(round, CultureInfo.InvariantCulture, out var number) ? new(number, parts)
            : throw new RosflException(ExitCode.InvalidFile, $"File '{PathIn(folder)}' is no tested model: delete it, and let the aggregation server run 'rosfl evaluate'.");
    }

    private static string PathIn(string folder) => Path.Combine(folder, "tested.safetensors");
}
