using RosFL.Federation;
using RosFL.Grpc.Coordination.Hidden;
using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>How a site's failure is told: what may be tried again, and one sentence. Nothing of the site's files or data is in it.</summary>
internal static class SiteFailures
{
    public static SiteFailure Of(Exception failure) => failure switch
    {
        StateMissingException missing => new() { MissingState = missing.Round + 1, Message = missing.Message },
        RoundLostException lost => new() { RoundLost = true, Message = lost.Message },
        RosflException { Code: ExitCode.Unreachable } away => new() { SiteLost = true, Message = away.Message },
        RosflException { Code: ExitCode.Protocol or ExitCode.SecureAggregation or ExitCode.ManifestDiffers or ExitCode.NotTrusted } known => new() { ExitCode = (int)known.Code, Message = known.Message },
        // other sentences may name files, which are the site's own business
        RosflException own => new() { ExitCode = (int)own.Code, Message = $"the site failed ({own.Code}); its own log says why." },
        _ => new() { ExitCode = (int)ExitCode.Unexpected, Message = $"the site failed unexpectedly ({failure.GetType().Name}); its own log says why." },
    };

    /// <summary>What it is to the aggregation server.</summary>
    public static Exception From(string site, SiteFailure failure) =>
        failure.MissingState > 0 ? new StateMissingException(failure.MissingState - 1, $"Site '{site}': {failure.Message}")
        : failure.RoundLost ? new RoundLostException($"Site '{site}': {failure.Message}")
        : failure.SiteLost ? new SiteLostException(site, isGone: false, $"Site '{site}': {failure.Message}")
        : new RosflException((ExitCode)failure.ExitCode, $"Site '{site}': {failure.Message}");
}
