using RosFL.Runs;

namespace RosFL.Imaging.Splits;

/// <summary>The subjects file: a CSV with a heading line and the columns file, subject and, for one data set of many sites, site.</summary>
public sealed class SubjectTable
{
    private readonly Dictionary<(string Site, string File), string> subjects = [];
    private readonly string path;

    private SubjectTable(string path) => this.path = path;

    /// <summary>The sites named in the file, in order of their names; empty without a site column.</summary>
    public IReadOnlyList<string> Sites { get; private set; } = [];

    /// <exception cref="RosflException">The file is missing, has no such columns, or names a file twice.</exception>
    public static SubjectTable Read(string path)
    {
        if (!File.Exists(path))
            throw new RosflException(ExitCode.InvalidData, $"Subjects file '{path}' does not exist: data.subjectsFile is a path relative to data.path.");
        var rows = File.ReadLines(path).Where(l => l.Length > 0).Select(l => l.Split(',').Select(f => f.Trim().Trim('"')).ToArray()).ToArray();
        var heading = rows.Length > 0 ? rows[0].Select(f => f.ToLowerInvariant()).ToArray() : [];
        var (file, subject, site) = (Array.IndexOf(heading, "file"), Array.IndexOf(heading, "subject"), Array.IndexOf(heading, "site"));
        if (file < 0 || subject < 0)
            throw new RosflException(ExitCode.InvalidData, $"Subjects file '{path}' lacks the columns file and subject: its first line must name them, separated by commas.");

        var table = new SubjectTable(path);
        for (var line = 1; line < rows.Length; line++)
        {
            var row = rows[line];
            if (row.Length != heading.Length || row[subject].Length == 0)
                throw new RosflException(ExitCode.InvalidData,
                    $"Line {line + 1} of subjects file '{path}' has {row.Length} fields or an empty subject where the heading has {heading.Length}: complete it.");
            if (!table.subjects.TryAdd((site < 0 ? "" : row[site], FileNames.Stem(row[file])), row[subject]))
                throw new RosflException(ExitCode.InvalidData, $"Line {line + 1} of subjects file '{path}' names a file a second time: keep one line a file (and site).");
        }
        table.Sites = site < 0 ? [] : [.. rows.Skip(1).Select(r => r[site]).Distinct().Order(StringComparer.Ordinal)];
        return table;
    }

    /// <summary>Whether the file's row is one of <paramref name="site"/>; true for every row without a site column.</summary>
    public bool IsAt(string site, string file) => Sites.Count == 0 || subjects.ContainsKey((site, FileNames.Stem(file)));

    /// <exception cref="RosflException">The file has no row.</exception>
    public string Subject(string site, string file) =>
        subjects.TryGetValue((Sites.Count == 0 ? "" : site, FileNames.Stem(file)), out var subject)
            ? subject
            : throw new RosflException(ExitCode.InvalidData, $"Subjects file '{path}' has no line for '{file}' of site '{site}': add one, or remove the image.");
}

