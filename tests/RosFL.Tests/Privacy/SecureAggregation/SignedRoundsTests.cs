using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>What a site has signed outlives the site's process.</summary>
public sealed class SignedRoundsTests : IDisposable
{
    private const string Site = "one";
    private static readonly byte[] First = [10], Second = [11];
    private static readonly string[] All = ["one", "two", "three"], Fewer = ["one", "two"];
    private readonly string folder = Directory.CreateTempSubdirectory("rosfl-signed-").FullName;

    [Fact]
    public void Site_thatWasRestarted_neitherSignsNorRevealsTwice()
    {
        using (var before = Open())
        {
            before.Sign(Site, First, "study", 7, All);
            before.Reveal(Site, First);
        }

        using var after = Open();
        Assert.Contains("before", Refused(() => after.Sign(Site, First, "study", 7, All)), StringComparison.Ordinal);
        Assert.Contains("before", Refused(() => after.Reveal(Site, First)), StringComparison.Ordinal);
    }

    [Fact]
    public void Round_revealedForSomeSurvivors_isSignedAgainOnlyForTheSame()
    {
        using var signed = Open();
        signed.Sign(Site, First, "study", 7, All);
        signed.Reveal(Site, First);
        Assert.Contains("other survivors", Refused(() => signed.Sign(Site, Second, "study", 7, Fewer)), StringComparison.Ordinal);
        signed.Sign(Site, Second, "study", 7, All);
        signed.Sign(Site, [12], "study", 8, Fewer);
        signed.Sign("two", First, "study", 7, Fewer);
    }

    [Fact]
    public void Round_signedButNotRevealed_mayHaveOtherSurvivorsInTheNextSession()
    {
        using var signed = Open();
        signed.Sign(Site, First, "study", 7, All);
        signed.Sign(Site, Second, "study", 7, Fewer);
        signed.Reveal(Site, Second);
        Refused(() => signed.Reveal(Site, [12]));
    }

    /// <summary>A round whose sum was opened is not opened again without one of its sites: the difference would be that site's update.</summary>
    [Fact]
    public void Round_openedWithAll_isNotOpenedWithFewer()
    {
        using var signed = Open();
        using var first = new SessionRig(5, Adversary.Malicious, signed);
        Assert.Null(first.Run().Failure);
        using var second = new SessionRig(5, Adversary.Malicious, signed) { IsGone = (site, kind) => site == 2 && kind >= MessageKind.Masked };
        second.Run().AssertSumOrNothing();
        Assert.NotNull(second.Failure);
        Assert.Empty(second.Revealed);
        using var third = new SessionRig(5, Adversary.Malicious, signed);
        Assert.Null(third.Run().Failure);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private SignedRounds Open() => SignedRounds.Open(Path.Combine(folder, "signed.db"));

    private static string Refused(Action action) => Assert.Throws<RosflException>(action).Message;
}
