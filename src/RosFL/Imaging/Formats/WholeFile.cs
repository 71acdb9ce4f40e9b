using RosFL.Runs;

namespace RosFL.Imaging.Formats;

/// <summary>Image files that are there whole or not at all.</summary>
internal static class WholeFile
{
    /// <exception cref="RosflException">The disk is full or may not be written; what was there stays.</exception>
    public static void Write(string path, Action<Stream> write) => AtomicFile.Write(path, write);
}
