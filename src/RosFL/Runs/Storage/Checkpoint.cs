namespace RosFL.Runs;

/// <summary>All that a run needs to go on after a round, bit for bit.</summary>
/// <param name="Round">The last round that is in it.</param>
/// <param name="Arrays">Weights, anchors and optimizer moments under grouped names: <c>global/head.conv1.weight</c>, <c>site/north/optimizer.head...</c>.</param>
/// <param name="Metadata">Everything that is no float32 array, as text (JSON where it has structure): counters, cursors, hashes.</param>
public sealed record Checkpoint(int Round, IReadOnlyList<NamedArray> Arrays, IReadOnlyDictionary<string, string> Metadata);
