using RosFL.Grpc.Protocol;

namespace RosFL.Grpc.Bodies;

/// <summary>One request with the tensor that goes and the memory for the one that comes; stays as it is until its outcome is known.</summary>
internal sealed record BodyExchange(BodyRequest Request, CutTransfer Outgoing, CutMessage Sent, CutTransfer Incoming, CutMessage Received);
