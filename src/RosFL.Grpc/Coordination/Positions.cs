using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>To what a message on a site's stream belongs.</summary>
internal static class Positions
{
    /// <summary>The attempt at a round.</summary>
    public static RoundKey Key(this Position at) => new(at.Study, at.Round, at.Attempt);

    /// <exception cref="RosflException">A message has no position, or not that of its stream.</exception>
    public static Position Require(Position? found, string study, string site)
    {
        if (found is null) throw new RosflException(ExitCode.Protocol, "A message came without a position: update the program at the other end.");
        if (found.Study != study || found.Site != site)
            throw new RosflException(ExitCode.Protocol, $"A message came for another study or site than its stream's, site '{site}' of study '{study}': a party speaks for itself alone.");
        return found;
    }
}
