using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Wire;

/// <summary>The protocol's version: parties of one major version work together, in the way of the smaller minor version.</summary>
public static class WireVersion
{
    public const int Major = 2, Minor = 0;

    public static ProtocolVersion Own => new() { Major = Major, Minor = Minor };

    /// <returns>The minor version that counts.</returns>
    /// <exception cref="RosflException">Another major version.</exception>
    public static int Agree(ProtocolVersion? other, string who)
    {
        if (other is null || other.Major != Major)
            throw new RosflException(ExitCode.Protocol,
                $"The program of {who} speaks protocol {(other is null ? "without a version" : $"{other.Major}.{other.Minor}")}, this one {Major}.{Minor}: update the older of the two.");
        return Math.Min(other.Minor, Minor);
    }
}
