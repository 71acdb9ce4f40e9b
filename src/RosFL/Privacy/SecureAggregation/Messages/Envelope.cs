namespace RosFL.Privacy.SecureAggregation;

/// <summary>The messages of a round, in their order. Site to server unless it says otherwise; the server's carry what the sites sent before.</summary>
public enum MessageKind : byte
{
    /// <summary>0, server: who takes part, in what.</summary>
    Roster,

    /// <summary>1: a site's public keys and the commitment to its self seed.</summary>
    Keys,

    /// <summary>Server: the keys of all.</summary>
    KeyList,

    /// <summary>2: one site's shares for one other, encrypted to it.</summary>
    Share,

    /// <summary>Server: all shares for one site.</summary>
    ShareBox,

    /// <summary>3: hash of the masked input, which follows in chunks, and of what its sender believes.</summary>
    Masked,

    /// <summary>4, server: whose masked input arrived.</summary>
    Survivors,

    /// <summary>4: a site's signature under the survivors.</summary>
    Consistency,

    /// <summary>Server: the signatures of all.</summary>
    Agreement,

    /// <summary>5: one share of one secret of each site.</summary>
    Unmask,

    /// <summary>6, server: hash of the blinded sum, which follows in chunks.</summary>
    Opened,
}

/// <summary>A signed message. The server is 0; sites are numbered from 1.</summary>
public sealed record Envelope(MessageKind Kind, uint From, uint To, byte[] Payload, byte[] Signature)
{
    public const uint Server = 0;

    public byte[] ToBytes() => Write(new FieldWriter()).ToArray();

    /// <exception cref="Runs.RosflException">The bytes are no envelope.</exception>
    public static Envelope FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = new FieldReader(bytes);
        var envelope = Read(ref reader);
        reader.End();
        return envelope;
    }

    /// <summary>The same message, to the bit of its content; signatures of one content may differ.</summary>
    public bool Repeats(Envelope other) => (Kind, From, To) == (other.Kind, other.From, other.To) && Payload.AsSpan().SequenceEqual(other.Payload);

    internal FieldWriter Write(FieldWriter writer) => writer.Id((uint)Kind).Id(From).Id(To).Bytes(Payload).Bytes(Signature);

    internal static Envelope Read(ref FieldReader reader) =>
        new((MessageKind)reader.Id(), reader.Id(), reader.Id(), reader.Bytes(), reader.Bytes());

    /// <summary>What is signed.</summary>
    internal static byte[] Signed(byte[] sessionId, MessageKind kind, uint from, uint to, byte[] payload) =>
        new FieldWriter().Text("sfl/secagg/v1/message").Bytes(sessionId).Id((uint)kind).Id(from).Id(to).Bytes(payload).ToArray();
}

/// <summary>Several sites' messages in one of the server's.</summary>
internal static class Bundle
{
    public static byte[] Of(IReadOnlyCollection<Envelope> envelopes) => new FieldWriter().List(envelopes, (w, e) => e.Write(w)).ToArray();

    public static List<Envelope> Read(byte[] payload)
    {
        var reader = new FieldReader(payload);
        var envelopes = reader.List((ref FieldReader r) => Envelope.Read(ref r));
        reader.End();
        return envelopes;
    }
}
