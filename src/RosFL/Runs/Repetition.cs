using System.Globalization;

namespace RosFL.Runs;

/// <summary>
/// Sends messages again, for tests of what a repeated or a late message may not do: with ROSFL_REPEAT=7:20, 20 of 100 messages go out a second
/// time, and as many come once more after the one that follows them, drawn from seed 7. Without <see cref="TestSwitches"/> each goes out once. It sits in the
/// senders since nobody below TLS can repeat or reorder what a connection carries.
/// </summary>
public static class Repetition
{
    public const string Variable = "ROSFL_REPEAT";

    private static readonly Lock Gate = new();
    private static int percent;
    private static Random? draws;

    internal static void Take(string setting)
    {
        var parts = setting.Split(':');
        percent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        draws = Seeds.Random(new Seeds(long.Parse(parts[0], CultureInfo.InvariantCulture)).For("repetition"));
    }

    /// <summary>Whether the message just sent is to be sent again.</summary>
    public static bool IsDue()
    {
        if (draws is null) return false;
        lock (Gate) return draws.Next(100) < percent;
    }

    /// <summary>The messages with their repetitions among them.</summary>
    public static async IAsyncEnumerable<T> AmongAsync<T>(IAsyncEnumerable<T> messages) where T : class
    {
        T? before = null;
        await foreach (var message in messages)
        {
            yield return message;
            if (IsDue()) yield return message;
            if (before is not null && IsDue()) yield return before;
            before = message;
        }
    }
}
