using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>What a site says of itself when it comes: counts only, fixed at the study's start.</summary>
/// <param name="Weight">Its integer weight in the mean.</param>
public sealed record SiteFacts(long Weight, int StepsPerRound, int TrainingImages, int ValidationImages, int TestImages)
{
    public SiteSize Size(string site) => new(site, TrainingImages, ValidationImages, TestImages);

    internal static SiteFacts Of(SiteHello hello) =>
        new(hello.Weight, hello.StepsPerRound, hello.TrainingImages, hello.ValidationImages, hello.TestImages);
}
