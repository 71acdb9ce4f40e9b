using Grpc.Net.Client;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Hosting;

/// <summary>A study as this party has approved it: its manifest, the party's own run under it, and who may take part.</summary>
public sealed class ApprovedStudy
{
    private readonly PartyCredentials credentials;

    private ApprovedStudy(Manifest manifest, RunFile run, PartyCredentials credentials) => (Manifest, Run, this.credentials) = (manifest, run, credentials);

    public Manifest Manifest { get; }

    /// <summary>The party's own options with the manifest's shared ones; named as the study.</summary>
    public RunFile Run { get; }

    public string Id => Manifest.Study;

    public string Hash => Manifest.Hash;

    /// <summary>Public chance of the bodies.</summary>
    public Seeds BodySeed => new(Convert.FromHexString(Manifest.Terms.BodySeed));

    /// <summary>Opens the copy in the party's folder and puts the party's own run file under it.</summary>
    /// <param name="own">The party's run file: places, machine and, at a site, its images.</param>
    /// <exception cref="RosflException">No approved copy, not every party's approval, this party not in its roster, or a run file that sets shared options otherwise.</exception>
    public static ApprovedStudy Open(PartyFolder folder, PartyCredentials credentials, string study, RunFile own, RunNames names)
    {
        var manifest = new StudyCopies(folder.StudiesPath).Open(study).Manifest;
        manifest.Admit(credentials.Party, credentials.Key);
        var run = manifest.RunOf(own, names).With([$"name={manifest.Study}"], names);
        RefuseOtherWeights(manifest, run.Options);
        TorchEnvironment.Prepare(run.Options.Machine.Threads);
        return new(manifest, run, credentials);
    }

    /// <summary>Refuses a caller that the sites have not approved with this very key.</summary>
    public RosterEntry Admit(Caller caller) => Manifest.Admit(caller.Party, caller.Key);

    /// <summary>A channel to the study's server of a role, whose key must be the one in the roster.</summary>
    public GrpcChannel Dial(string address, PartyRole role, Action<GrpcChannelOptions>? options = null, Action<SocketsHttpHandler>? handler = null) =>
        credentials.NewChannel(new Uri(address), role, null, options, handler, (party, key) => Manifest.Admit(party, key));

    private static void RefuseOtherWeights(Manifest manifest, RunOptions run)
    {
        if (run.Training.InitialWeights.Length == 0 && manifest.Terms.InitialWeights.Length == 0) return;
        var found = run.Training.InitialWeights.Length == 0 ? "none" : FileHash.Of(run.Training.InitialWeights);
        if (found != manifest.Terms.InitialWeights)
            throw new RosflException(ExitCode.ManifestDiffers, $"Study '{manifest.Study}' begins with weights of SHA-256 '{manifest.Terms.InitialWeights}', and training.initialWeights here is '{found}': take the agreed file.");
    }
}
