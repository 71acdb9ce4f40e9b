namespace RosFL.Runs;

/// <summary>
/// The variables by which tests make a party break the protocol, die, or repeat itself. They count in a network of throw-away trust, as <c>rosfl up</c>
/// makes it, and nowhere else.
/// </summary>
public static class TestSwitches
{
    private static readonly IReadOnlyDictionary<string, Action<string>> All = new Dictionary<string, Action<string>>
    {
        [Guards.Variable] = guard => Guards.Disabled = guard,
        [CrashPoint.Variable] = CrashPoint.Take,
        [Repetition.Variable] = Repetition.Take,
    };

    /// <summary>Turns on what the environment asks for; called as a party starts.</summary>
    /// <exception cref="RosflException">Something is asked for of a party whose trust is real.</exception>
    public static void Take(bool isThrowAway)
    {
        foreach (var (variable, take) in All)
        {
            if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } setting) continue;
            if (!isThrowAway)
                throw new RosflException(ExitCode.Usage, $"Variable {variable} is '{setting}', which makes a party of a test fail, and this party's certificate is a real one: unset it.");
            take(setting);
        }
    }
}
