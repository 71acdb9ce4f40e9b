using RosFL.Runs;

namespace RosFL.Tests.Runs;

/// <summary>What Windows asks for is tested everywhere: what may be tried again is, and nothing else.</summary>
public sealed class BusyFileTests
{
    private int tries;

    [Fact]
    public void Change_ofAFileThatBecomesFree_isTriedUntilThen()
    {
        BusyFile.Patiently(() => Fail(tries < 2 ? new UnauthorizedAccessException() : null), tries: 5);
        Assert.Equal(3, tries);
    }

    [Fact]
    public void Change_ofAFileThatStaysBusy_failsInTheEnd()
    {
        Assert.Throws<IOException>(() => BusyFile.Patiently(() => Fail(new IOException()), tries: 2));
        Assert.Equal(2, tries);
    }

    [Fact]
    public void Change_ofAFileThatIsNotThere_isNotTriedAgain()
    {
        Assert.Throws<FileNotFoundException>(() => BusyFile.Patiently(() => Fail(new FileNotFoundException()), tries: 5));
        Assert.Equal(1, tries);
    }

    private void Fail(Exception? error)
    {
        tries++;
        if (error is not null) throw error;
    }
}
