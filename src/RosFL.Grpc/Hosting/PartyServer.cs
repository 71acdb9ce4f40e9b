using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Hosting;

/// <summary>A server of a study: Kestrel with the parties' TLS and gRPC services, nothing else.</summary>
public sealed class PartyServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private PartyServer(WebApplication application) => this.application = application;

    /// <summary>Where it listens: the port that was free, where port 0 was asked for.</summary>
    public Uri Address => new(application.Urls.Single());

    /// <param name="listen">Address and port: 0.0.0.0:7443.</param>
    /// <param name="map">Maps the services, each with who may call it.</param>
    /// <param name="refused">Told of each call that the caller's certificate does not allow.</param>
    /// <param name="limits">Has the handshake's; null for the default.</param>
    public static async Task<PartyServer> StartAsync(
        string listen, PartyCredentials credentials, Action<IServiceCollection> services, Action<WebApplication> map, Action<RosflException>? refused = null, WireLimits? limits = null)
    {
        if (!IPEndPoint.TryParse(listen, out var end))
            throw new RosflException(ExitCode.InvalidFile, $"Option listen is '{listen}', which is no address with a port: write for example 0.0.0.0:7443.");
        var builder = WebApplication.CreateSlimBuilder();
        PartyLogging.Configure(builder.Logging);
        builder.Services.AddPartyTrust(credentials);
        builder.Services.AddWire();
        services(builder.Services);
        builder.ListenOn(end, port => port.UsePartyTls(credentials, limits));
        var application = builder.Build();
        application.UseCallerCheck();
        application.Services.GetRequiredService<CallerCheck>().Refused += sentence => refused?.Invoke(new RosflException(ExitCode.NotTrusted, sentence));
        map(application);
        try
        {
            await application.StartAsync();
        }
        catch (IOException taken)
        {
            await application.DisposeAsync();
            throw new RosflException(ExitCode.Usage, $"Address '{listen}' cannot be listened on: {taken.Message}", taken);
        }
        return new(application);
    }

    /// <summary>Ends open calls after a moment.</summary>
    public async ValueTask DisposeAsync()
    {
        using var moment = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await application.StopAsync(moment.Token);
        await application.DisposeAsync();
    }
}
