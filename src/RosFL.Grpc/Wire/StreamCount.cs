using RosFL.Runs;

namespace RosFL.Grpc.Wire;

/// <summary>The open streams of each site in each study.</summary>
internal sealed class StreamCount(int most)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Study, string Site), int> streams = [];

    /// <returns>Ends the stream's part in the count.</returns>
    /// <exception cref="RosflException">The site has too many.</exception>
    public IDisposable Add(string study, string site)
    {
        lock (gate)
        {
            var now = streams.GetValueOrDefault((study, site));
            if (now >= most) throw new RosflException(ExitCode.Protocol, $"Site '{site}' has {now} streams open, and {most} is the most: end one first.");
            streams[(study, site)] = now + 1;
        }
        return new Counted(this, (study, site));
    }

    private sealed class Counted(StreamCount owner, (string Study, string Site) stream) : IDisposable
    {
        public void Dispose()
        {
            lock (owner.gate) owner.streams[stream]--;
        }
    }
}
