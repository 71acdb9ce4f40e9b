using System.Text.Json.Nodes;
using RosFL.Runs;

namespace RosFL.Reports;

/// <summary>Every option of the run; those that the run file sets stand out.</summary>
internal static class OptionSection
{
    public static void Add(HtmlPage page, RunFolder folder)
    {
        var all = new HtmlTable("option", "value") { Kind = "options" };
        var set = new HtmlTable("option", "value") { Kind = "options" };
        Rows(JsonNode.Parse(folder.Run.EffectiveJson())!.AsObject(), "");
        page.Section("Options", "What the run file sets; everything else is at its default.");
        page.Table(set);
        page.Fold("All options", $"<div class=\"card wide\">{all.Markup()}</div>");

        void Rows(JsonObject group, string path)
        {
            foreach (var (name, value) in group)
            {
                var at = path.Length == 0 ? name : $"{path}.{name}";
                if (value is JsonObject child)
                {
                    Rows(child, at);
                    continue;
                }

                HtmlCell[] cells = [at, value?.ToJsonString(RunJson.Options) ?? "null"];
                all.Row(folder.Run.Sets(at) ? "set" : "", cells);
                if (folder.Run.Sets(at))
                    set.Row("set", cells);
            }
        }
    }
}
