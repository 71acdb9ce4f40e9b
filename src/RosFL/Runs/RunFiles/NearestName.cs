namespace RosFL.Runs;

/// <summary>The remedy for a mistyped name: the nearest known one by edit distance.</summary>
public static class NearestName
{
    /// <summary>"did you mean 'x'?" when one is near, the list of all otherwise.</summary>
    public static string Suggest(string name, IReadOnlyCollection<string> known)
    {
        var nearest = known.OrderBy(candidate => Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant())).FirstOrDefault();
        return nearest is not null && Distance(name.ToLowerInvariant(), nearest.ToLowerInvariant()) <= Math.Max(1, name.Length / 3)
            ? $"did you mean '{nearest}'?"
            : $"known here are {string.Join(", ", known)}.";
    }

    /// <summary>Insertions, deletions and exchanges of one character that turn one word into the other.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var exchange = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(exchange, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
