namespace RosFL.Runs;

/// <summary>How a command of <c>rosfl</c> ends; documented in docs/exit-codes.md.</summary>
public enum ExitCode
{
    Success = 0,
    Unexpected = 1,
    Usage = 2,
    InvalidRun = 3,
    InvalidData = 4,
    InvalidFile = 5,
    CannotResume = 6,
    MissingProgram = 7,
    NoSpace = 8,
    NotTrusted = 9,
    ManifestDiffers = 10,
    Protocol = 11,
    Unreachable = 12,
    SecureAggregation = 13,
    AuditFailed = 14,
    Interrupted = 130,
}

/// <summary>
/// Wrong input, said in one sentence that names the thing, the value found, the rule and the remedy. The command line shows the
/// sentence alone and exits with <see cref="Code"/>.
/// </summary>
public sealed class RosflException(ExitCode code, string message, Exception? cause = null) : Exception(message, cause)
{
    public ExitCode Code { get; } = code;
}
