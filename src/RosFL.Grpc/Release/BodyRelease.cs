using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Release;

/// <summary>The asking end of <see cref="BodyReleaseService"/>.</summary>
public static class BodyRelease
{
    /// <param name="server">The computation server.</param>
    /// <param name="round">After which the body is wanted.</param>
    /// <exception cref="RosflException">The server refuses, or does not answer.</exception>
    public static async Task<Weights> FetchAsync(CallInvoker server, Study study, Manifest manifest, int round, IReadOnlyList<Consent> consents, CancellationToken cancellation)
    {
        var request = new ReleaseRequest { Version = WireVersion.Own, Study = study.Id, Manifest = manifest.Hash, Round = round, Consents = { consents.Select(StrictJson.Text) } };
        try
        {
            using var call = server.AsyncDuplexStreamingCall(BodyReleaseService.Method, null, new CallOptions(cancellationToken: cancellation));
            var reader = new TensorFrameReader<ReleaseReply>(call.ResponseStream);
            await SendAsync(call.RequestStream, request, reader, cancellation);
            var reply = await reader.ControlAsync(cancellation) ?? throw new RosflException(ExitCode.Protocol, "The computation server ended the call without an answer: update its program.");
            WireVersion.Agree(reply.Version, "the computation server");
            return await ReadAsync(reader, study, cancellation);
        }
        catch (RpcException error)
        {
            throw WireRefusal.From(error) ?? new RosflException(ExitCode.Unreachable, $"The computation server of study '{study.Id}' does not answer ({error.StatusCode}): have 'rosfl compute' run there, and ask again.", error);
        }
    }

    /// <summary>A server that refuses the caller ends the stream while we still write: its sentence is found at the reading end.</summary>
    private static async Task SendAsync(IClientStreamWriter<TensorFrame<ReleaseRequest>> stream, ReleaseRequest request, TensorFrameReader<ReleaseReply> reader, CancellationToken cancellation)
    {
        try
        {
            await new TensorFrameWriter<ReleaseRequest>(stream).ControlAsync(request, cancellation);
            await stream.CompleteAsync();
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            await reader.ControlAsync(cancellation);
        }
    }

    private static async Task<Weights> ReadAsync(TensorFrameReader<ReleaseReply> reader, Study study, CancellationToken cancellation)
    {
        var blank = study.BlankOf(PartName.Body);
        var arrays = new List<NamedArray>();
        foreach (var array in blank.Arrays) arrays.Add(await reader.ArrayAsync(array.Name, array.Shape, cancellation));
        var body = blank with { Arrays = arrays };
        NumberLimits.Check(body, PartName.Body.Text());
        return body;
    }
}
