namespace RosFL.Grpc.Bodies;

/// <summary>What a computation server spends on its sites at most; streaming calls switch the web server's own limits off.</summary>
public sealed record BodyLimits
{
    /// <summary>From the opening of a stream to its first message. Default 10 s.</summary>
    public TimeSpan Hello { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the end of one request of a site to the end of the next, over all its streams; then its replica is dropped. Default 5 min.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the tensors of one message to cross, in addition to <see cref="SlowestBytesPerSecond"/>. Default 10 s.</summary>
    public TimeSpan Transfer { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A slower sender or reader is cut off. Default 64 KiB/s.</summary>
    public long SlowestBytesPerSecond { get; init; } = 64 * 1024;

    /// <summary>Bytes of tensors that are crossing or being computed with, all sites together; requests wait for their share. Default 1 GiB.</summary>
    public long BytesInFlight { get; init; } = 1L << 30;

    /// <summary>Open streams of one site in one study: training and a few for inference. Default 4.</summary>
    public int StreamsPerSite { get; init; } = 4;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public TimeSpan TransferTime(long bytes) => Transfer + TimeSpan.FromSeconds((double)bytes / SlowestBytesPerSecond);
}
