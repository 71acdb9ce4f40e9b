namespace RosFL.Federation;

/// <summary>An attempt at a round cannot go on and is repeated from the round's start.</summary>
/// <param name="message">What got lost, in one sentence.</param>
public sealed class RoundLostException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>A site's part of a round is lost.</summary>
/// <param name="isGone">False: the site is back and may redo its part; true: it made no acknowledged step for too long.</param>
public sealed class SiteLostException(string site, bool isGone, string message, Exception? cause = null) : Exception(message, cause)
{
    public string Site => site;

    public bool IsGone => isGone;
}
