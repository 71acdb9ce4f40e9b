using System.Numerics;
using RosFL.Privacy.Paillier;
using RosFL.Privacy.SecureAggregation;

namespace RosFL.Bench;

/// <summary>
/// What a masked sum costs each party, with nobody and with a tenth of the sites dropping out after their masked input was due, and the same
/// sum under Paillier beside it.
/// </summary>
internal static class SecureAggregationBench
{
    private const int Parameters = 100_000, PublishedParameters = 4_897;
    private const double Mebi = 1 << 20;

    public static void Run(BenchOptions options)
    {
        var masked = new Table($"Secure aggregation, malicious-server threshold, processor time, median of {options.Reps}",
            "parameters", "sites", "dropped", "a site's work ms", "the server's work ms", "a site sends MiB", "a site receives MiB");
        WarmUp();
        foreach (var parameters in new[] { PublishedParameters, Parameters })
            foreach (var sites in new[] { 10, 200 })
                foreach (var dropped in new[] { 0, sites / 10 }) Measure(masked, options, parameters, sites, dropped);
        RunMemory(options);
        Paillier();
    }

    /// <summary>What the server holds at the end of its two fullest phases, by the vector's length.</summary>
    public static void RunMemory(BenchOptions options)
    {
        var held = new Table("What the server holds, managed memory", "sites", "parameters", "all shares in MiB", "all inputs in MiB", "one vector MiB", "all vectors MiB");
        using var server = Identity.SelfSigned("server", TimeProvider.System);
        foreach (var sites in new[] { 10, 200 })
            foreach (var parameters in new[] { 1_000, Parameters })
            {
                var identities = Sites(sites);
                var cost = new SessionCost(server, identities, 0, parameters + 1);
                var vector = 8.0 * (parameters + 1) / Mebi;
                held.Row($"{sites}", $"{parameters:n0}", $"{cost.ServerHolds(ServerPhase.Shares) / Mebi:f1}", $"{cost.ServerHolds(ServerPhase.MaskedInput) / Mebi:f1}",
                    $"{vector:f2}", $"{sites * vector:f1}");
                foreach (var identity in identities) identity.Dispose();
            }
    }

    private static void Measure(Table table, BenchOptions options, int parameters, int sites, int dropped)
    {
        var identities = Sites(sites);
        using var server = Identity.SelfSigned("server", TimeProvider.System);
        var costs = Enumerable.Range(0, options.Reps).Select(_ => new SessionCost(server, identities, dropped, parameters + 1)).ToList();
        foreach (var cost in costs) cost.Run();
        double Median(Func<SessionCost, double> figure) => costs.Select(figure).Order().ElementAt(costs.Count / 2);
        table.Row($"{parameters:n0}", $"{sites}", $"{dropped}", $"{Median(c => c.SiteMs):f1}", $"{Median(c => c.ServerMs):f0}", $"{Median(c => c.SiteSends) / Mebi:f2}",
            $"{Median(c => c.SiteReceives) / Mebi:f2}");
        foreach (var identity in identities) identity.Dispose();
    }

    private static List<Identity> Sites(int count) => [.. Enumerable.Range(0, count).Select(i => Identity.SelfSigned($"site-{i}", TimeProvider.System))];

    /// <summary>Compiles what is measured.</summary>
    private static void WarmUp()
    {
        var identities = Sites(4);
        for (var i = 0; i < 20; i++) new SessionCost(identities[3], identities, 1, 1 << 14).Run();
    }

    private static void Paillier()
    {
        var table = new Table($"The same sum under Paillier, {PaillierKey.Bits} bits, unweighted, one thread, {ModularPower.Engine}, processor time of one site and of the server for one site",
            "parameters", "ciphertexts", "encrypt s", "add s", "decrypt s", "a site sends MiB");
        var key = PaillierKey.Create();
        foreach (var parameters in new[] { PublishedParameters, Parameters })
        {
            var messages = new SlotPacking(PaillierKey.Bits, 1).Pack(new ulong[parameters]);
            var (encrypt, ciphertexts) = Timed(() => messages.Select(m => key.Public.Encrypt(m)).ToList());
            var sum = new PaillierSum(key.Public);
            sum.Add(ciphertexts);
            var (add, _) = Timed(() =>
            {
                sum.Add(ciphertexts);
                return 0;
            });
            var (decrypt, _) = Timed(() => sum.Ciphertexts.Select(key.Decrypt).ToList());
            table.Row($"{parameters:n0}", $"{messages.Length:n0}", $"{encrypt:f2}", $"{add:f3}", $"{decrypt:f2}", $"{ciphertexts.Count * 2.0 * PaillierKey.Bits / 8 / Mebi:f2}");
        }
        var managed = Timed(() => ModularPower.Managed(3, key.Public.N, key.Public.NSquared)).Seconds;
        var native = Timed(() => ModularPower.Of(3, key.Public.N, key.Public.NSquared)).Seconds;
        Console.WriteLine($"\nOne power modulo n squared: {native * 1000:f1} ms by {ModularPower.Engine}, {managed * 1000:f1} ms by {nameof(BigInteger)}.");
    }

    private static (double Seconds, T Result) Timed<T>(Func<T> work)
    {
        var before = CpuClock.Now;
        var result = work();
        return ((CpuClock.Now - before).TotalSeconds, result);
    }
}
