using System.Text.Json;
using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Reports;

/// <summary>The strips of a run on disk, so that the report can be made again: PNG files in <c>strips/</c> and <c>strips.json</c>, written last.</summary>
public static class StripFolder
{
    /// <summary>Replaces the strips of the run.</summary>
    public static void Save(RunFolder folder, IReadOnlyList<StripImage> strips)
    {
        Directory.CreateDirectory(folder.StripsPath);
        var stored = strips.Select((strip, i) => new StoredStrip(strip.Site, strip.Case, strip.Caption,
            [.. strip.Panels.Select((panel, j) => Write(folder, panel, $"{i:D3}-{j}.png"))])).ToList();
        AtomicFile.WriteText(ListPath(folder), JsonSerializer.Serialize(stored, JsonSerializerOptions.Web));
    }

    internal static IReadOnlyList<StoredStrip> Load(RunFolder folder) => File.Exists(ListPath(folder))
        ? JsonSerializer.Deserialize<List<StoredStrip>>(File.ReadAllText(ListPath(folder)), JsonSerializerOptions.Web) ?? []
        : [];

    private static StoredPanel Write(RunFolder folder, StripPanel panel, string name)
    {
        PngFile.Write(Path.Combine(folder.StripsPath, name), panel.Picture);
        return new(panel.Label, name, panel.Picture.Size[1], panel.Picture.Size[0]);
    }

    private static string ListPath(RunFolder folder) => Path.Combine(folder.StripsPath, "strips.json");
}

internal sealed record StoredPanel(string Label, string File, int Width, int Height);

internal sealed record StoredStrip(string Site, string Case, string Caption, IReadOnlyList<StoredPanel> Panels);
