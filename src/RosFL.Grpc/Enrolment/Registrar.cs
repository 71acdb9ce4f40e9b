using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Grpc.Enrolment;

/// <summary>Who gets a certificate: invites, enrolments, renewals, revocations, each recorded in the authority's audit log.</summary>
public sealed class Registrar(AuthorityFolder folder)
{
    private readonly AuditLog log = folder.OpenLog();

    /// <summary>A new invite; an earlier one of the same party is void, its certificates stay good until they are revoked.</summary>
    /// <param name="hosts">DNS names and addresses under which a server is reached; none for a site.</param>
    public Invite Invite(Party party, IReadOnlyList<string> hosts)
    {
        using var held = folder.Lock();
        using var authority = folder.Open();
        var token = Enrolment.Invite.NewToken();
        var expires = folder.Time.GetUtcNow() + Enrolment.Invite.Lifetime;
        folder.Save(party, folder.Of(party) with { Invite = new(party.ToString(), [.. hosts], Enrolment.Invite.HashOf(token), expires, 0, "") });
        log.Append(new(AuditEventKind.Invited) { Party = party.ToString() });
        return new(party.ToString(), folder.ServiceAddress.GetLeftPart(UriPartial.Authority), PartyCertificate.FingerprintOf(authority.Root), token, expires);
    }

    /// <summary>Gives the invited party its certificate, once.</summary>
    /// <exception cref="RosflException"><see cref="ExitCode.NotTrusted"/>: no such invite, wrong token, expired, burnt.</exception>
    public Enrolled Enrol(EnrolmentRequest asked)
    {
        using var held = folder.Lock();
        var party = Party.Parse(asked.Party);
        var record = folder.Of(party);
        var invite = record.Invite is { } open && open.WrongTries < Enrolment.Invite.WrongTries ? open : throw Refuse(party, $"There is no open invite for {party}: ask for a new one.");
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Enrolment.Invite.HashOf(asked.Token)), Encoding.ASCII.GetBytes(invite.TokenHash)))
        {
            folder.Save(party, record with { Invite = invite with { WrongTries = invite.WrongTries + 1 } });
            var left = Enrolment.Invite.WrongTries - invite.WrongTries - 1;
            throw Refuse(party, left > 0 ? $"The token for {party} is wrong; after {left} more wrong tries the invite is burnt." : $"The token for {party} is wrong, and the invite is burnt after {Enrolment.Invite.WrongTries} tries: ask for a new one.");
        }

        if (folder.Time.GetUtcNow() > invite.Expires)
            throw Refuse(party, $"The invite of {party} expired on {PeerCheck.Shown(invite.Expires)} by the clock here ({PeerCheck.Shown(folder.Time.GetUtcNow())}): ask for a new one.");
        return invite.Certificate.Length > 0 ? GiveAgain(party, invite, asked.Request) : Issue(party, record, invite, asked.Request);
    }

    /// <summary>A certificate with later dates for the key that the caller has, under the same name.</summary>
    public Enrolled Renew(Caller caller, RenewalRequest asked)
    {
        using var held = folder.Lock();
        using var authority = folder.Open();
        var record = folder.Of(caller.Party);
        var former = Array.FindLast(record.Issued, issued => issued.Key == caller.Key) ?? throw Refuse(caller.Party, $"No certificate with this key was issued to {caller.Party} here: enrol with an invite.");
        if (Array.Exists(List(authority).Revoked, revoked => revoked.Key == caller.Key)) throw Refuse(caller.Party, $"The key of {caller.Party} is revoked: ask for a new invite.");
        using var certificate = authority.Issue(asked.Request, caller.Party, former.Hosts);
        if (PartyCertificate.KeyOf(certificate) != caller.Key)
            throw Refuse(caller.Party, $"{caller.Party} asked for a renewal with another key: a new key needs a new invite, and the approval of the other sites.");
        Record(caller.Party, record, former.Hosts, certificate, AuditEventKind.Renewed);
        return new(certificate.ExportCertificatePem(), File.ReadAllText(folder.RevokedPath));
    }

    /// <summary>Ends every key that the party had so far; its next invite begins anew.</summary>
    /// <returns>How many keys were revoked.</returns>
    public int Revoke(Party party)
    {
        using var held = folder.Lock();
        using var authority = folder.Open();
        var list = List(authority);
        var record = folder.Of(party);
        var keys = record.Issued.Select(issued => issued.Key).Distinct().Except(list.Revoked.Select(revoked => revoked.Key)).ToList();
        if (record.Issued.Length == 0 && record.Invite is null)
            throw new RosflException(ExitCode.NotTrusted, $"{party} was never invited here: see the files in '{folder.Path}/parties' for those who were.");
        AtomicFile.WriteText(folder.RevokedPath, list.With(keys.Select(key => new Revocation(party.ToString(), key, folder.Time.GetUtcNow())), folder.Time).Signed(authority.Root));
        folder.Save(party, record with { Invite = null });
        foreach (var key in keys) log.Append(new(AuditEventKind.Revoked) { Party = party.ToString(), Hash = key });
        return keys.Count;
    }

    private RevocationList List(CertificateAuthority authority) => RevocationList.Read(File.ReadAllText(folder.RevokedPath), folder.RevokedPath, new(authority.Root));

    private Enrolled Issue(Party party, PartyRecord record, OpenInvite invite, string request)
    {
        using var authority = folder.Open();
        using var certificate = authority.Issue(request, party, invite.Hosts);
        var pem = certificate.ExportCertificatePem();
        Record(party, record with { Invite = invite with { Certificate = pem } }, invite.Hosts, certificate, AuditEventKind.CertificateIssued);
        return new(pem, File.ReadAllText(folder.RevokedPath));
    }

    private Enrolled GiveAgain(Party party, OpenInvite invite, string request)
    {
        using var authority = folder.Open();
        using var asked = authority.Issue(request, party, invite.Hosts, TimeSpan.FromMinutes(1)); // checks the request; this one is thrown away
        using var given = X509Certificate2.CreateFromPem(invite.Certificate);
        return PartyCertificate.KeyOf(asked) == PartyCertificate.KeyOf(given) ? new(invite.Certificate, File.ReadAllText(folder.RevokedPath))
            : throw Refuse(party, $"The invite of {party} has been used with another key: if that was not you, have {party} revoked and ask for a new invite.");
    }

    private void Record(Party party, PartyRecord record, string[] hosts, X509Certificate2 certificate, AuditEventKind kind)
    {
        var key = PartyCertificate.KeyOf(certificate);
        folder.Save(party, record with { Issued = [.. record.Issued, new(party.ToString(), hosts, key, certificate.SerialNumber, certificate.NotAfter.ToUniversalTime())] });
        log.Append(new(kind) { Party = party.ToString(), Hash = key });
    }

    private RosflException Refuse(Party party, string sentence)
    {
        var refused = new RosflException(ExitCode.NotTrusted, sentence);
        log.Append(AuditEvent.Refusal(refused, party.ToString()));
        return refused;
    }
}
