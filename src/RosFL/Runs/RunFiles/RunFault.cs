namespace RosFL.Runs;

/// <summary>One thing that is wrong with a run file: the option's path and the sentence for the user.</summary>
internal sealed record RunFault(string Path, string Sentence);
