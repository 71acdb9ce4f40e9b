using RosFL.Runs;

namespace RosFL.Imaging.Splits;

/// <summary>Divides a site's cases into training, validation and test so that no person is in two of them.</summary>
public static class SubjectSplit
{
    /// <summary>
    /// Shuffles the subjects by <paramref name="seed"/> and deals them by the shares, which count subjects and not images. Where a
    /// site has 3 subjects or more, no split with a share is empty; with 2 the validation is empty, with 1 the test too. Cases with a
    /// prescribed split keep it.
    /// </summary>
    /// <param name="validation">Share of the subjects, 0 to 1; 0 leaves the split empty.</param>
    /// <param name="test">Share of the subjects, 0 to 1; 0 leaves the split empty.</param>
    public static SiteSplit Of(IReadOnlyList<Case> cases, double validation, double test, long seed)
    {
        var drawn = Draw([.. cases.Where(c => c.Fixed is null).Select(c => c.Subject).Distinct()], validation, test, seed);
        Case[] In(Split split) => [.. cases.Where(c => (c.Fixed ?? drawn[c.Subject]) == split)];
        return new SiteSplit(In(Split.Train), In(Split.Validation), In(Split.Test));
    }

    private static Dictionary<string, Split> Draw(string[] subjects, double validation, double test, long seed)
    {
        Array.Sort(subjects, StringComparer.Ordinal);
        Seeds.Random(seed).Shuffle(subjects);
        var n = subjects.Length;
        var tests = Share(test, n, least: n >= 2);
        var validations = Share(validation, n, least: n >= 3);
        while (tests + validations >= n && n > 0)
            _ = validations >= tests && validations > 0 ? validations-- : tests--;
        return subjects.Select((subject, i) => (subject, i)).ToDictionary(
            s => s.subject,
            s => s.i < tests ? Split.Test : s.i < tests + validations ? Split.Validation : Split.Train);
    }

    private static int Share(double share, int subjects, bool least)
    {
        if (share == 0 || !least)
            return 0;
        return Math.Max(1, (int)Math.Round(share * subjects, MidpointRounding.AwayFromZero));
    }
}
