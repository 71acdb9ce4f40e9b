namespace RosFL.Runs;

/// <summary>Names that a catalogue must know, and options that the thing of that name does not use.</summary>
internal static class RunNameRules
{
    public static void Apply(RunRules rules, RunOptions run, RunNames names)
    {
        Name(rules, "algorithm", run.Algorithm.Name, names.Algorithms, typeof(AlgorithmOptions));
        Secure(rules, run, names);
        Name(rules, "network", run.Network.Name, names.Networks, typeof(NetworkOptions));
        if (names.Split is not { } split) return;
        var when = $"where the body is at the computation server, which is so under algorithm {string.Join(", ", split)}";
        rules.OnlyIf(split.Contains(run.Algorithm.Name), run.Wire.Payload, when);
        rules.OnlyIf(split.Contains(run.Algorithm.Name), run.Wire.LargestRms, when);
        rules.OnlyIf(split.Contains(run.Algorithm.Name), run.Wire.ImageSizes, when);
        rules.OnlyIf(split.Contains(run.Algorithm.Name), run.Privacy.Gradient, when);
    }

    /// <summary>Only a mean over several sites can be taken under masks; the algorithms that take one use algorithm.merge.</summary>
    private static void Secure(RunRules rules, RunOptions run, RunNames names)
    {
        if (!run.Privacy.SumsIntegers || !names.Algorithms.TryGetValue(run.Algorithm.Name, out var used) || used.Contains("merge")) return;
        rules.Add("privacy.secureAggregation", $"is {RunRules.Shown(run.Privacy.SecureAggregation)}, but algorithm '{run.Algorithm.Name}' takes no mean over sites: remove it, or choose another algorithm.");
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
