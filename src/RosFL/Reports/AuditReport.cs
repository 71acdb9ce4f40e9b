using System.Globalization;
using RosFL.Privacy.Audit;
using RosFL.Runs;

namespace RosFL.Reports;

/// <summary>The audit of a site's cuts as one page for that site's own eyes.</summary>
public static class AuditReport
{
    /// <param name="pictures">PNG files of a cut: for each image the original and each reconstruction.</param>
    public static string Html(RunOptions run, string site, IReadOnlyList<CutAudit> results, Func<CutAudit, IReadOnlyList<string[]>> pictures)
    {
        var page = new HtmlPage($"Leakage audit of {run.Name}", $"Site {site}: what can be read back from what leaves it, cut by cut. For this site's own eyes: the pictures are patients' images.");
        Verdicts(page, run, results);
        Images(page, results);
        if (results.Any(r => r.StolenMasks.Count > 0)) Masks(page, run, results);
        Members(page, results);
        Pictures(page, results, pictures);
        page.Note($"Leak = (SSIM of the strongest attack - SSIM of the mean image) / (1 - SSIM of the mean image). Green up to {Figures.Number(run.Audit.Limits.Green)}, amber up to {Figures.Number(run.Audit.Limits.Amber)}, else red; "
            + "green also needs identification and membership near chance. A cut passes only against a decoder that had learned all it could; the linear attack can only fail one. Distance correlation is shown because it is often quoted: it is known to mislead.");
        return page.Markup();
    }

    private static void Verdicts(HtmlPage page, RunOptions run, IReadOnlyList<CutAudit> results)
    {
        page.Section("Cuts", "What the body adds, what leaks, what it costs: choose on the three together.");
        var table = new HtmlTable("cut", "images", "leak", "strongest attack", "labels", "label leak", "score", "gain over site-only", "member AUC", "bytes per image");
        foreach (var r in results)
            table.Row(r.Cut, new HtmlCell(r.Grade(run.Audit.Limits).ToString().ToLowerInvariant(), r.Grade(run.Audit.Limits) == AuditGrade.Inconclusive ? r.WhyInconclusive()! : ""), Three(r.Leak), r.Strongest.Attacker,
                r.MaskGrade(run.Audit.Limits)?.ToString().ToLowerInvariant() ?? "–", r.MaskLeak is { } leak ? Three(leak) : "–", Three(r.Score), Three(r.Gain),
                r.Membership is { } m ? Three(m.Auc) : "–", Figures.Bytes(r.BytesPerImage));
        page.Table(table);
    }

    private static void Images(HtmlPage page, IReadOnlyList<CutAudit> results)
    {
        page.Section("Images read back", "SSIM and PSNR (dB) of reconstructions in 0..1, beside what needs no attack.");
        var table = new HtmlTable("cut", "attack", "SSIM", "95 %", "most", "PSNR", "95 %", "most", "person found", "steps", "plateau");
        foreach (var r in results)
        {
            void Row(string name, ImageScores s, string found, string steps, string plateau) => table.Row(r.Cut, name, Three(s.Ssim), Three(s.SsimHigh), Three(s.SsimMost),
                Figures.Fixed(s.Psnr, 1), Figures.Fixed(s.PsnrHigh, 1), Figures.Fixed(s.PsnrMost, 1), found, steps, plateau);
            Row("mean image", r.MeanImage, string.Create(CultureInfo.InvariantCulture, $"{1.0 / r.Gallery:P1} (chance, 1 of {r.Gallery})"), "–", "–");
            Row("pixels of 8", r.Pixelated8, "–", "–", "–");
            Row("pixels of 4", r.Pixelated4, "–", "–", "–");
            foreach (var a in r.Reconstructions)
                Row(a.Attacker, a.Scores, string.Create(CultureInfo.InvariantCulture, $"{a.Identified:P1}"), a.Steps == 0 ? "–" : $"{a.Steps}", a.Steps == 0 ? "–" : a.Plateau ? "yes" : "no");
        }
        page.Table(table);
        page.Note("A pixel crosses so often in the whole study, and attackers see what guards add, noise or the gradients of other images, averaged over as many crossings: " + string.Join(", ", results.Select(r => $"{r.Cut} {Figures.Fixed(r.Crossings, 1)}")) + ".");
        page.Note("Distance correlation of images and smashed values, for information only: " + string.Join(", ", results.Select(r => $"{r.Cut} {Three(r.DistanceCorrelation)}")) + ".");
    }

    private static void Masks(HtmlPage page, RunOptions run, IReadOnlyList<CutAudit> results)
    {
        page.Section("Labels read back", "Foreground Dice of label maps that a decoder makes of each thing that crosses.");
        var table = new HtmlTable("cut", "mean mask", "from smashed", "from features", "from their gradient", "label leak", "grade");
        foreach (var r in results)
            table.Row(r.Cut, Three(r.MeanMaskDice), Of(r, "smashed"), Of(r, "features"), Of(r, "gradient"), Three(r.MaskLeak!.Value), r.MaskGrade(run.Audit.Limits)!.Value.ToString().ToLowerInvariant());
        page.Table(table);
        static string Of(CutAudit r, string source) => r.StolenMasks.FirstOrDefault(m => m.Source == source) is { } stolen ? Three(stolen.Dice) : "–";
    }

    private static void Members(HtmlPage page, IReadOnlyList<CutAudit> results)
    {
        page.Section("Members told apart", "Whether an image's loss tells that the network was trained on it, with 95 % intervals: AUC, and the share of members found where 1 % of the others are taken for members.");
        var table = new HtmlTable("cut", "AUC", "found at 1 %");
        foreach (var r in results)
            if (r.Membership is { } m) table.Row(r.Cut, Ranged(m.Auc, m.AucLow, m.AucHigh), Ranged(m.TruePositives, m.TruePositivesLow, m.TruePositivesHigh));
            else table.Row(r.Cut, "not measured", "–");
        page.Table(table);
        static HtmlCell Ranged(double value, double low, double high) => new(Three(value), $"{Three(low)} to {Three(high)}");
    }

    private static void Pictures(HtmlPage page, IReadOnlyList<CutAudit> results, Func<CutAudit, IReadOnlyList<string[]>> pictures)
    {
        page.Section("Side by side", "Original, then each attacker's reconstruction.");
        foreach (var r in results)
            foreach (var files in pictures(r))
            {
                string[] labels = ["original", .. r.Reconstructions.Select(a => a.Attacker)];
                var panels = files.Zip(labels, (file, label) => $"<figure><img alt=\"{HtmlPage.Text(label)}\" src=\"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(file))}\"><figcaption>{HtmlPage.Text(label)}</figcaption></figure>");
                page.Add($"<div class=\"card strip\"><h3>cut {HtmlPage.Text(r.Cut)}</h3><div class=\"panels\" style=\"grid-template-columns:repeat({files.Length},minmax(0,220px))\">{string.Concat(panels)}</div></div>");
            }
    }

    private static string Three(double value) => Figures.Fixed(value, 3);
}
