using System.Security.Cryptography;
using System.Text;
using RosFL.Runs;

namespace RosFL.Grpc.Enrolment;

/// <summary>
/// The one file with which a party enrols. Who holds it within <see cref="Lifetime"/> becomes that party, so it goes to that party alone.
/// </summary>
/// <param name="Party">Role and name, as site/north.</param>
/// <param name="Authority">Where the certificate authority's service answers: https://host:port.</param>
/// <param name="Root">SHA-256 of the root certificate in hex: by it the party knows the authority before it has any certificate.</param>
/// <param name="Token">256 random bits in hex, good for one enrolment; the authority keeps only their hash.</param>
public sealed record Invite(string Party, string Authority, string Root, string Token, DateTimeOffset Expires)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(60);

    /// <summary>Wrong tokens after which an invite is burnt.</summary>
    public const int WrongTries = 5;

    internal static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    internal static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static Invite Load(string path)
    {
        var invite = StrictJson.Load<Invite>(path);
        _ = Runs.Party.Parse(invite.Party);
        if (!Uri.TryCreate(invite.Authority, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
            throw new RosflException(ExitCode.NotTrusted, $"Invite '{path}' names the authority '{invite.Authority}'; it must be an https address: ask for a new invite.");
        return invite;
    }
}

/// <summary>What a party asks of the authority when it enrols.</summary>
/// <param name="Request">PKCS#10 in PEM, signed by the key that stays at the party.</param>
public sealed record EnrolmentRequest(string Party, string Token, string Request);

/// <summary>What a party asks when it renews, over TLS with its present certificate.</summary>
public sealed record RenewalRequest(string Request);

/// <summary>What the authority answers: the certificate, and the revocation list signed by the root.</summary>
public sealed record Enrolled(string Certificate, string Revoked);
