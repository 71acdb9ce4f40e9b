using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>A command to a site that is not answered yet, with the arrays behind it.</summary>
internal sealed class PendingCommand(SiteCommand command, IReadOnlyList<NamedArray> arrays)
{
    public SiteCommand Command => command;

    public IReadOnlyList<NamedArray> Arrays => arrays;

    public TaskCompletionSource<SiteAnswer> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsSent { get; set; }
}
