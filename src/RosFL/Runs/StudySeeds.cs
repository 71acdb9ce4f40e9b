namespace RosFL.Runs;

/// <summary>
/// Where a study's chance comes from, by who may hold it. The body's is public. Initial head and tail come from a secret that only the
/// sites share; order, augmentation, splits, phantoms and CT noise of a site from a secret of that site, or a server could rebuild what it
/// must not see. A simulation derives all of them from the run's seed; a party of a network is given those that it may hold, and draws
/// the same bits.
/// </summary>
public sealed class StudySeeds
{
    /// <summary>What the aggregation server holds.</summary>
    public static readonly StudySeeds OfNobody = new(null, null, NoSite);

    private readonly Seeds? bodies, sites, run;
    private readonly IReadOnlyDictionary<string, Seeds> own = NoSite;

    private static IReadOnlyDictionary<string, Seeds> NoSite => new Dictionary<string, Seeds>();

    private StudySeeds(Seeds run)
    {
        this.run = run;
        (bodies, sites) = (run.Derive("bodies"), run.Derive("sites"));
    }

    private StudySeeds(Seeds? bodies, Seeds? sites, IReadOnlyDictionary<string, Seeds> own) =>
        (this.bodies, this.sites, this.own) = (bodies, sites, own);

    /// <summary>Everybody's, from the seed of a run: for a simulation, and for whoever hands the secrets out.</summary>
    public static StudySeeds OfRun(long seed) => new(new Seeds(seed));

    /// <summary>What a computation server holds.</summary>
    public static StudySeeds OfComputationServer(Seeds bodies) => new(bodies, null, NoSite);

    /// <summary>What a site holds; the body's seed, which is public, is used only where the algorithm leaves the body at the site.</summary>
    public static StudySeeds OfSite(Seeds bodies, Seeds sites, string name, Seeds own) =>
        new(bodies, sites, new Dictionary<string, Seeds> { [name] = own });

    /// <summary>Initial bodies, and the order of turns at a shared body.</summary>
    public Seeds Bodies => bodies ?? throw Missing("the body's seed");

    /// <summary>Initial heads and tails.</summary>
    public Seeds Sites => sites ?? throw Missing("the sites' secret");

    /// <summary>What only a simulation draws, such as subjects dealt out anew over all sites.</summary>
    public Seeds Simulation => run?.Derive("simulation") ?? throw Missing("the run's seed");

    /// <summary>Everything that one site draws for itself.</summary>
    public Seeds Site(string name) =>
        own.TryGetValue(name, out var secret) ? secret : run?.Derive("site/" + name) ?? throw Missing($"the secret of site '{name}'");

    private static InvalidOperationException Missing(string what) => new($"This party does not hold {what}, and must not need it.");
}
