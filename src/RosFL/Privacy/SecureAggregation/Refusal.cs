using RosFL.Runs;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>How a party of the protocol says no: one sentence, and nothing more is sent.</summary>
internal static class Refusal
{
    public static RosflException Of(string sentence) => new(ExitCode.SecureAggregation, sentence);

    public static void Unless(bool holds, string sentence)
    {
        if (!holds) throw Of(sentence);
    }
}
