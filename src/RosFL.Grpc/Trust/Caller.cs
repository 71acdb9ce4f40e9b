using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>The party that makes a call, as its checked certificate says.</summary>
public sealed record Caller(Party Party, X509Certificate2 Certificate)
{
    /// <summary>SHA-256 of the caller's public key, to be looked for in a study's roster.</summary>
    public string Key => PartyCertificate.KeyOf(Certificate);

    /// <summary>Refuses a message that speaks in another party's name.</summary>
    /// <exception cref="RosflException"><see cref="ExitCode.NotTrusted"/>.</exception>
    public void RefuseOther(string site)
    {
        if (!string.Equals(site, Party.Name, StringComparison.Ordinal))
            throw PeerCheck.Refused($"{Party} sent a message in the name of '{(Party.IsName(site) ? site : "an illegal name")}': a party speaks for itself alone; put the name of its certificate into the message.");
    }
}

public static class CallerContext
{
    /// <summary>Who calls. Never null behind <see cref="ServerTrust.UseCallerCheck"/>, except on endpoints open to strangers.</summary>
    public static Caller Caller(this HttpContext context) => context.Features.Get<Caller>() ?? throw PeerCheck.Refused("The call came without a certificate: enrol with 'rosfl enrol'.");

    public static Caller Caller(this ServerCallContext context) => context.GetHttpContext().Caller();
}
