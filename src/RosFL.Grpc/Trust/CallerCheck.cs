using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>
/// Checks the caller of every call: our root, dates, revocation, and that the endpoint is open to its role. Open calls are looked at again
/// whenever the revocations were, so a revoked party's streams end too.
/// </summary>
public sealed partial class CallerCheck : IDisposable
{
    private readonly PartyCredentials credentials;
    private readonly ILogger<CallerCheck> log;
    private readonly ConcurrentDictionary<OpenCall, Caller> open = new();

    public CallerCheck(PartyCredentials credentials, ILogger<CallerCheck> log)
    {
        (this.credentials, this.log) = (credentials, log);
        credentials.Revocations.Looked += CutWhoCountsNoMore;
    }

    /// <summary>Raised when a call or stream is refused, with the sentence; for the audit log.</summary>
    public event Action<string>? Refused;

    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        Caller? caller;
        try
        {
            caller = Admit(context);
        }
        catch (RosflException refused)
        {
            Refuse(refused.Message);
            await AnswerAsync(context, refused.Message);
            return;
        }

        if (caller is null)
        {
            await next(context);
            return;
        }

        context.Features.Set(caller);
        var call = new OpenCall(context);
        open[call] = caller;
        try
        {
            await next(context);
        }
        finally
        {
            open.TryRemove(call, out _);
            call.End();
        }
    }

    public void Dispose() => credentials.Revocations.Looked -= CutWhoCountsNoMore;

    /// <summary>Null for a stranger at an endpoint that is open to strangers.</summary>
    private Caller? Admit(HttpContext context)
    {
        var allowed = context.GetEndpoint()?.Metadata.GetMetadata<CallersAttribute>();
        if (context.Connection.ClientCertificate is not { } certificate)
            return allowed is { Strangers: true } ? null : throw PeerCheck.Refused("The call came without a certificate: enrol with 'rosfl enrol'.");
        var party = credentials.Check(certificate, context.Connection.RemoteIpAddress?.ToString() ?? "The caller");
        PeerCheck.Role(party, allowed?.Roles ?? [], $"'{context.GetEndpoint()?.DisplayName ?? "This address"}'");
        return new(party, certificate);
    }

    private void CutWhoCountsNoMore()
    {
        foreach (var (call, caller) in open)
        {
            if (credentials.IsStillGood(caller.Certificate, caller.Party) || !open.TryRemove(call, out _)) continue; // a call that is slow to end is cut and told of once
            Refuse($"An open call of {caller.Party} was cut: its certificate counts no more.");
            call.Cut();
        }
    }

    private void Refuse(string sentence)
    {
        Log.Refused(log, sentence);
        Refused?.Invoke(sentence);
    }

    private static Task AnswerAsync(HttpContext context, string sentence)
    {
        if (!(context.Request.ContentType ?? "").StartsWith("application/grpc", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return context.Response.WriteAsync(sentence + "\n");
        }

        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)StatusCode.PermissionDenied).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(sentence);
        return Task.CompletedTask;
    }

    /// <summary>A call that can be cut from another thread until it ends; Kestrel reuses its context afterwards.</summary>
    private sealed class OpenCall(HttpContext context)
    {
        private readonly Lock gate = new();
        private bool ended;

        public void Cut()
        {
            lock (gate)
                if (!ended) context.Abort();
        }

        public void End()
        {
            lock (gate) ended = true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Refused: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
