using RosFL.Reports;
using RosFL.Runs;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Reports;

/// <summary>A run folder full of plausible figures, without any training.</summary>
internal static class MadeUpRun
{
    private static readonly string[] Sites = ["north", "south", "east", "west-<hospital>"];

    public static RunFolder Make(TemporaryFolder temporary, Func<RoundRecord, RoundRecord>? change = null)
    {
        var folder = RunFolder.Create(RunFile.Parse("""
            { "name": "lowdose-ct", "rounds": 20, "algorithm": { "strength": 0.1 }, "evaluation": { "scoreWindow": [-160, 240] },
              "ct": { "geometry": { "photons": 20000 }, "airBelowHu": -1000 } }
            """, "made-up", [$"output.folder={temporary.Path}"]));
        using var store = RunStore.Open(folder.StorePath);
        var random = Seeds.Random(1);
        store.SetSites([.. Sites.Select((site, i) => new SiteSize(site, 20 + 7 * i, 4, 6))]);
        for (var round = 0; round < 20; round++)
        {
            var made = Round(round, random);
            store.Commit(change is null ? made : change(made));
            store.AddScores(Sites.SelectMany((site, i) => Scores(round, "validation", site, 28 + i + 4 * (1 - Math.Exp(-round / 5.0)), 4, random)));
        }

        store.AddScores(Sites.SelectMany((site, i) => Scores(18, "test", site, 31.5 + i, 6, random)));
        store.AddScores([.. Sites.Select((site, i) => new ScoreRecord(18, "test", site, "pooled", "psnr", 31.2 + i))]);
        store.AddScores(Scores(18, "unseen", "lidc", 29, 8, random));
        store.AddEvent("resumed", "Resumed after round 7.", 7);
        StripFolder.Save(folder.StripsPath, [.. Sites.Take(2).Select((site, i) => new StripImage(site, $"slice_{i:D3}.png", "PSNR 31.2 dB", Panels(random)))]);
        return folder;
    }

    private static RoundRecord Round(int round, Random random) => new(round, 6 + random.NextDouble(), 1e-3, Math.Min(1 - 1.0 / (round + 1), 0.99),
        0.004 / (round + 1), 0.006 / (round + 1), 0.002 / (round + 1), $"m{round}", round == 0 ? "" : $"h{round - 1}", $"h{round}",
        [.. Sites.Select((site, i) => new SiteRound(site, 8, 32, (0.004 + 0.001 * i) * (0.3 + Math.Exp(-round / 4.0)) + 0.0002 * random.NextDouble(), 1.4 + 0.1 * i, 48_000_000 + 3_000_000 * i, 47_500_000,
            0.05 / (1 + round) + 0.004 * random.NextDouble(), 0.03 / (1 + round), round == 5 ? double.NaN : 0.02 / (1 + round) + 0.002 * random.NextDouble()))]);

    private static IEnumerable<ScoreRecord> Scores(int round, string split, string site, double psnr, int images, Random random) => Enumerable.Range(0, images).SelectMany(i =>
    {
        var value = psnr + 2 * random.NextDouble() - 1;
        return new ScoreRecord[]
        {
            new(round, split, site, $"slice_{i:D3}.png", "psnr", value), new(round, split, site, $"slice_{i:D3}.png", "ssim", 0.5 + value / 80),
            new(round, split, site, $"slice_{i:D3}.png", "rmse", 400 / Math.Pow(10, value / 20)),
        };
    });

    private static StripPanel[] Panels(Random random)
    {
        const int size = 128;
        var truth = new float[size * size];
        for (var i = 0; i < truth.Length; i++)
        {
            var (x, y) = (i % size - 64.0, i / size - 64.0);
            truth[i] = x * x / 2500 + y * y / 3600 > 1 ? 0 : x * x / 400 + (y - 15) * (y - 15) / 300 < 1 ? 180 : 110;
        }

        float[] Noisy(double amount) => [.. truth.Select(value => (float)Math.Clamp(value + amount * (random.NextDouble() - 0.5), 0, 255))];
        var (input, prediction) = (Noisy(120), Noisy(20));
        float[] error = [.. prediction.Zip(truth, (p, t) => Math.Abs(p - t) * 8)];
        return [new("input", new(input, 1, size, size)), new("prediction", new(prediction, 1, size, size)), new("truth", new(truth, 1, size, size)), new("error × 8", new(error, 1, size, size))];
    }
}
