namespace RosFL.Runs;

/// <summary>
/// Rules of the protocol that tests switch off to see that they are missed: ROSFL_DISABLE_GUARD=durable-prepare. Without <see cref="TestSwitches"/> all hold.
/// </summary>
public static class Guards
{
    public const string Variable = "ROSFL_DISABLE_GUARD";

    /// <summary>A party's prepared state is on disk before it answers.</summary>
    public const string DurablePrepare = "durable-prepare";

    /// <summary>An attempt begins at the committed optimizer state, whatever an attempt before it left.</summary>
    public const string OptimizerRollback = "optimizer-rollback";

    /// <summary>No attempt of a round has the number of another.</summary>
    public const string AttemptNumber = "attempt-number";

    /// <summary>The bodies that are merged are those of the decision.</summary>
    public const string Survivors = "survivors";

    /// <summary>What comes again is answered again and not done again.</summary>
    public const string Replay = "replay";

    /// <summary>The one that does not hold; for tests alone.</summary>
    public static string? Disabled { get; set; }

    public static bool Holds(string guard) => Disabled != guard;
}
