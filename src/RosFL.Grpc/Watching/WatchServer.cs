using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using RosFL.Runs;

namespace RosFL.Grpc.Watching;

/// <summary>
/// Where a party's own monitoring looks: <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c> for Prometheus, over plain HTTP on a port of its own,
/// for the machine itself alone unless the configuration says otherwise. Traces go to OTEL_EXPORTER_OTLP_ENDPOINT where that is set.
/// </summary>
public sealed class WatchServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private WatchServer(WebApplication application) => this.application = application;

    public Uri Address => new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <param name="listen">Address and port: 127.0.0.1:9464.</param>
    public static async Task<WatchServer> StartAsync(string listen, PartyHealth health)
    {
        if (!IPEndPoint.TryParse(listen, out var end))
            throw new RosflException(ExitCode.InvalidFile, $"Option watch is '{listen}', which is no address with a port: write for example 127.0.0.1:9464.");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(end));
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(StudyMetrics.Source, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime").AddPrometheusExporter());
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 })
            telemetry.WithTracing(traces => traces.AddSource(StudyMetrics.Source).AddOtlpExporter());
        var application = builder.Build();
        application.MapGet("/health/live", () => "alive\n");
        application.MapGet("/health/ready", () => health.Trouble is { Length: > 0 } trouble ? Results.Text(trouble + "\n", statusCode: StatusCodes.Status503ServiceUnavailable) : Results.Text("ready\n"));
        application.MapPrometheusScrapingEndpoint("/metrics");
        try
        {
            await application.StartAsync();
        }
        catch (IOException taken)
        {
            await application.DisposeAsync();
            throw new RosflException(ExitCode.Usage, $"Option watch: '{listen}' cannot be listened on: {taken.Message}", taken);
        }

        return new(application);
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
