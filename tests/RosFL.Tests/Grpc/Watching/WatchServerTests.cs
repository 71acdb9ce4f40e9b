using System.Net;
using System.Text.RegularExpressions;
using RosFL.Federation;
using RosFL.Grpc.Watching;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Watching;

/// <summary>What a party's monitoring sees, over real HTTP.</summary>
public sealed class WatchServerTests
{
    [Fact]
    public async Task Health_saysWhatKeepsThePartyFromItsWork()
    {
        var health = new PartyHealth();
        await using var watch = await WatchServer.StartAsync("127.0.0.1:0", health);
        using var client = new HttpClient { BaseAddress = watch.Address };
        Assert.Equal("alive\n", await client.GetStringAsync("/health/live"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "starting\n"), await GetAsync(client, "/health/ready"));
        health.Ready();
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await GetAsync(client, "/health/ready"));
        health.Hindered("disk full");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "disk full\n"), await GetAsync(client, "/health/ready"));
    }

    [Fact]
    public async Task Metrics_countRoundsStepsBytesAndDrops_byStudyAndSite()
    {
        await using var watch = await WatchServer.StartAsync("127.0.0.1:0", new PartyHealth());
        using var client = new HttpClient { BaseAddress = watch.Address };
        for (var step = 0; step < 3; step++)
            StudyMetrics.Count("watched", 3, new SimulationProgress.Stepped(new StepRecord(0, "north", step, [1], 0.5)));
        SiteRound[] sites = [new("north", 3, 6, 0.25, 1, 1000, 2000, 0, 0, 0), new("south", 3, 6, 0.5, 1, 30, 40, 0, 0, 0)];
        StudyMetrics.Count("watched", 3, new SimulationProgress.Committed(new RoundRecord(0, 1.5, 0.001, 0, 0, 0, 0, "model", "", "hash", sites)));
        StudyMetrics.Stage("watched", "forward", TimeSpan.FromMilliseconds(20));
        StudyMetrics.Queue("watched", 500, 70);

        var text = await client.GetStringAsync("/metrics");
        Assert.Equal(3, Value(text, "rosfl_steps_total", "north"));
        Assert.Equal(1, Value(text, "rosfl_rounds_total", "watched"));
        Assert.Equal(1, Value(text, "rosfl_drops_total", "watched"));
        Assert.Equal(1000, Value(text, "rosfl_site_sent_bytes_total", "north"));
        Assert.Equal(40, Value(text, "rosfl_site_received_bytes_total", "south"));
        Assert.Equal(0.25, Value(text, "rosfl_loss", "north"));
        Assert.Equal(1, Value(text, "rosfl_step_duration_seconds_count", "forward"));
        Assert.Equal(500, Value(text, "rosfl_body_inflight_bytes", "watched"));
        Assert.Equal(70, Value(text, "rosfl_body_waiting_bytes", "watched"));
    }

    private static async Task<(HttpStatusCode, string)> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static double Value(string metrics, string name, string label)
    {
        var line = metrics.Split('\n').Single(line => Regex.IsMatch(line, $"^{name}\\{{") && line.Contains("\"watched\"", StringComparison.Ordinal) && line.Contains($"\"{label}\"", StringComparison.Ordinal));
        return double.Parse(line.Split("} ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
