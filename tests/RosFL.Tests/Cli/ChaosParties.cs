using System.Diagnostics;
using System.Globalization;

namespace RosFL.Tests.Cli;

/// <summary>The processes of a network, as it tells of them: killed, frozen, measured.</summary>
internal sealed class ChaosParties
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, int> living = new(StringComparer.Ordinal);
    private readonly HashSet<int> frozen = [];

    /// <summary>Processes that were started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Memory of each process in MiB that is resident now; those that have ended are not among them.</summary>
    public IReadOnlyDictionary<string, double> ResidentMiB()
    {
        lock (gate) return living.Select(p => (p.Key, MiB: ResidentMiB(p.Value))).Where(p => p.MiB is not null).ToDictionary(p => p.Key, p => p.MiB!.Value); // not null
    }

    /// <summary>The process that a party is now.</summary>
    public int ProcessOf(string party)
    {
        lock (gate) return living[party];
    }

    /// <summary>Takes note of what the network says of its processes.</summary>
    public void Note(string text)
    {
        const string Runs = " runs as process ", Again = " is started again";
        lock (gate)
        {
            if (text.IndexOf(Runs, StringComparison.Ordinal) is > 0 and var at) living[text[..at]] = int.Parse(text[(at + Runs.Length)..], CultureInfo.InvariantCulture);
            if (!text.EndsWith(Again, StringComparison.Ordinal)) return;
            Restarts++;
            living.Remove(text.Split(' ')[0]);
        }
    }

    /// <returns>False where no process lives.</returns>
    public bool Kill(int choice)
    {
        lock (gate)
        {
            if (living.Count == 0) return false;
            var party = living.Keys.ElementAt(choice % living.Count);
            living.Remove(party, out var process);
            return Signal("KILL", process);
        }
    }

    /// <returns>False where no process lives that is not frozen already.</returns>
    public async Task<bool> FreezeAsync(int choice, TimeSpan time)
    {
        int process;
        lock (gate)
        {
            var warm = living.Values.Where(p => !frozen.Contains(p)).ToList();
            if (warm.Count == 0) return false;
            process = warm[choice % warm.Count];
            if (!Signal("STOP", process)) return false;
            frozen.Add(process);
        }
        await Task.Delay(time);
        lock (gate)
        {
            frozen.Remove(process);
            if (living.ContainsValue(process)) Signal("CONT", process);
        }
        return true;
    }

    /// <summary>Looks at something while a party stands still, without which the others come to the end of the round and no further.</summary>
    public T WhileFrozen<T>(string party, Func<T> look)
    {
        var process = ProcessOf(party);
        Signal("STOP", process);
        try
        {
            return look();
        }
        finally
        {
            Signal("CONT", process);
        }
    }

    /// <summary>Null where the process has ended: then it has no such file, or a file without such a line.</summary>
    private static double? ResidentMiB(int process)
    {
        const string Name = "VmRSS:";
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal));
            return line is null ? null : double.Parse(line[Name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool Signal(string signal, int process)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", $"{process}"]) { RedirectStandardError = true })!;
        kill.WaitForExit();
        return kill.ExitCode == 0;
    }
}
