using System.Text.Json;
using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Reports;

/// <summary>Strips of images on disk, so that a report can be made again: PNG files and <c>strips.json</c>, written last.</summary>
public static class StripFolder
{
    /// <summary>Replaces the strips of a folder.</summary>
    public static void Save(string folder, IReadOnlyList<StripImage> strips)
    {
        Directory.CreateDirectory(folder);
        Write(folder, [.. strips.Select((strip, i) => new StoredStrip(strip.Site, strip.Case, strip.Caption,
            [.. strip.Panels.Select((panel, j) => Write(folder, panel, $"{i:D3}-{j}.png"))]))]);
    }

    /// <summary>Copies the strips of several folders into one.</summary>
    public static void Join(string into, IReadOnlyList<string> folders)
    {
        Directory.CreateDirectory(into);
        var all = folders.SelectMany(folder => Load(folder).Select(strip => (folder, strip)));
        Write(into, [.. all.Select((from, i) => from.strip with { Panels = [.. from.strip.Panels.Select((panel, j) => Copy(from.folder, into, panel, $"{i:D3}-{j}.png"))] })]);
    }

    internal static IReadOnlyList<StoredStrip> Load(string folder) => File.Exists(ListPath(folder))
        ? JsonSerializer.Deserialize<List<StoredStrip>>(File.ReadAllText(ListPath(folder)), JsonSerializerOptions.Web) ?? []
        : [];

    private static void Write(string folder, IReadOnlyList<StoredStrip> strips) =>
        AtomicFile.WriteText(ListPath(folder), JsonSerializer.Serialize(strips, JsonSerializerOptions.Web));

    private static StoredPanel Write(string folder, StripPanel panel, string name)
    {
        PngFile.Write(Path.Combine(folder, name), panel.Picture);
        return new(panel.Label, name, panel.Picture.Size[1], panel.Picture.Size[0]);
    }

    private static StoredPanel Copy(string from, string into, StoredPanel panel, string name)
    {
        File.Copy(Path.Combine(from, Path.GetFileName(panel.File)), Path.Combine(into, name), overwrite: true);
        return panel with { File = name };
    }

    private static string ListPath(string folder) => Path.Combine(folder, "strips.json");
}

internal sealed record StoredPanel(string Label, string File, int Width, int Height);

internal sealed record StoredStrip(string Site, string Case, string Caption, IReadOnlyList<StoredPanel> Panels);
