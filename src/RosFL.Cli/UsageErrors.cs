using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using RosFL.Runs;

namespace RosFL.Cli;

/// <summary>What is wrong with a command line, in sentences that name the thing, the value found and the remedy.</summary>
internal static partial class UsageErrors
{
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unknown = UnknownOptions(parsed, command).ToList();
        if (unknown.Count > 0)
            return unknown;
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var name, ..])
            return [$"Command '{name}' is unknown; {NearestName.Suggest(name, [.. command.Subcommands.Select(c => c.Name)])}"];
        return [.. parsed.Errors.Select(error => Plain(error.Message, command))];
    }

    /// <summary>The parser takes a misspelt option for a file name.</summary>
    private static IEnumerable<string> UnknownOptions(ParseResult parsed, Command command) => parsed.Tokens
        .Where(t => t.Type == TokenType.Argument && t.Value.StartsWith("--", StringComparison.Ordinal)).Select(t => t.Value.Split('=')[0])
        .Select(option => $"Option '{option}' is unknown; {NearestName.Suggest(option, [.. command.Options.Select(o => o.Name), "--help"])}");

    /// <summary>The parser's messages speak of its own types.</summary>
    private static string Plain(string message, Command command)
    {
        if (message.StartsWith("Required command", StringComparison.Ordinal))
            return $"A command is missing; there are {string.Join(", ", command.Subcommands.Select(c => c.Name))}.";
        var wrong = WrongValue().Match(message);
        if (wrong.Success)
            return string.Create(CultureInfo.InvariantCulture, $"Value '{wrong.Groups[1].Value}' of {wrong.Groups[2].Value} is not {(wrong.Groups[3].Value.Contains("Int", StringComparison.Ordinal) ? "a whole number" : "of the form that it takes")}.");
        var extra = Unrecognized().Match(message);
        return extra.Success ? $"Argument '{extra.Groups[1].Value}' is one too many." : message;
    }

    [GeneratedRegex(@"^Cannot parse argument '(.*)' for (?:option|command) ('.*') as expected type '(.*?)'")]
    private static partial Regex WrongValue();

    [GeneratedRegex(@"^Unrecognized command or argument '(.*)'")]
    private static partial Regex Unrecognized();
}
