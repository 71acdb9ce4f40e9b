using System.CommandLine;
using System.Text.RegularExpressions;
using RosFL.Cli;
using RosFL.Cli.Commands;
using RosFL.Runs;
using RosFL.Tests.Build;

namespace RosFL.Tests.Cli;

/// <summary>A command line of <c>rosfl</c> that somebody reads. Names of files and folders stand for whatever is there.</summary>
/// <param name="IsWhole">False where words are left out: "...", a shell's list, a command that is only named. What it needs may then be missing.</param>
internal sealed partial record DocumentedCommand(string Where, IReadOnlyList<string> Words, bool IsWhole)
{
    /// <summary>In fenced code and in inline code that begins with rosfl.</summary>
    public static IEnumerable<DocumentedCommand> InMarkdown(string document)
    {
        var text = File.ReadAllText(Repository.File(document));
        var fenced = Fence().Matches(text).SelectMany(fence => InLines(document, fence.Groups[1].Value));
        return fenced.Concat(Inline().Matches(Fence().Replace(text, "")).Select(inline => Of(document, inline.Groups[1].Value, isWhole: false)));
    }

    /// <summary>In quotation marks of a sentence.</summary>
    public static IEnumerable<DocumentedCommand> InSource(string path) =>
        Quoted().Matches(File.ReadAllText(path)).Select(quoted => Of(Path.GetFileName(path), quoted.Groups[1].Value, isWhole: false));

    public static IEnumerable<DocumentedCommand> InScript(string script) =>
        InLines(script, File.ReadAllText(Repository.File(script))).Where(command => !command.Words[0].StartsWith('$'));

    /// <summary>What the program finds wrong with it. Where the run file is one of ours, its options too.</summary>
    public IEnumerable<string> Errors()
    {
        var parsed = RosflCommand.Create().Parse([.. Words]);
        var wrong = UsageErrors.Of(parsed).Where(error => IsWhole || !Missing().IsMatch(error));
        return wrong.Concat(WrongOptions(parsed)).Select(error => $"{Where}: rosfl {string.Join(' ', Words)}: {error}");
    }

    private static IEnumerable<string> WrongOptions(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (!command.Options.Any(option => option.Name == "--set") || parsed.GetValue<string?>("RUN.json") is not { } run || !File.Exists(Repository.File(run))) return [];
        string[] data = parsed.GetValue<string?>("--data") is { } path ? [$"data.path={path}"] : [];
        try
        {
            RunFile.Load(Repository.File(run), [.. parsed.GetValue<string[]>("--set") ?? [], .. data], RunArguments.Names);
            return [];
        }
        catch (RosflException wrong)
        {
            return [wrong.Message];
        }
    }

    public static IEnumerable<DocumentedCommand> InLines(string document, string text) =>
        Continued().Replace(text, " ").Split('\n').Select(line => Start().Match(line)).Where(start => start.Success).Select(start => Of(document, start.Groups[1].Value, isWhole: true));

    /// <summary>A comment, another command and where the output goes are not the command's own.</summary>
    private static DocumentedCommand Of(string document, string text, bool isWhole)
    {
        List<string> words = [.. Word().Matches(text).Select(word => string.Concat(word.Groups["piece"].Captures.Select(piece => piece.Value))).TakeWhile(word => !End().IsMatch(word))];
        var left = words.RemoveAll(word => word == "..." || word.EndsWith("[@]}", StringComparison.Ordinal));
        return new(document, words, isWhole && left == 0);
    }

    [GeneratedRegex(@"^```.*\n([\s\S]*?)^```", RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("`rosfl ([^`]+)`")]
    private static partial Regex Inline();

    [GeneratedRegex("'rosfl ([a-z][^'\"]*)'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@" [\\`]\n *")]
    private static partial Regex Continued();

    [GeneratedRegex("""(?:^rosfl|^dotnet run -c Release --project src/RosFL\.Cli --|"\$rosfl"|=/opt/rosfl/rosfl|"C:\\rosfl\\rosfl\.exe") +([a-z"$-].*)""")]
    private static partial Regex Start();

    [GeneratedRegex("""(?:'(?<piece>[^']*)'|"(?<piece>[^"]*)"|(?<piece>[^\s'")]+))+|(?<piece>\))""")]
    private static partial Regex Word();

    [GeneratedRegex(@"^(#|\d?>|<|\||&|;|\))")]
    private static partial Regex End();

    [GeneratedRegex("^(Required|A command is missing|.* is required)")]
    private static partial Regex Missing();
}
