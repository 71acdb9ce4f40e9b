namespace RosFL.Runs;

/// <summary>What a party does in a study; its certificate says so, and every call is checked against it.</summary>
public enum PartyRole
{
    /// <summary>A hospital: holds images, head and tail.</summary>
    Site,

    /// <summary>Holds the bodies.</summary>
    ComputationServer,

    /// <summary>Runs the rounds and merges heads and tails.</summary>
    AggregationServer,

    /// <summary>A person who may look at a study and pause, resume or abort it; never receives weights.</summary>
    Officer,

    /// <summary>The certificate authority's own service: enrols and renews, takes part in no study.</summary>
    Authority,
}
