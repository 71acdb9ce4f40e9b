using System.Collections.Concurrent;
using RosFL.Runs;

namespace RosFL.Grpc.Bodies;

/// <summary>The studies that a computation server hosts at this moment, by id.</summary>
public sealed class BodyStudies(BodyLimits limits)
{
    private readonly ConcurrentDictionary<string, BodyStudy> studies = new(StringComparer.Ordinal);

    /// <summary>What holds before a stream has said to which study it belongs.</summary>
    public BodyLimits Limits => limits;

    /// <summary>Told of each stream that is refused.</summary>
    public Action<RosflException>? Refused { get; init; }

    public void Add(BodyStudy study) => studies[study.Id] = study;

    /// <summary>Takes a study off; its replicas are dropped.</summary>
    public Task RemoveAsync(string id) => studies.TryRemove(id, out var study) ? study.EndAsync() : Task.CompletedTask;

    public BodyStudy? Find(string id) => studies.GetValueOrDefault(id);
}
