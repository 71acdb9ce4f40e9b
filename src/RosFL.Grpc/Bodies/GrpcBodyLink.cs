using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Runs;
using RosFL.Training;
using RosFL.Training.Payloads;
using static TorchSharp.torch;

namespace RosFL.Grpc.Bodies;

/// <summary>
/// A site's link to its body at the computation server. This is the one bridge from synchronous tensor code to asynchronous streams: the
/// torch thread begins each exchange itself and waits for its outcome, with the step's deadline.
/// </summary>
public sealed class GrpcBodyLink : IBodyLink
{
    private readonly BodyLinkOptions options;
    private readonly CutShapes shapes;
    private readonly PayloadCodec codec;
    private readonly Device device;
    private readonly RedialingCall call;
    private CutShape? forwarded;
    private int inferred;

    /// <param name="invoker">Of a channel with the settings of <see cref="Wire.WireChannel"/>.</param>
    public GrpcBodyLink(CallInvoker invoker, BodyLinkOptions options, Study study, CutShapes shapes, CancellationToken cancellation)
    {
        (this.options, this.shapes, device) = (options, shapes, study.Device);
        codec = new PayloadCodec(study.Run.Wire);
        call = new RedialingCall(invoker, options, cancellation);
    }

    public Tensor Forward(Tensor smashed, StepTime time)
    {
        forwarded = Legal(smashed, training: true);
        var (request, batch) = (Request(time), smashed.shape[0]);
        request.Forward = Step(smashed, time);
        return Exchange(request, smashed, CutTransfer.Smashed(forwarded, batch, codec), CutTransfer.Features(forwarded, batch, codec));
    }

    public Tensor Backward(Tensor featuresGradient, StepTime time)
    {
        if (forwarded is null) throw new InvalidOperationException("Backward came without Forward.");
        var (request, batch) = (Request(time), featuresGradient.shape[0]);
        request.Backward = Step(featuresGradient, time);
        return Exchange(request, featuresGradient, CutTransfer.FeaturesGradient(forwarded, batch, codec), CutTransfer.SmashedGradient(forwarded, batch, codec));
    }

    public Tensor Infer(Tensor smashed)
    {
        var (shape, batch) = (Legal(smashed, training: false), smashed.shape[0]);
        var request = new BodyRequest { Position = options.At(inferred++), Infer = Step(smashed, new StepTime(options.Order.Key.Round, 0, 1)) };
        return Exchange(request, smashed, CutTransfer.Smashed(shape, batch, codec), CutTransfer.Features(shape, batch, codec));
    }

    public void Dispose() => call.Dispose();

    private static BodyStep Step(Tensor tensor, StepTime time) =>
        new() { Batch = (int)tensor.shape[0], Size = { tensor.shape.Skip(2) }, StepsInRound = time.StepsInRound };

    private BodyRequest Request(StepTime time) => time.Round == options.Order.Key.Round
        ? new() { Position = options.At(time.Step) }
        : throw new InvalidOperationException($"A link for round {options.Order.Key.Round} was used in round {time.Round}.");

    private Tensor Exchange(BodyRequest request, Tensor tensor, CutTransfer outgoing, CutTransfer incoming)
    {
        using var scope = NewDisposeScope();
        using var sent = outgoing.Encode(tensor);
        using var received = incoming.Empty();
        call.Exchange(new BodyExchange(request, outgoing, sent, incoming, received));
        return incoming.Decode(received, device).MoveToOuterDisposeScope();
    }

    private CutShape Legal(Tensor smashed, bool training) => shapes.Find(training, smashed.shape)
        ?? throw new RosflException(ExitCode.InvalidData,
            $"Site '{options.Order.Site}' has an image whose smashed values are {string.Join('x', smashed.shape.Skip(1))}, which study '{options.Order.Key.Study}' does not know: list the image's size in wire.imageSizes, or set {(training ? "preprocessing.patch" : "evaluation.window")}.");
}
