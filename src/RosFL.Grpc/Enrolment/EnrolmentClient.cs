using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Grpc.Enrolment;

/// <summary>A party's side of enrolment and renewal. Its key is made here and stays here; what travels is a request that the key signed.</summary>
public sealed class EnrolmentClient(PartyFolder folder, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Enrols with an invite: fetches the root and compares it with the invite's SHA-256, then asks for a certificate of an authority whose own
    /// certificate that root signed. Asked again after a lost answer it goes on with the same key.
    /// </summary>
    public async Task<Party> EnrolAsync(Invite invite, CancellationToken cancel)
    {
        if (folder.Exists) throw new RosflException(ExitCode.NotTrusted, $"Folder '{folder.Path}' is {folder.Card.Party}'s already: name another with --party, or renew with 'rosfl renew'.");
        var party = Party.Parse(invite.Party);
        using var root = await RootAsync(invite, cancel);
        if (!File.Exists(folder.KeyPath))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            KeyStorage.WriteKey(folder.KeyPath, made);
        }

        if (party.Role == PartyRole.Site) folder.LoadStorageKey().Dispose();
        using var key = folder.LoadKey();
        using var client = Client(new Uri(invite.Authority), (host, port, token) => ClientTrust.DialAsync(null, host, port, presented => Authority(presented, root, host, port), token));
        var answer = await AskAsync<EnrolmentRequest>(client, "/enrol", new(invite.Party, invite.Token, Request(party, key)), cancel);
        using var certificate = Checked(answer, party, key, root);
        folder.Write(new(party.ToString(), invite.Authority), certificate, root, answer.Revoked);
        AuditLog.Open(folder.AuditLogPath, time).Append(new(AuditEventKind.Enrolled) { Party = party.ToString(), Hash = PartyCertificate.KeyOf(certificate) });
        return party;
    }

    /// <summary>A certificate with later dates for the same key; the new one is on disk when this returns.</summary>
    public async Task<X509Certificate2> RenewAsync(PartyCredentials credentials, CancellationToken cancel)
    {
        using var key = folder.LoadKey();
        using var client = new HttpClient(credentials.NewHandler(PartyRole.Authority)) { BaseAddress = AuthorityAddress(), Timeout = Patience, DefaultRequestVersion = HttpVersion.Version20 };
        var answer = await AskAsync<RenewalRequest>(client, "/renew", new(Request(credentials.Party, key)), cancel);
        using var certificate = Checked(answer, credentials.Party, key, credentials.Roots[0]);
        AtomicFile.WriteText(folder.CertificatePath, certificate.ExportCertificatePem() + "\n");
        AuditLog.Open(folder.AuditLogPath, time).Append(new(AuditEventKind.Renewed) { Party = credentials.Party.ToString(), Hash = credentials.Key });
        return KeyStorage.Load(folder.CertificatePath, folder.KeyPath);
    }

    /// <summary>The authority's present revocation list, as signed text.</summary>
    public async Task<string> RevokedAsync(PartyCredentials credentials, CancellationToken cancel)
    {
        using var client = new HttpClient(credentials.NewHandler(PartyRole.Authority)) { BaseAddress = AuthorityAddress(), Timeout = Patience, DefaultRequestVersion = HttpVersion.Version20 };
        using var response = await SendAsync(client, new HttpRequestMessage(HttpMethod.Get, "/revoked"), cancel);
        return await response.Content.ReadAsStringAsync(cancel);
    }

    private Uri AuthorityAddress() => folder.Card.Authority is { Length: > 0 } address ? new(address)
        : throw new RosflException(ExitCode.NotTrusted, $"Folder '{folder.Path}' names no certificate authority to renew at: enrol with an invite.");

    /// <summary>The root over a connection that is believed in nothing: its SHA-256 is in the invite.</summary>
    private static async Task<X509Certificate2> RootAsync(Invite invite, CancellationToken cancel)
    {
        var issuer = "an unknown issuer";
        using var client = Client(new Uri(invite.Authority), (host, port, token) => ClientTrust.DialAsync(null, host, port, presented =>
        {
            issuer = presented?.Issuer ?? issuer;
            return null;
        }, token));
        using var response = await SendAsync(client, new HttpRequestMessage(HttpMethod.Get, "/root"), cancel);
        X509Certificate2 root;
        try
        {
            root = X509Certificate2.CreateFromPem(await response.Content.ReadAsStringAsync(cancel));
        }
        catch (CryptographicException error)
        {
            throw new RosflException(ExitCode.NotTrusted, $"What answers at {invite.Authority} sent no root certificate: check the address in the invite.", error);
        }

        return PartyCertificate.FingerprintOf(root) == invite.Root ? root
            : throw new RosflException(ExitCode.NotTrusted, $"The root at {invite.Authority} has SHA-256 {PartyCertificate.FingerprintOf(root)[..16]}..., and the invite names {invite.Root[..16]}...: another authority answers there (its certificate is from '{issuer}'); the token was not sent.");
    }

    private Party Authority(X509Certificate2? presented, X509Certificate2 root, string host, int port)
    {
        var party = PeerCheck.Issued(presented, new(root), $"{host}:{port}");
        PeerCheck.Dates(presented!, party, time.GetUtcNow());
        PeerCheck.Role(party, [PartyRole.Authority], $"Enrolment at {host}:{port}");
        return party;
    }

    private X509Certificate2 Checked(Enrolled answer, Party party, ECDsa key, X509Certificate2 root)
    {
        var certificate = X509Certificate2.CreateFromPem(answer.Certificate);
        var named = PeerCheck.Issued(certificate, new(root), "The certificate authority");
        PeerCheck.Dates(certificate, named, time.GetUtcNow());
        RevocationList.Read(answer.Revoked, "The certificate authority's", new(root));
        if (named != party || !certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
            throw new RosflException(ExitCode.NotTrusted, $"The authority answered with a certificate of {named} or of another key, and {party} asked: ask for a new invite.");
        return certificate;
    }

    private static string Request(Party party, ECDsa key) => new CertificateRequest(new X500DistinguishedName($"CN={party.Name}"), key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    private static HttpClient Client(Uri address, Func<string, int, CancellationToken, Task<System.Net.Security.SslStream>> dial) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (connection, cancel) => await dial(connection.DnsEndPoint.Host, connection.DnsEndPoint.Port, cancel),
    })
    { BaseAddress = address, Timeout = Patience, DefaultRequestVersion = HttpVersion.Version20 };

    private static async Task<Enrolled> AskAsync<T>(HttpClient client, string path, T asked, CancellationToken cancel)
    {
        using var content = new StringContent(StrictJson.Text(asked), new MediaTypeHeaderValue("application/json"));
        using var response = await SendAsync(client, new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, cancel);
        return StrictJson.Read<Enrolled>(await response.Content.ReadAsStringAsync(cancel), "The certificate authority's answer");
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpRequestMessage request, CancellationToken cancel)
    {
        request.Version = HttpVersion.Version20;
        try
        {
            var response = await client.SendAsync(request, cancel);
            return response.IsSuccessStatusCode ? response
                : throw new RosflException(ExitCode.NotTrusted, $"The certificate authority refused: {(await response.Content.ReadAsStringAsync(cancel)).Trim()}");
        }
        catch (HttpRequestException error)
        {
            for (Exception? cause = error; cause is not null; cause = cause.InnerException)
                if (cause is RosflException known) throw known;
            var reason = error.InnerException is SocketException ? error.InnerException.Message : error.Message;
            throw new RosflException(ExitCode.Unreachable, $"The certificate authority at {client.BaseAddress} does not answer ({reason.TrimEnd('.')}): check the address, the port and whether 'rosfl ca serve' runs.", error);
        }
        catch (TaskCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new RosflException(ExitCode.Unreachable, $"The certificate authority at {client.BaseAddress} did not answer within {Patience.TotalSeconds:0} s: check the address, the port and the firewall.", error);
        }
    }
}
