using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Grpc.Core;
using RosFL.Runs;

namespace RosFL.Grpc.Wire;

/// <summary>What a server spends on the streams of its sites at most, all above 0; streaming calls switch the web server's own limits off.</summary>
public record WireLimits
{
    private const double MostSeconds = 24 * 60 * 60;

    /// <summary>From the opening of a connection to the end of its TLS handshake; connections that stay silent are freed by it. Default 10 s, at most a day.</summary>
    public double HandshakeSeconds { get; init; } = 10;

    /// <summary>From the opening of a stream to its first message. Default 10 s, at most a day.</summary>
    public double HelloSeconds { get; init; } = 10;

    /// <summary>For the tensors of one message to cross, in addition to <see cref="SlowestBytesPerSecond"/>. Default 10 s, at most a day.</summary>
    public double TransferSeconds { get; init; } = 10;

    /// <summary>A slower sender or reader is cut off. Default 64 KiB/s.</summary>
    public long SlowestBytesPerSecond { get; init; } = 64 * 1024;

    /// <summary>Open streams of one site in one study. Default 4.</summary>
    public int StreamsPerSite { get; init; } = 4;

    /// <summary>Bytes of tensors of one study that sites send and, at the computation server, that are being computed with, all sites together; who would send more waits. Default 1 GiB.</summary>
    public long BytesInFlight { get; init; } = 1L << 30;

    [JsonIgnore]
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <exception cref="RosflException">A limit of a configuration file is out of its range.</exception>
    public void Check()
    {
        foreach (var limit in GetType().GetProperties().Where(p => p.PropertyType != typeof(TimeProvider)))
        {
            var value = Convert.ToDouble(limit.GetValue(this), CultureInfo.InvariantCulture);
            var most = limit.PropertyType == typeof(double) ? MostSeconds : double.MaxValue;
            if (!(value > 0 && value <= most))
                throw new RosflException(ExitCode.InvalidFile, $"Option limits.{JsonNamingPolicy.CamelCase.ConvertName(limit.Name)} is {value}; it must be above 0{(most < double.MaxValue ? $" and at most {most}" : "")}.");
        }
    }

    /// <summary>For the first message of a stream.</summary>
    internal Task<T> HelloAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellation) =>
        WithinAsync(TimeSpan.FromSeconds(HelloSeconds), "its first message", read, cancellation);

    /// <summary>For a message with <paramref name="bytes"/> of tensors to cross.</summary>
    internal Task<T> TransferAsync<T>(long bytes, string phase, Func<CancellationToken, Task<T>> cross, CancellationToken cancellation) =>
        WithinAsync(TimeSpan.FromSeconds(TransferSeconds + ((double)bytes / SlowestBytesPerSecond)), phase, cross, cancellation);

    /// <summary>Does what must be over in time; it cannot be prolonged by dripping.</summary>
    /// <exception cref="RosflException">The other end took longer.</exception>
    internal async Task<T> WithinAsync<T>(TimeSpan limit, string phase, Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var clock = new CancellationTokenSource(limit, Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellation);
        try
        {
            return await work(both.Token);
        }
        catch (Exception e) when (clock.IsCancellationRequested && !cancellation.IsCancellationRequested && e is OperationCanceledException or RpcException or IOException)
        {
            throw new RosflException(ExitCode.Unreachable, $"The site took longer than {limit.TotalSeconds:0.#} s for {phase}: check its connection, or raise limits in the server's configuration.", e);
        }
    }
}
