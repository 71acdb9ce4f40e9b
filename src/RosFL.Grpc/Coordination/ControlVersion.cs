using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>The version of the control protocol that this program speaks.</summary>
internal static class ControlVersion
{
    public static readonly ProtocolVersion Ours = new() { Major = 1, Minor = 0 };

    /// <exception cref="RosflException">The other end speaks another major version.</exception>
    public static void Check(ProtocolVersion? theirs)
    {
        if (theirs?.Major != Ours.Major)
            throw new RosflException(ExitCode.Protocol, $"The other end speaks protocol version {theirs?.Major ?? 0} and this program {Ours.Major}: use programs of the same major version.");
    }
}
