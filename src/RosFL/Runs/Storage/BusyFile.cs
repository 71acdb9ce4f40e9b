namespace RosFL.Runs;

/// <summary>
/// Files that another program may have open for a moment: a virus scanner, a backup, a party that looks into them. Windows then refuses to replace,
/// delete or read them, so it is tried again; elsewhere nobody is in the way.
/// </summary>
public static class BusyFile
{
    private const int Tries = 100;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(20);

    public static void Replace(string from, string to) => Patiently(() => File.Move(from, to, overwrite: true));

    public static void Delete(string path) => Patiently(() => File.Delete(path));

    public static string ReadText(string path)
    {
        var text = "";
        Patiently(() => text = File.ReadAllText(path));
        return text;
    }

    private static void Patiently(Action change) => Patiently(change, OperatingSystem.IsWindows() ? Tries : 1);

    internal static void Patiently(Action change, int tries)
    {
        for (var left = tries; ; left--)
        {
            try
            {
                change();
                return;
            }
            // there is no event for a file that is free again
            catch (Exception busy) when (left > 1 && busy is (IOException or UnauthorizedAccessException) and not (FileNotFoundException or DirectoryNotFoundException))
            {
                Thread.Sleep(Retry);
            }
        }
    }
}
