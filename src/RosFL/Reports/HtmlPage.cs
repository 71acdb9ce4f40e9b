using System.Net;
using System.Text;

namespace RosFL.Reports;

/// <summary>A self-contained page: no script, nothing loaded from anywhere, light and dark, prints.</summary>
internal sealed class HtmlPage(string title, string subtitle)
{
    private const string Style = """
        :root { color-scheme: light dark; --page:#f6f6f3; --card:#fcfcfb; --ink:#0b0b0b; --soft:#52514e; --mute:#898781; --grid:#e1e0d9; --axis:#c3c2b7;
          --s0:#2a78d6; --s1:#1baf7a; --s2:#eda100; --s3:#008300; --s4:#4a3aa7; --s5:#e34948; --s6:#e87ba4; --s7:#eb6834; }
        @media (prefers-color-scheme: dark) { :root { --page:#111110; --card:#1a1a19; --ink:#fff; --soft:#c3c2b7; --mute:#898781; --grid:#2c2c2a; --axis:#4a4a46;
          --s0:#3987e5; --s1:#199e70; --s2:#c98500; --s3:#008300; --s4:#9085e9; --s5:#e66767; --s6:#d55181; --s7:#d95926; } }
        * { box-sizing: border-box; }
        body { margin:0; background:var(--page); color:var(--ink); font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif; }
        main { max-width:1360px; margin:0 auto; padding:32px 20px 64px; }
        h1 { font-size:28px; line-height:1.2; margin:0 0 4px; } h2 { font-size:19px; margin:40px 0 12px; } h3 { font-size:15px; margin:0 0 4px; } h3 .soft { font-weight:400; }
        p { margin:0 0 12px; max-width:85ch; } .soft { color:var(--soft); } .note { color:var(--soft); font-size:13px; margin-top:8px; max-width:110ch; }
        .tiles { display:grid; grid-template-columns:repeat(auto-fit,minmax(170px,1fr)); gap:12px; margin-top:20px; }
        .tile, .card { background:var(--card); border:1px solid var(--grid); border-radius:10px; padding:14px 16px; }
        .tile b { display:block; font-size:22px; line-height:1.25; font-weight:600; } .tile span { color:var(--soft); font-size:13px; }
        .charts { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr)); gap:12px; }
        .card { min-width:0; } svg { display:block; width:100%; height:auto; } svg text { font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif; fill:var(--soft); }
        .legend { display:flex; flex-wrap:wrap; gap:2px 16px; color:var(--soft); font-size:13px; margin:0 0 6px; } .legend i { display:inline-block; width:18px; height:0; border-top:2.5px solid; vertical-align:middle; margin-right:6px; }
        .wide { overflow-x:auto; } table { border-collapse:collapse; width:100%; font-variant-numeric:tabular-nums; font-size:14px; }
        th, td { text-align:right; padding:7px 8px; border-bottom:1px solid var(--grid); white-space:nowrap; } th { color:var(--soft); font-weight:600; }
        th:first-child, td:first-child { text-align:left; } tr:last-child td { border-bottom:0; } tr.sum td { border-top:2px solid var(--axis); font-weight:600; }
        td small { color:var(--mute); display:block; font-weight:400; } td.best { font-weight:700; }
        table.options td, table.options th { text-align:left; padding:4px 12px; } table.options td { white-space:normal; overflow-wrap:anywhere; } table.options tr.set td { font-weight:600; } table.options tr:not(.set) td { color:var(--soft); }
        .strip { margin-bottom:16px; } .panels { display:grid; gap:8px; } .panels figure { margin:0; } .panels img { width:100%; height:auto; display:block; border-radius:4px; background:#000; image-rendering:pixelated; }
        figcaption { color:var(--soft); font-size:13px; text-align:center; padding-top:3px; } summary { cursor:pointer; color:var(--soft); padding:4px 0; }
        @media print { :root { --page:#fff; --card:#fff; } body { font-size:11pt; } main { max-width:none; padding:0; } .card, .tile, .strip, tr { break-inside:avoid; } h2 { break-after:avoid; } details::details-content { content-visibility:visible; height:auto; } summary { display:none; } }
        """;

    private readonly StringBuilder body = new();

    public static string Text(string text) => WebUtility.HtmlEncode(text);

    public void Section(string heading, string intro = "")
    {
        body.Append($"<h2>{Text(heading)}</h2>\n");
        if (intro.Length > 0)
            body.Append($"<p class=\"soft\">{Text(intro)}</p>\n");
    }

    /// <summary>Markup that is already escaped.</summary>
    public void Add(string markup) => body.Append(markup).Append('\n');

    public void Note(string text) => Add($"<p class=\"note\">{Text(text)}</p>");

    public void Table(HtmlTable table) => Add($"<div class=\"card wide\">{table.Markup()}</div>");

    public void Fold(string summary, string markup) => Add($"<details><summary>{Text(summary)}</summary>{markup}</details>");

    public string Markup() => $$"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <title>{{Text(title)}}</title><style>{{Style}}</style></head>
        <body><main><h1>{{Text(title)}}</h1><p class="soft">{{Text(subtitle)}}</p>
        {{body}}</main></body></html>

        """;
}
