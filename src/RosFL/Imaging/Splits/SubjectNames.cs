using System.Globalization;
using System.Text.RegularExpressions;
using RosFL.Runs;

namespace RosFL.Imaging.Splits;

/// <summary>Who is on an image, from its file name or the subjects file. Without either and without a waiver it refuses: a split by images would leak persons.</summary>
public sealed class SubjectNames
{
    private readonly DataOptions data;
    private readonly Regex? pattern;

    /// <param name="table">The read <see cref="DataOptions.SubjectsFile"/>, or null.</param>
    public SubjectNames(DataOptions data, SubjectTable? table)
    {
        (this.data, Table) = (data, table);
        if (data.SubjectPattern.Length > 0)
            pattern = new Regex(data.SubjectPattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    public SubjectTable? Table { get; }

    /// <summary>The names that a run's options ask for.</summary>
    public static SubjectNames Of(DataOptions data) =>
        new(data, data.SubjectsFile.Length == 0 ? null : SubjectTable.Read(Path.Combine(data.Path, data.SubjectsFile)));

    /// <summary>Whether the options say who is on the images, or that every file is its own person.</summary>
    public bool Known => Table is not null || pattern is not null || data.SubjectIsFile;

    /// <exception cref="RosflException">The subject is unknown and that was not waived.</exception>
    public string Subject(string site, string file)
    {
        if (Table is not null)
            return Grouped(Table.Subject(site, file), file);
        if (pattern is null)
            return data.SubjectIsFile ? Grouped(FileNames.Stem(file), file) : throw Unknown(site);
        var match = pattern.Match(Path.GetFileName(file));
        if (!match.Success || match.Groups.Count < 2 || match.Groups[1].Length == 0)
            throw new RosflException(ExitCode.InvalidData,
                $"File '{file}' of site '{site}' does not tell its subject: data.subjectPattern '{data.SubjectPattern}' must match it and have a group; change the pattern or list subjects in data.subjectsFile.");
        return Grouped(match.Groups[1].Value, file);
    }

    private string Grouped(string subject, string file)
    {
        if (data.SubjectGroup <= 1)
            return subject;
        if (!int.TryParse(subject, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new RosflException(ExitCode.InvalidRun,
                $"data.subjectGroup {data.SubjectGroup} needs a number as subject, which file '{file}' does not give: let the group of data.subjectPattern match digits only.");
        return ((number + data.SubjectGroup - 1) / data.SubjectGroup).ToString(CultureInfo.InvariantCulture);
    }

    private static RosflException Unknown(string site) => new(ExitCode.InvalidData,
        $"It is not known who is on the images of site '{site}', so they cannot be split by person: set data.subjectPattern or data.subjectsFile, or waive it with data.subjectIsFile when every file is a person of its own.");
}

