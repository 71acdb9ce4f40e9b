using System.Text.RegularExpressions;

namespace RosFL.Runs;

/// <summary>One party of a study: its role and its name, written <c>site/north</c>.</summary>
public sealed partial record Party
{
    /// <summary>What stands before a party in the URI of its certificate: <c>rosfl:site/north</c>.</summary>
    public const string Scheme = "rosfl:";

    private const int LongestName = 63;

    /// <exception cref="RosflException">The name breaks <see cref="RuleOfNames"/>.</exception>
    public Party(PartyRole role, string name) => (Role, Name) = (role, CheckedName(name));

    /// <summary>The rule that every name in a manifest, an invite or a message obeys, so that none can be or become a path.</summary>
    public static string RuleOfNames => $"a name is made of letters, digits, '-', '_' and single dots, at most {LongestName}, beginning and ending with a letter or digit, and is no device of Windows";

    public PartyRole Role { get; }

    public string Name { get; }

    public string Uri => Scheme + this;

    public override string ToString() => $"{NameOf(Role)}/{Name}";

    /// <summary>Reads <c>site/north</c>.</summary>
    public static Party Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && RoleOf(text[..slash]) is { } role ? new(role, text[(slash + 1)..])
            : throw new RosflException(ExitCode.NotTrusted, $"Party '{Shown(text)}' is no role and name: write ROLE/NAME with one of {string.Join(", ", Enum.GetValues<PartyRole>().Select(NameOf))}.");
    }

    public static bool IsName(string name) => name.Length <= LongestName && Names().IsMatch(name) && !Devices().IsMatch(name);

    /// <exception cref="RosflException">The name breaks <see cref="RuleOfNames"/>.</exception>
    public static string CheckedName(string name) => IsName(name) ? name
        : throw new RosflException(ExitCode.NotTrusted, $"Name '{Shown(name)}' is refused: {RuleOfNames}.");

    public static string NameOf(PartyRole role) => RunJson.Text(System.Text.Json.JsonSerializer.SerializeToNode(role, RunJson.Options)).Trim('"');

    private static PartyRole? RoleOf(string text) => Enum.GetValues<PartyRole>().Where(role => NameOf(role) == text).Select(role => (PartyRole?)role).FirstOrDefault();

    /// <summary>A foreign text as a message may show it: short, without control characters.</summary>
    private static string Shown(string text) => string.Concat(text.Take(40).Select(c => char.IsControl(c) ? '?' : c));

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9_-]|\.(?!\.))*(?<=[A-Za-z0-9])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Names();

    [GeneratedRegex(@"\A(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Devices();
}
