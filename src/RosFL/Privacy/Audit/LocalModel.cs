using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Privacy.Audit;

/// <summary>What one site trained alone: head, body and tail, and what its body's task remembers.</summary>
internal sealed record LocalModel(Model Parts, IReadOnlyList<NamedArray> BodyTask);
