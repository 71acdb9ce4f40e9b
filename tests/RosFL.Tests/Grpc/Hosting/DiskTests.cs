using System.Diagnostics;
using System.Net;
using RosFL.Federation;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>
/// A party's disk, a small file system of its own, fills up or may no longer be written during training: the study pauses, says so in a sentence and at the party's
/// health, and goes on to the same weights when it can write again.
/// </summary>
public sealed class DiskTests
{
    private const string Pauses = "Training pauses: ";

    [Theory]
    [InlineData("hospital-1")]
    [InlineData(HostedStudy.Computation)]
    [InlineData(HostedStudy.Aggregation)]
    public Task Disk_thatIsFull_pausesTheTrainingUntilThereIsSpace(string party) =>
        PausesAsync(party, disk => disk.Fill(), disk => disk.Free(), party == HostedStudy.Aggregation ? "disk is full" : "NoSpace|disk is full");

    [Theory]
    [InlineData("hospital-1")]
    [InlineData(HostedStudy.Computation)]
    [InlineData(HostedStudy.Aggregation)]
    public Task Folder_thatMayNotBeWritten_pausesTheTrainingUntilItMay(string party) =>
        PausesAsync(party, disk => disk.Protect(), disk => disk.Unprotect(), party == HostedStudy.Aggregation ? "writable" : "NoSpace|writable");

    private static async Task PausesAsync(string party, Action<SmallDisk> hinder, Action<SmallDisk> free, string alarm)
    {
        using var study = new HostedStudy(sites: 2, rounds: 3) { Watched = party };
        var undisturbed = await study.SimulatedAsync();
        using var disk = SmallDisk.Mount(study.FolderOf(party));
        var (alarms, health) = (new List<string>(), "");
        var serving = study.ServeAsync(told =>
        {
            if (told is SimulationProgress.Committed { Round.Round: 0 }) hinder(disk);
            if (told is not SimulationProgress.Phase(var text) || !text.StartsWith(Pauses, StringComparison.Ordinal)) return;
            alarms.Add(text[Pauses.Length..]);
            if (health.Length == 0) health = HealthOf(study.WatchPort);
            free(disk);
        });
        var sites = study.Sites.Select(site => study.JoinAsync(site, CancellationToken.None)).ToList();
        await serving;
        await Task.WhenAll(sites);
        await study.EndAsync();

        Assert.NotEmpty(alarms);
        Assert.Matches(alarm, alarms[0]);
        Assert.Equal("disk full or not writable", health);
        using var store = study.OpenStore();
        Assert.Equal(undisturbed, store.Rounds().Select(r => r.ModelHash));
    }

    private static string HealthOf(int port)
    {
        using var client = new HttpClient();
        using var answer = client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready")).GetAwaiter().GetResult();
        return answer.StatusCode == HttpStatusCode.ServiceUnavailable ? answer.Content.ReadAsStringAsync().GetAwaiter().GetResult().Trim() : "ready";
    }

    /// <summary>A file system in memory, which only an administrator may mount.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string folder;

        private SmallDisk(string folder) => this.folder = folder;

        private string Filler => Path.Combine(folder, "filler");

        public static SmallDisk Mount(string folder)
        {
            Directory.CreateDirectory(folder);
            Assert.SkipUnless(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder), "A small file system can be mounted by root on Linux alone.");
            return new(folder);
        }

        public void Free() => File.Delete(Filler);

        /// <summary>Nothing may be changed, made or deleted, not even by an administrator.</summary>
        public void Protect() => Assert.SkipUnless(Run("chattr", "-R", "+i", folder), "This system's file system in memory cannot be protected.");

        public void Unprotect() => Run("chattr", "-R", "-i", folder);

        public void Dispose()
        {
            Unprotect();
            Run("umount", "-l", folder);
        }

        public void Fill()
        {
            using var file = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            try
            {
                for (var page = new byte[4096]; ;) file.Write(page);
            }
            catch (IOException)
            {
                // full
            }
        }

        private static bool Run(string command, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
