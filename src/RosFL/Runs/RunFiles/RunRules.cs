using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RosFL.Runs;

/// <summary>
/// Collects what is wrong with the values of a run. An option's path is taken from the expression that reads it
/// (<c>run.Training.Batch</c> is <c>training.batch</c>), so a renamed option cannot leave a wrong message behind.
/// </summary>
internal sealed partial class RunRules(RunFile file, IReadOnlySet<string> broken)
{
    public List<RunFault> Faults { get; } = [];

    public bool Sets(string path) => file.Sets(path);

    /// <summary>Whether one of these options is already reported, so that nothing can be said about what depends on it.</summary>
    public bool AnyBroken(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
            if (broken.Contains(path))
                return true;
        return false;
    }

    public void AtLeast(double value, double low, [CallerArgumentExpression(nameof(value))] string option = "") =>
        Require(value >= low, value, $"it must be {Number(low)} or more", option);

    public void Above(double value, double low, [CallerArgumentExpression(nameof(value))] string option = "") =>
        Require(value > low, value, $"it must be above {Number(low)}", option);

    public void Between(double value, double low, double high, [CallerArgumentExpression(nameof(value))] string option = "") =>
        Require(value >= low && value <= high, value, $"it must be in {Number(low)}..{Number(high)}", option);

    /// <summary>A rule on one option: "Option 'x' is 3; it must be ...".</summary>
    public void Require(bool holds, object? value, string rule, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (!holds)
            Add(Path(option), $"is {Shown(value)}; {rule}.");
    }

    /// <summary>A rule on several options together; silent while one of them is already reported.</summary>
    public void Together(bool holds, string sentence, [CallerArgumentExpression(nameof(holds))] string condition = "")
    {
        if (!holds && !Mentions(condition).Any(broken.Contains))
            Faults.Add(new(Mentions(condition).FirstOrDefault(""), sentence));
    }

    /// <summary>An option that the file sets although it has no effect is an error, not a silence.</summary>
    public void OnlyIf(bool holds, object? value, string when, [CallerArgumentExpression(nameof(holds))] string condition = "",
        [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (!holds && Sets(Path(option)) && !Mentions(condition).Any(broken.Contains))
            Add(Path(option), $"is {Shown(value)}, but has an effect only {when}: remove it, or change that.");
    }

    public void Add(string path, string rest)
    {
        if (!broken.Contains(path))
            Faults.Add(new(path, $"Option '{path}' {rest}"));
    }

    /// <summary>A value as the run file spells it.</summary>
    public static string Shown(object? value) => value switch
    {
        null => "not set",
        double number => Number(number),
        JsonNode node => RunJson.Text(node),
        RunOptions or SiteOptions[] or CtGeometryOptions => "set",
        _ => RunJson.Text(System.Text.Json.JsonSerializer.SerializeToNode(value, value.GetType(), RunJson.Options)),
    };

    private static string Number(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<string> Mentions(string expression) => Option().Matches(expression).Select(match => Path(match.Value)).Distinct();

    private static string Path(string expression) => string.Join('.', Option().Match(expression).Value.Split('.').Skip(1)
        .Where(step => step is not ("Length" or "Count" or "Value")).Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName));

    [GeneratedRegex(@"\brun(\.[A-Z]\w*)+")]
    private static partial Regex Option();
}
