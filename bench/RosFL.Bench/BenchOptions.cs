namespace RosFL.Bench;

/// <summary>The command line of a bench.</summary>
/// <param name="Reps">Repetitions of each measurement; what one is, the bench says.</param>
/// <param name="Threads">Threads inside one tensor operation.</param>
/// <param name="Sites">Hospitals, for the measurement that a process of its own makes.</param>
/// <param name="Patch">The only side of a patch to measure; 0 for all that the bench has.</param>
/// <param name="Batch">The only batch to measure; 0 for all.</param>
internal sealed record BenchOptions(int Reps, int Threads, int Sites, int Patch, int Batch);
