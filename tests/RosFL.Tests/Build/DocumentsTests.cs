using System.Globalization;
using System.Text.RegularExpressions;
using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Tests.Build;

/// <summary>What the documents say about names, numbers and files is so.</summary>
public sealed class DocumentsTests
{
    internal static IEnumerable<string> Documents => ["README.md", "ARCHITECTURE.md", "CHANGELOG.md",
        .. Directory.GetFiles(Repository.File("docs"), "*.md").Select(path => Path.Combine("docs", Path.GetFileName(path)))];

    [Fact]
    public void ExitCodes_areAllInTheTable()
    {
        var table = File.ReadAllText(Repository.File("docs", "exit-codes.md"));
        var rows = Regex.Matches(table, @"^\| (\d+) \| (\w+) \|", RegexOptions.Multiline)
            .ToDictionary(row => row.Groups[2].Value, row => int.Parse(row.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal(Enum.GetValues<ExitCode>().ToDictionary(code => code.ToString(), code => (int)code), rows);
    }

    [Fact]
    public void Algorithms_ofTheCatalogue_areAllDescribed()
    {
        var table = File.ReadAllText(Repository.File("docs", "algorithms.md"));
        // one that a test of ours has added is not part of the product
        Assert.All(Algorithms.Names.Where(name => !name.StartsWith("centred", StringComparison.Ordinal)), name => Assert.Contains($"| `{name}` |", table, StringComparison.Ordinal));
    }

    [Fact]
    public void Links_betweenDocuments_leadSomewhere()
    {
        var broken = from document in Documents
                     let path = Repository.File(document)
                     from Match link in Regex.Matches(File.ReadAllText(path), @"\]\((?!http)([^)#]+)\)")
                     let target = Path.Combine(Path.GetDirectoryName(path)!, link.Groups[1].Value)
                     where !Path.Exists(target)
                     select $"{document}: {link.Groups[1].Value}";
        Assert.Empty(broken);
    }

    /// <summary>Where a document says that a test holds something, the test is there.</summary>
    [Fact]
    public void Tests_namedInDocuments_exist()
    {
        var tests = typeof(DocumentsTests).Assembly.GetTypes().Where(type => type.IsPublic)
            .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttributes(true).Any(a => a is FactAttribute)).Select(method => $"{method.ReflectedType!.Name}.{method.Name}")).ToHashSet();
        var named = Documents.SelectMany(document => Regex.Matches(File.ReadAllText(Repository.File(document)), @"`(\w+Tests\.(?!cs`)\w+)`").Select(match => match.Groups[1].Value)).ToList();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(tests));
    }
}
