using RosFL.Grpc.Wire;

namespace RosFL.Grpc.Bodies;

/// <summary>What a computation server spends on its sites at most.</summary>
public sealed record BodyLimits : WireLimits
{
    /// <summary>From the end of one request of a site to the end of the next, over all its streams; then its replica is dropped. Default 300 s, at most a day.</summary>
    public double IdleSeconds { get; init; } = 300;

    internal TimeSpan Idle => TimeSpan.FromSeconds(IdleSeconds);
}
