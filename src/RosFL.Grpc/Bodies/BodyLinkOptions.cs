using RosFL.Federation;
using RosFL.Grpc.Protocol;

namespace RosFL.Grpc.Bodies;

/// <summary>To which body a link leads, and how long it waits.</summary>
/// <param name="Order">With the site's attempt. For inference the round after which the body was committed.</param>
/// <param name="Manifest">Hash of the study's manifest.</param>
public sealed record BodyLinkOptions(BodyOrder Order, string Manifest)
{
    /// <summary>From a request to its answer, reconnecting included. Default 10 min: with a shared body it includes the turns of all other sites.</summary>
    public TimeSpan StepDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Before the first reconnection; doubled up to 10 s, with jitter.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>For the other end to take note of the end of the stream.</summary>
    public TimeSpan Farewell { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal Position At(int step) => new() { Study = Order.Key.Study, Site = Order.Site, Round = Order.Key.Round, Attempt = Order.Key.Attempt, Step = step };
}
