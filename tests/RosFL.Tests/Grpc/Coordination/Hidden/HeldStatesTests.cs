using RosFL.Federation;
using RosFL.Grpc.Coordination.Hidden;
using RosFL.Tests.Federation;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Grpc.Coordination.Hidden;

/// <summary>The states that a site keeps for itself.</summary>
public sealed class HeldStatesTests
{
    /// <summary>What a site with new keys does where the sealed state is not for it: another site's file says the same here.</summary>
    [Fact]
    public void State_copiedFromAnotherSite_isTheOneThatTheRoundBeginsWith()
    {
        using var temporary = new TemporaryFolder();
        using var made = new MadeStudy(HiddenNetwork.Run);
        var state = RoundState.Begin(made.Study.InitialOf(made.Study.SiteParts)) with { Round = 3 };
        var (there, here) = (Path.Combine(temporary.Path, "north"), Path.Combine(temporary.Path, "south"));
        new HeldStates(there, made.Study).Add(state);
        var own = new HeldStates(here, made.Study);
        var hash = state.Global.Hash();
        Assert.Equal(2, Assert.Throws<StateMissingException>(() => own.Of(3, hash)).Round);
        foreach (var file in Directory.GetFiles(there, "begin-*.safetensors")) File.Copy(file, Path.Combine(here, Path.GetFileName(file)));
        Assert.Equal(hash, own.Of(3, hash).Global.Hash());
    }
}
