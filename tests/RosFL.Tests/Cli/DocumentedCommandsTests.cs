using RosFL.Tests.Build;

namespace RosFL.Tests.Cli;

/// <summary>Every command line that documents, scripts and messages show is one that the program takes; nothing is run.</summary>
public sealed class DocumentedCommandsTests
{
    [Fact]
    public void Commands_inDocuments_areUnderstood()
    {
        List<DocumentedCommand> commands = [.. DocumentsTests.Documents.Where(document => document != "CHANGELOG.md").SelectMany(DocumentedCommand.InMarkdown)];
        Assert.Contains(commands, command => command.Words is ["simulate", ..]);
        AssertUnderstood(commands);
    }

    [Fact]
    public void Commands_inScripts_areUnderstood()
    {
        List<DocumentedCommand> commands = [.. Directory.GetFiles(Repository.File("bench"), "*.sh").SelectMany(DocumentedCommand.InScript)];
        Assert.Contains(commands, command => command.Words is ["study", "new", ..]);
        AssertUnderstood(commands);
    }

    /// <summary>The remedy of a message is a command that exists.</summary>
    [Fact]
    public void Commands_inMessages_areUnderstood()
    {
        List<DocumentedCommand> commands = [.. Directory.GetFiles(Repository.File("src"), "*.cs", SearchOption.AllDirectories).SelectMany(DocumentedCommand.InSource)];
        Assert.Contains(commands, command => command.Words is ["enrol"]);
        AssertUnderstood(commands);
    }

    [Theory]
    [InlineData("rosfl simulate run.json --fast", "'--fast' is unknown")]
    [InlineData("rosfl study aprove study.json", "'aprove' is unknown")]
    [InlineData("rosfl site", "Required argument missing")]
    [InlineData("rosfl compare \\\n  --seeds x # three", "'x' of '--seeds'")]
    [InlineData("ExecStart=/opt/rosfl/rosfl site a.json b.json", "'b.json' is one too many")]
    [InlineData("  -BinaryPathName '\"C:\\rosfl\\rosfl.exe\" serve C:\\ca'", "'serve' is unknown")]
    [InlineData("rosfl simulate runs/default.json --set roundz=1", "roundz")]
    public void Command_thatIsWrong_isFound(string line, string error) =>
        Assert.Contains(error, Assert.Single(Assert.Single(DocumentedCommand.InLines("page", line)).Errors()), StringComparison.Ordinal);

    [Fact]
    public void Command_thatLeavesOutWords_mayMissWhatItNeeds() => Assert.Empty(Assert.Single(DocumentedCommand.InLines("page", "rosfl study new ... --quorum 3")).Errors());

    private static void AssertUnderstood(IEnumerable<DocumentedCommand> commands)
    {
        var errors = string.Join('\n', commands.SelectMany(command => command.Errors()));
        Assert.True(errors.Length == 0, errors);
    }
}
