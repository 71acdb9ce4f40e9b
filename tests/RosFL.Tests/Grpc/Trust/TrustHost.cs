using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Trust;

/// <summary>A study's server on loopback with a few addresses to call.</summary>
internal sealed class TrustHost : IAsyncDisposable
{
    private PartyServer? server;

    public Uri Address => server!.Address; // set when it has started

    /// <summary>What the server refused, in order.</summary>
    public ConcurrentQueue<string> Refused { get; } = new();

    public TaskCompletionSource StreamEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<TrustHost> StartAsync(PartyCredentials credentials)
    {
        var host = new TrustHost();
        host.server = await PartyServer.StartAsync("127.0.0.1:0", credentials, _ => { }, host.Map, refused => host.Refused.Enqueue(refused.Message));
        return host;
    }

    public ValueTask DisposeAsync() => server!.DisposeAsync(); // set when it has started

    private void Map(WebApplication app)
    {
        app.MapGet("/who", (HttpContext context) => context.Caller().Party.ToString()).WithMetadata(new CallersAttribute(PartyRole.Site, PartyRole.Officer));
        app.MapGet("/nobody", () => "never");
        app.MapGet("/speak/{name}", (HttpContext context, string name) => Answer(() => context.Caller().RefuseOther(name))).WithMetadata(new CallersAttribute(PartyRole.Site));
        app.MapGet("/stream", StreamAsync).WithMetadata(new CallersAttribute(PartyRole.Site));
        app.MapPost("/rosfl.Test/Call", () => "unreachable for these tests").WithMetadata(new CallersAttribute(PartyRole.Officer));
    }

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
