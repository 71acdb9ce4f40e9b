namespace RosFL.Grpc.Coordination.Hidden;

/// <summary>A site is asked to go on from a state that it does not hold: the aggregation server has it, encrypted to the site.</summary>
/// <param name="round">The round after which it is the state, counted from 0.</param>
internal sealed class StateMissingException(int round, string message) : Exception(message)
{
    public int Round => round;
}
