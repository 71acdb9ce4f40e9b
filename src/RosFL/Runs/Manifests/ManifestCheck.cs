using System.Text.RegularExpressions;

namespace RosFL.Runs;

/// <summary>What may be wrong with a manifest's terms, one sentence each; the run in it is checked as every run is.</summary>
internal static partial class ManifestCheck
{
    private const int MostParties = 300, LargestWeight = 1 << 20;

    public static IReadOnlyList<string> Faults(ManifestTerms terms)
    {
        var faults = new List<string>();
        Require(terms.Format == ManifestTerms.CurrentFormat, $"'format' is {terms.Format}; this program reads {ManifestTerms.CurrentFormat}: use the version that wrote it.");
        Require(Party.IsName(terms.Study), $"'study' is refused: {Party.RuleOfNames}.");
        Require(terms.Revision >= 1, $"'revision' is {terms.Revision}; it is counted from 1.");
        Require(terms.Revision == 1 ? terms.Previous.Length == 0 : IsHash(terms.Previous), "'previous' must be the SHA-256 of the revision before, and empty in revision 1.");
        Require(IsHash(terms.BodySeed), "'bodySeed' must be 32 bytes in lower-case hex.");
        Require(terms.InitialWeights.Length == 0 || IsHash(terms.InitialWeights), "'initialWeights' must be a SHA-256 in lower-case hex, or empty.");
        foreach (var path in SharedOptions.Leaves(terms.Run).Keys.Where(path => path.Length > 0 && !SharedOptions.IsShared(path)))
            faults.Add($"'run.{path}' is each party's own option: a manifest cannot set it.");
        Roster(faults, terms);
        Rounds(faults, terms);
        return faults;

        void Require(bool holds, string sentence)
        {
            if (!holds) faults.Add(sentence);
        }
    }

    private static void Roster(List<string> faults, ManifestTerms terms)
    {
        if (terms.Roster.Length is 0 or > MostParties) faults.Add($"'roster' has {terms.Roster.Length} parties; it needs 1 to {MostParties}.");
        var parties = new List<Party>();
        foreach (var (i, entry) in terms.Roster.Index())
        {
            if (!IsParty(entry.Party, out var party, out var why))
            {
                faults.Add($"'roster[{i}].party': {why}");
                continue;
            }

            parties.Add(party);
            if (!IsHash(entry.Key)) faults.Add($"'roster[{i}].key' must be the SHA-256 of {party}'s public key in lower-case hex.");
            if (party.Role == PartyRole.Site ? entry.Weight is < 0 or > LargestWeight : entry.Weight != 0)
                faults.Add($"'roster[{i}].weight' is {entry.Weight}; a site has 0 to {LargestWeight}, every other party 0.");
            if (entry.Storage.Length > 0 && (party.Role != PartyRole.Site || !Point().IsMatch(entry.Storage)))
                faults.Add($"'roster[{i}].storage' must be a site's storage point, 64 bytes in lower-case hex, and empty for every other party: take the entry that 'rosfl study entry' prints.");
        }

        foreach (var twice in parties.GroupBy(party => party.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            faults.Add($"'roster' names '{twice.Key}' {twice.Count()} times; every party has a name of its own, whatever its case.");
        foreach (var twice in terms.Roster.GroupBy(entry => entry.Key, StringComparer.Ordinal).Where(group => group.Count() > 1))
            faults.Add($"'roster' has one key for {string.Join(" and ", twice.Select(entry => entry.Party))}; every party has a key of its own.");
        if (!parties.Exists(party => party.Role == PartyRole.Site)) faults.Add("'roster' has no site.");
        if (parties.Count(party => party.Role == PartyRole.AggregationServer) != 1) faults.Add("'roster' must have one aggregation server.");
        if (parties.Count(party => party.Role == PartyRole.ComputationServer) > 1) faults.Add("'roster' must have one computation server at most.");
        if (parties.Exists(party => party.Role == PartyRole.Authority)) faults.Add("'roster' has a certificate authority, which takes part in no study.");
    }

    private static void Rounds(List<string> faults, ManifestTerms terms)
    {
        var sites = terms.Roster.Count(entry => entry.IsSite);
        if (terms.Quorum.Sites < 0 || terms.Quorum.Sites > sites) faults.Add($"'quorum.sites' is {terms.Quorum.Sites}; it must be in 0..{sites}.");
        if (terms.Quorum.Weight is not (>= 0 and <= 1)) faults.Add($"'quorum.weight' is {terms.Quorum.Weight}; it must be in 0..1.");
        if (terms.Quorum.IdleSeconds < 1) faults.Add($"'quorum.idleSeconds' is {terms.Quorum.IdleSeconds}; it must be 1 or more.");
    }

    private static bool IsParty(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Party? party, out string why)
    {
        try
        {
            (party, why) = (Party.Parse(text), "");
            return true;
        }
        catch (RosflException refused)
        {
            (party, why) = (null, refused.Message);
            return false;
        }
    }

    private static bool IsHash(string text) => Hash().IsMatch(text);

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Hash();

    [GeneratedRegex(@"\A[0-9a-f]{128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Point();
}
