namespace RosFL.Privacy.SecureAggregation;

/// <summary>What the aggregation server waits for.</summary>
public enum ServerPhase { Keys, Shares, MaskedInput, Consistency, Unmask, Opened, Failed }
