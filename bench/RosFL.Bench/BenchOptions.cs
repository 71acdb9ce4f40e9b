namespace RosFL.Bench;

/// <summary>The command line of a bench.</summary>
/// <param name="Reps">Repetitions of each measurement; what one is, the bench says.</param>
/// <param name="Threads">Threads inside one tensor operation.</param>
/// <param name="Sites">Hospitals, for the measurement that a process of its own makes.</param>
internal sealed record BenchOptions(int Reps, int Threads, int Sites);
