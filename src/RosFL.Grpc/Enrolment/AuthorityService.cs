using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Grpc.Enrolment;

/// <summary>
/// The certificate authority's small HTTPS service (JSON over HTTP/2, TLS 1.3): <c>GET /root</c> and <c>POST /enrol</c> for who has no certificate
/// yet, <c>POST /renew</c> and <c>GET /revoked</c> for parties.
/// </summary>
public static class AuthorityService
{
    private const int LongestBody = 16 << 10, MostConnections = 100;

    /// <param name="listen">Where to listen; the port 0 takes a free one.</param>
    /// <param name="credentials">As <see cref="AuthorityFolder.ServiceCredentials"/> makes them.</param>
    public static WebApplication Build(AuthorityFolder folder, PartyCredentials credentials, IPEndPoint listen, Action<ILoggingBuilder>? logging = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddServiceHosting("rosfl-ca");
        logging?.Invoke(builder.Logging);
        builder.Services.AddPartyTrust(credentials).AddSingleton(new Registrar(folder));
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBodySize = LongestBody;
            kestrel.Listen(listen, port => port.UsePartyTls(credentials, strangersWelcome: true));
        });
        var app = builder.Build();
        var parties = new CallersAttribute(PartyRole.Site, PartyRole.ComputationServer, PartyRole.AggregationServer, PartyRole.Officer);
        var strangers = new CallersAttribute { Strangers = true };
        app.UseCallerCheck();
        app.MapGet("/root", () => File.ReadAllText(folder.RootPath)).WithMetadata(strangers);
        app.MapPost("/enrol", (HttpRequest request, Registrar registrar) => AnswerAsync(request, (EnrolmentRequest asked) => registrar.Enrol(asked))).WithMetadata(strangers);
        app.MapPost("/renew", (HttpContext context, Registrar registrar) => AnswerAsync(context.Request, (RenewalRequest asked) => registrar.Renew(context.Caller(), asked))).WithMetadata(parties);
        app.MapGet("/revoked", () => File.ReadAllText(folder.RevokedPath)).WithMetadata(parties);
        return app;
    }

    private static async Task<IResult> AnswerAsync<T>(HttpRequest request, Func<T, Enrolled> answer) where T : class
    {
        try
        {
            using var reader = new StreamReader(request.Body);
            return Results.Text(StrictJson.Text(answer(StrictJson.Read<T>(await reader.ReadToEndAsync(), "The request"))), "application/json");
        }
        catch (RosflException refused)
        {
            return Results.Text(refused.Message, statusCode: StatusCodes.Status403Forbidden);
        }
    }
}
