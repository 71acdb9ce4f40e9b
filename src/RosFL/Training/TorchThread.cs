namespace RosFL.Training;

/// <summary>A crew of one: torch work runs one piece after the other, in the order in which it was given.</summary>
/// <param name="threads">Threads inside one tensor operation; 0 leaves libtorch's choice.</param>
public sealed class TorchThread(string name, int threads) : TorchCrew([name], threads);
