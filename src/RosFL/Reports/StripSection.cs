using RosFL.Runs;

namespace RosFL.Reports;

/// <summary>Strips of images, embedded in the page.</summary>
internal static class StripSection
{
    /// <summary>A strip's panels are drawn no wider than this, in CSS pixels.</summary>
    private const int WidestPanel = 256;

    public static void Add(HtmlPage page, RunFolder folder)
    {
        var strips = StripFolder.Load(folder.StripsPath);
        if (strips.Count == 0)
            return;
        page.Section("Images", "Test images; all panels of a strip but the error have the same gray window.");
        foreach (var strip in strips)
        {
            var panels = string.Concat(strip.Panels.Select(panel => Panel(folder, panel)));
            page.Add($"<div class=\"card strip\"><h3>{HtmlPage.Text($"{strip.Site} · {strip.Case}")} <span class=\"soft\">{HtmlPage.Text(strip.Caption)}</span></h3>"
                + $"<div class=\"panels\" style=\"grid-template-columns:repeat({strip.Panels.Count},minmax(0,{WidestPanel}px))\">{panels}</div></div>");
        }
    }

    private static string Panel(RunFolder folder, StoredPanel panel)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder.StripsPath, Path.GetFileName(panel.File)));
        return $"<figure><img alt=\"{HtmlPage.Text(panel.Label)}\" width=\"{panel.Width}\" height=\"{panel.Height}\" src=\"data:image/png;base64,{Convert.ToBase64String(bytes)}\">"
            + $"<figcaption>{HtmlPage.Text(panel.Label)}</figcaption></figure>";
    }
}
