using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>A command to a site that is not answered yet, with the arrays behind it.</summary>
internal sealed class PendingCommand(Position at, SiteCommand command, IReadOnlyList<NamedArray> arrays)
{
    /// <summary>To what it belongs.</summary>
    public Position At => at;

    public SiteCommand Command => command;

    public Outgoing<ServerMessage> Message => new(new ServerMessage { Position = at, Command = command }, arrays);

    public TaskCompletionSource<SiteAnswer> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsSent { get; set; }

    /// <summary>Of its training, steps up to this one have been shown.</summary>
    public int NextStep { get; set; }

    /// <summary>Whether a site's work for it is lost with the site's process.</summary>
    public bool IsOfAProcess => command.ContentCase is SiteCommand.ContentOneofCase.Train or SiteCommand.ContentOneofCase.Hidden;

    /// <summary>What it is answered with, unless it fails.</summary>
    public SiteReply.ContentOneofCase Due => command.ContentCase switch
    {
        SiteCommand.ContentOneofCase.Initial => SiteReply.ContentOneofCase.Initial,
        SiteCommand.ContentOneofCase.Train => SiteReply.ContentOneofCase.Update,
        SiteCommand.ContentOneofCase.Evaluate => SiteReply.ContentOneofCase.Scores,
        SiteCommand.ContentOneofCase.Hidden => SiteReply.ContentOneofCase.Hidden,
        _ => SiteReply.ContentOneofCase.Done,
    };
}
