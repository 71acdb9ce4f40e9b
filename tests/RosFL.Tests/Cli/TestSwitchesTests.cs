using System.Text.Json.Nodes;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>What makes a party of a test fail makes no party of a real network fail.</summary>
public sealed class TestSwitchesTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-switches-").FullName;

    [Theory]
    [InlineData(Guards.Variable, Guards.DurablePrepare)]
    [InlineData(CrashPoint.Variable, "compute-begun:1")]
    [InlineData(Repetition.Variable, "3:33")]
    public async Task Party_withARealCertificate_refusesToStart(string variable, string value)
    {
        var run = await RosflProcess.RunAsync(new Dictionary<string, string> { [variable] = value }, "compute", Configuration());
        Assert.Equal((int)ExitCode.Usage, run.Code);
        Assert.Equal($"Variable {variable} is '{value}', which makes a party of a test fail, and this party's certificate is a real one: unset it.", run.Error.Trim());
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <summary>Of a server that enrolled with an authority.</summary>
    private string Configuration()
    {
        using var trust = new ThrowAwayTrust(TimeProvider.System);
        var folder = trust.Write(Path.Combine(root, "party"), new Party(PartyRole.ComputationServer, "body"));
        var card = Path.Combine(folder.Path, "party.json");
        var written = JsonNode.Parse(File.ReadAllText(card))!;
        written["authority"] = "https://127.0.0.1:1";
        File.WriteAllText(card, written.ToJsonString());
        var path = Path.Combine(root, "compute.json");
        File.WriteAllText(path, StrictJson.Text(new ComputeOptions(folder.Path, $"127.0.0.1:{LoopbackPort.Free()}", Path.Combine(root, "state"), [])));
        return path;
    }
}
