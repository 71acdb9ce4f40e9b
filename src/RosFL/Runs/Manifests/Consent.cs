using System.Security.Cryptography;

namespace RosFL.Runs;

/// <summary>
/// A holder's signature that one site may put the whole model of a study together. The manifest's mayAssemble says that it may be asked
/// for; this says that the holder agrees, after it has seen how the study went.
/// </summary>
/// <param name="Party">The holder, as site/north.</param>
/// <param name="Assembler">The site that may, as site/south.</param>
/// <param name="Manifest">Hash of the manifest.</param>
/// <param name="PublicKey">The holder's: SubjectPublicKeyInfo in base64.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256, base64.</param>
public sealed record Consent(string Party, string Assembler, string Manifest, string PublicKey, DateTimeOffset Time, string Signature)
{
    private sealed record Statement(string Purpose, string Party, string Assembler, string Manifest, DateTimeOffset Time);

    private const string Purpose = "I agree that this party assembles the whole model of this RosFL study";

    private Statement Signed => new(Purpose, Party, Assembler, Manifest, Time);

    /// <exception cref="RosflException">The manifest does not allow it, the holder holds nothing, or the assembler is no site of the study.</exception>
    public static Consent Of(Manifest manifest, Party holder, Party assembler, ECDsa key, TimeProvider time)
    {
        manifest.RequireMayAssemble();
        if (!manifest.Holders.Contains(holder.ToString()))
            throw new RosflException(ExitCode.NotTrusted, $"{holder} holds no part of the model of study '{manifest.Study}': its consent is not asked for.");
        if (assembler.Role != PartyRole.Site || !manifest.Sites.Contains(assembler.Name))
            throw new RosflException(ExitCode.NotTrusted, $"{assembler} is no site of study '{manifest.Study}', and no server may know the whole model: name one of {string.Join(", ", manifest.Sites)}.");
        var consent = new Consent(holder.ToString(), assembler.ToString(), manifest.Hash, RosterSignature.PublicKey(manifest, holder, key), time.GetUtcNow(), "");
        return consent with { Signature = SignedJson.Sign(consent.Signed, key) };
    }

    /// <summary>Refuses to go on before every holder has agreed.</summary>
    /// <exception cref="RosflException">The manifest does not allow it, a consent is for something else, or one is missing.</exception>
    public static void Require(Manifest manifest, IReadOnlyList<Consent> consents, Party assembler)
    {
        manifest.RequireMayAssemble();
        if (consents.FirstOrDefault(consent => !consent.IsFor(manifest, assembler)) is { } other)
            throw new RosflException(ExitCode.NotTrusted,
                $"A consent in the name of '{(other.Party.Length <= 100 ? other.Party : "a party")}' is not for {assembler} and this manifest of study '{manifest.Study}', or somebody else signed it: let the holder run 'rosfl study consent' again.");
        var missing = manifest.Holders.Except(consents.Select(consent => consent.Party)).ToList();
        if (missing.Count > 0)
            throw new RosflException(ExitCode.ManifestDiffers,
                $"{string.Join(", ", missing)} did not consent that {assembler} assembles the whole model of study '{manifest.Study}': let each run 'rosfl study consent {manifest.Study} --to {assembler.Name}'.");
    }

    private bool IsFor(Manifest manifest, Party assembler) =>
        Assembler == assembler.ToString() && Manifest == manifest.Hash && RosterSignature.IsValid(manifest, Party, PublicKey, Signed, Signature);
}
