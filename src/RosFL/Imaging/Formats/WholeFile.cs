namespace RosFL.Imaging.Formats;

/// <summary>Writes a file beside its place and moves it there when it is whole, so a kill leaves the old one or none.</summary>
internal static class WholeFile
{
    public static void Write(string path, Action<Stream> write)
    {
        var part = path + ".part";
        using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write))
            write(stream);
        File.Move(part, path, overwrite: true);
    }
}
