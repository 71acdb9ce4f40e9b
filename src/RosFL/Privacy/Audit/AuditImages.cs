using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>
/// The images of an audit, as training sends them: patches where the run trains on patches. Members train the audited network, auxiliary images
/// train the attackers, victims are attacked; no person is among the victims and in either of the others.
/// </summary>
internal sealed class AuditImages
{
    private readonly Study study;
    private readonly Seeds seeds;
    private readonly SiteImages members, auxiliary;
    private readonly IReadOnlyList<SiteImages> victims;
    private readonly int[] drawn, heldOut;

    /// <param name="own">The site's images; their training split are the members, all others the victims.</param>
    /// <param name="auxiliary">Images of another site for the attackers; null takes the members.</param>
    /// <exception cref="RosflException">The site has too few images.</exception>
    public AuditImages(Study study, SiteImages own, SiteImages? auxiliary)
    {
        (this.study, members, this.auxiliary, seeds) = (study, own, auxiliary ?? own, new Seeds(study.Run.Seed));
        victims = [own.Drawing(Split.Validation), own.Drawing(Split.Test)];
        Persons = victims.Append(members).SelectMany(s => s.ItemSubjects).Distinct().Count();
        HasForeignAuxiliary = auxiliary is not null;
        var subjects = this.auxiliary.ItemSubjects;
        var kept = subjects.Distinct().Order(StringComparer.Ordinal).Where((_, i) => i % 5 == 4).ToHashSet();
        drawn = [.. Enumerable.Range(0, subjects.Count).Where(i => !kept.Contains(subjects[i]))];
        heldOut = [.. Enumerable.Range(0, subjects.Count).Where(i => kept.Contains(subjects[i]))];
        if (drawn.Length == 0 || heldOut.Length == 0 || victims.Sum(v => v.TrainingItems) == 0)
            throw new RosflException(ExitCode.InvalidData,
                $"Site '{own.Site}' has {Persons} persons, too few to audit: attackers need 5 or more persons to learn from and 1 to attack; add images, or name another site with --auxiliary.");
    }

    /// <summary>Persons of the site.</summary>
    public int Persons { get; }

    /// <summary>Whether the attackers learn from another site's images.</summary>
    public bool HasForeignAuxiliary { get; }

    /// <summary>A training batch of the audited network, in the caller's dispose scope.</summary>
    public Batch Members(int step, int count) => Draw(members, [.. Enumerable.Range(0, members.TrainingItems)], seeds.For("audit.members", step), count);

    /// <summary>A batch for the attackers to learn from.</summary>
    public Batch Auxiliary(int step, int count) => Draw(auxiliary, drawn, seeds.For("audit.auxiliary", step), count);

    /// <summary>Always the same images, of auxiliary persons that <see cref="Auxiliary"/> never shows: they tell when an attacker has learned all it can.</summary>
    public Batch HeldOut(int count) => Draw(auxiliary, heldOut, seeds.For("audit.held-out"), count);

    /// <summary>
    /// The images under attack, always the same, in the order of persons, one image of each person before a second of any. Where training sees
    /// patches, further patches of the same images follow until there are enough.
    /// </summary>
    public IReadOnlyList<Shown> Victims() => Drawn("audit.victim", victims, study.Run.Preprocessing.Patch.Length > 0 ? study.Run.Audit.Victims : 1, study.Run.Audit.Victims);

    /// <summary>The same without further patches.</summary>
    public IReadOnlyList<Shown> OthersShown() => Drawn("audit.victim", victims, rounds: 1, study.Run.Audit.Victims);

    /// <summary>Members in the same manner.</summary>
    public IReadOnlyList<Shown> MembersShown() => Drawn("audit.member", [members], rounds: 1, study.Run.Audit.Victims);

    /// <summary>Other draws of the images of the persons under attack, again and again until there are enough.</summary>
    public Batch AmongVictims(int count) => Load(Drawn("audit.among", victims, rounds: count, count));

    private List<Shown> Drawn(string purpose, IReadOnlyList<SiteImages> sources, int rounds, int count)
    {
        IEnumerable<Shown> Round(int round) => InTurns(sources.SelectMany((source, s) =>
            source.ItemSubjects.Select((subject, i) => new Shown(source, i, subject, seeds.For(purpose, round, s, i)))));
        return [.. Enumerable.Range(0, rounds).SelectMany(Round).Take(count)];
    }

    /// <summary>Some images as a batch on the study's device and in its memory layout, in the caller's dispose scope.</summary>
    public Batch Load(IEnumerable<Shown> shown)
    {
        using var scope = NewDisposeScope();
        var all = shown.Select(s => s.Source.Batch([s.Item], s.Seed)).ToList();
        var mask = all.Exists(b => b.Mask is not null) ? cat([.. all.Select(b => b.Mask ?? ones_like(b.Images.narrow(1, 0, 1)))], 0) : null;
        var batch = new Batch(cat([.. all.Select(b => b.Images)], 0), cat([.. all.Select(b => b.Targets)], 0), mask).To(study);
        return new(batch.Images.MoveToOuterDisposeScope(), batch.Targets.MoveToOuterDisposeScope(), batch.Mask?.MoveToOuterDisposeScope());
    }

    private Batch Draw(SiteImages source, int[] items, long seed, int count)
    {
        var random = Seeds.Random(seed);
        return source.Batch([.. Enumerable.Range(0, count).Select(_ => items[random.Next(items.Length)])], seed).To(study);
    }

    private static IEnumerable<Shown> InTurns(IEnumerable<Shown> shown) => shown.GroupBy(s => s.Subject, StringComparer.Ordinal)
        .OrderBy(g => g.Key, StringComparer.Ordinal).SelectMany(g => g.Select((s, turn) => (s, turn))).OrderBy(s => s.turn).Select(s => s.s);
}

/// <summary>One image of one person, drawn always alike.</summary>
internal sealed record Shown(SiteImages Source, int Item, string Subject, long Seed);
