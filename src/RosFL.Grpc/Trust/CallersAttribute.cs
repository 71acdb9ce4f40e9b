using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>Who may call a service or one of its methods (the method's own attribute counts before the service's). Without one nobody may.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class CallersAttribute(params PartyRole[] roles) : Attribute
{
    public IReadOnlyCollection<PartyRole> Roles => roles;

    /// <summary>Also who has no certificate: enrolment and liveness alone.</summary>
    public bool Strangers { get; init; }
}
