using RosFL.Runs;

namespace RosFL.Cli;

/// <summary>Files that a command writes where nothing was.</summary>
internal static class NewFile
{
    /// <exception cref="RosflException">There is one already.</exception>
    public static void RequireFree(string path)
    {
        if (File.Exists(path)) throw new RosflException(ExitCode.Usage, $"File '{path}' exists: name another with --out, it is not overwritten.");
    }
}
