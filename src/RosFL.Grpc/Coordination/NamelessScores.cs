using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>Scores as they may leave a site: images are numbered in the order in which the site scores them, since their names may name persons.</summary>
internal static class NamelessScores
{
    private const string Pooled = "pooled";

    public static IReadOnlyList<ScoreRecord> Of(IReadOnlyList<ScoreRecord> scores)
    {
        var numbers = new Dictionary<string, int>();
        return [.. scores.Select(score => score.Case == Pooled ? score : score with { Case = $"image-{NumberOf(score.Case):0000}" })];

        int NumberOf(string name)
        {
            if (!numbers.TryGetValue(name, out var number)) numbers[name] = number = numbers.Count + 1;
            return number;
        }
    }
}
