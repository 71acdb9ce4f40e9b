using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Grpc.Wire;

/// <summary>
/// A refusal on its way through gRPC: the sentence is the status, the exit code and where the study stands are trailers. An error of the
/// network itself has no such trailers, which is how the caller tells "no" from "nobody there".
/// </summary>
public static class WireRefusal
{
    private const string CodeKey = "rosfl-code", LostKey = "rosfl-round-lost", StandKey = "rosfl-position-bin", ManifestKey = "rosfl-manifest-bin";
    private const int LongestManifest = 32 << 10; // trailers are headers, of which HttpClient takes 64 KiB

    /// <param name="stand">Where the study stands at this end, for a caller that is behind.</param>
    public static RpcException ToRpc(RosflException refusal, Position? stand = null) =>
        ToRpc(StatusOf(refusal.Code), refusal.Message, CodeKey, ((int)refusal.Code).ToString(CultureInfo.InvariantCulture), stand);

    /// <summary>The refusal of a party that holds another manifest than this end's, which is sent along where it is short enough: the party can tell what differs.</summary>
    public static RpcException ToRpc(RosflException refusal, Manifest? ours)
    {
        var rpc = ToRpc(refusal, stand: null);
        if (ours is not null && Encoding.UTF8.GetBytes(ours.Text()) is { Length: <= LongestManifest } text) rpc.Trailers.Add(ManifestKey, text);
        return rpc;
    }

    /// <param name="stand">Where the study stands at this end.</param>
    public static RpcException ToRpc(RoundLostException lost, Position? stand = null) => ToRpc(StatusCode.Aborted, lost.Message, LostKey, "1", stand);

    /// <summary>
    /// The <see cref="RosflException"/> or <see cref="RoundLostException"/> that the other end sent, or with which this end refused the other's
    /// certificate; null where the network failed.
    /// </summary>
    public static Exception? From(RpcException error)
    {
        if (error.Explain(TimeProvider.System) is { } untrusted) return untrusted;
        if (error.Trailers.GetValue(LostKey) is not null) return new RoundLostException(error.Status.Detail, error);
        return int.TryParse(error.Trailers.GetValue(CodeKey), CultureInfo.InvariantCulture, out var code) && Enum.IsDefined((ExitCode)code)
            ? new RosflException((ExitCode)code, error.Status.Detail, error)
            : null;
    }

    /// <summary>Where the study stands at the end that refused.</summary>
    public static Position? StandOf(RpcException error) =>
        error.Trailers.GetValueBytes(StandKey) is { } bytes ? Position.Parser.ParseFrom(bytes) : null;

    /// <summary>What the other end refused, with every difference between the manifests where it sent its own.</summary>
    /// <param name="whose">The other end: "The aggregation server".</param>
    /// <exception cref="RosflException">What it sent is no manifest.</exception>
    public static RosflException WithDifferences(RosflException refusal, Manifest ours, string whose) =>
        ManifestOf(refusal) is { } theirs && ours.RefusalOf(Manifest.Parse(theirs, whose), whose) is { } differences ? differences : refusal;

    /// <summary>The manifest of the end that refused, as text; null where that was not the reason, or where it is too long for headers.</summary>
    public static string? ManifestOf(RosflException refusal) =>
        refusal.InnerException is RpcException error && error.Trailers.GetValueBytes(ManifestKey) is { } text ? Encoding.UTF8.GetString(text) : null;

    private static RpcException ToRpc(StatusCode status, string sentence, string key, string value, Position? stand)
    {
        var trailers = new Metadata { { key, value } };
        if (stand is not null) trailers.Add(StandKey, stand.ToByteArray());
        return new RpcException(new Status(status, sentence), trailers);
    }

    private static StatusCode StatusOf(ExitCode code) => code switch
    {
        ExitCode.Protocol => StatusCode.InvalidArgument,
        ExitCode.Unreachable => StatusCode.DeadlineExceeded,
        _ => StatusCode.FailedPrecondition,
    };
}
