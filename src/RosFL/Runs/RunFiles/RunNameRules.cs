namespace RosFL.Runs;

/// <summary>Names that a catalogue must know, and options that the thing of that name does not use.</summary>
internal static class RunNameRules
{
    public static void Apply(RunRules rules, RunOptions run, RunNames names)
    {
        Name(rules, "algorithm", run.Algorithm.Name, names.Algorithms, typeof(AlgorithmOptions));
        Name(rules, "network", run.Network.Name, names.Networks, typeof(NetworkOptions));
        if (names.Split is not { } split) return;
        var when = $"where the body is at the computation server, which is so under algorithm {string.Join(", ", split)}";
        rules.OnlyIf(split.Contains(run.Algorithm.Name), run.Wire.Payload, when);
        rules.OnlyIf(split.Contains(run.Algorithm.Name), run.Wire.LargestRms, when);
        rules.OnlyIf(split.Contains(run.Algorithm.Name), run.Wire.ImageSizes, when);
    }

    private static void Name(RunRules rules, string group, string name, IReadOnlyDictionary<string, IReadOnlySet<string>> known, Type options)
    {
        if (!known.TryGetValue(name, out var used))
        {
            rules.Add($"{group}.name", $"is \"{name}\", which is no known {group}; {NearestName.Suggest(name, [.. known.Keys])}");
            return;
        }

        foreach (var member in RunJson.Members(options).Properties.Select(member => member.Name).Where(member => member != "name"))
        {
            if (!rules.Sets($"{group}.{member}") || used.Contains(member))
                continue;
            var users = known.Where(entry => entry.Value.Contains(member)).Select(entry => entry.Key).ToList();
            rules.Add($"{group}.{member}", $"has no effect under {group} '{name}': remove it" + (users.Count > 0 ? $", or choose one of {string.Join(", ", users)}." : "."));
        }
    }
}
