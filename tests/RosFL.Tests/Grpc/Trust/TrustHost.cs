using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Trust;

/// <summary>A real Kestrel on loopback with the trust that servers of a study use, and a few addresses to call.</summary>
internal sealed class TrustHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private TrustHost(WebApplication app) => this.app = app;

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>What the server refused, in order.</summary>
    public ConcurrentQueue<string> Refused { get; } = new();

    public TaskCompletionSource StreamEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<TrustHost> StartAsync(PartyCredentials credentials)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPartyTrust(credentials);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UsePartyTls(credentials)));
        var app = builder.Build();
        var host = new TrustHost(app);
        app.Services.GetRequiredService<CallerCheck>().Refused += host.Refused.Enqueue;
        app.UseCallerCheck();
        app.MapGet("/who", (HttpContext context) => context.Caller().Party.ToString()).WithMetadata(new CallersAttribute(PartyRole.Site, PartyRole.Officer));
        app.MapGet("/nobody", () => "never");
        app.MapGet("/speak/{name}", (HttpContext context, string name) => Answer(() => context.Caller().RefuseOther(name))).WithMetadata(new CallersAttribute(PartyRole.Site));
        app.MapGet("/stream", host.StreamAsync).WithMetadata(new CallersAttribute(PartyRole.Site));
        app.MapPost("/rosfl.Test/Call", () => "unreachable for these tests").WithMetadata(new CallersAttribute(PartyRole.Officer));
        await app.StartAsync();
        return host;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task StreamAsync(HttpContext context)
    {
        await context.Response.WriteAsync("open");
        await context.Response.Body.FlushAsync();
        context.RequestAborted.Register(() => StreamEnded.TrySetResult());
        await StreamEnded.Task;
    }

    private static string Answer(Action action)
    {
        try
        {
            action();
            return "heard";
        }
        catch (RosflException refused)
        {
            return refused.Message;
        }
    }
}
