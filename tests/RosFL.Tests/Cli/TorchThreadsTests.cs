using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>The program sets OpenMP's environment before libtorch is loaded, so every thread follows it, also one of the pool.</summary>
public sealed class TorchThreadsTests
{
    /// <summary>One thread, where libtorch by itself would take every core.</summary>
    [Fact]
    public async Task Doctor_onAThreadOfThePool_findsTheThreadsThatWereAskedFor()
    {
        Assert.SkipWhen(Environment.ProcessorCount == 1, "this machine has one core");
        var (code, output, error) = await RosflProcess.RunAsync(new Dictionary<string, string> { ["OMP_DISPLAY_ENV"] = "TRUE" }, "doctor", "--torch", "1");
        Assert.True(code is 0 or (int)ExitCode.MissingProgram, error);
        Assert.Matches("torch threads +. 1 .*ok", output);
        // what OpenMP itself read when it was loaded
        Assert.Contains("OMP_NUM_THREADS = '1'", error, StringComparison.Ordinal);
        Assert.Contains("OMP_WAIT_POLICY = 'PASSIVE'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_withAWaitPolicyOfTheUser_leavesIt()
    {
        var (_, _, error) = await RosflProcess.RunAsync(
            new Dictionary<string, string> { ["OMP_DISPLAY_ENV"] = "TRUE", ["OMP_WAIT_POLICY"] = "ACTIVE" }, "doctor", "--torch", "1");
        Assert.Contains("OMP_WAIT_POLICY = 'ACTIVE'", error, StringComparison.Ordinal);
    }
}
