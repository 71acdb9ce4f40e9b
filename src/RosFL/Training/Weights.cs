using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using RosFL.Runs;

namespace RosFL.Training;

/// <summary>
/// The numbers of one part in managed memory: first the trained parameters, then what is merged beside them but never corrected (running
/// statistics of batch normalisation, an algorithm's own vectors).
/// </summary>
/// <param name="Arrays">By state_dict name, without the part.</param>
/// <param name="Trained">How many of the arrays, from the first, are trained parameters.</param>
public sealed record Weights(IReadOnlyList<NamedArray> Arrays, int Trained)
{
    public static readonly Weights None = new([], 0);

    public NamedArray? Find(string name) => Arrays.FirstOrDefault(a => a.Name == name);

    /// <summary>These weights with <paramref name="extras"/> behind them.</summary>
    public Weights And(IEnumerable<NamedArray> extras) => this with { Arrays = [.. Arrays, .. extras] };

    /// <summary>Only the arrays whose name passes.</summary>
    public Weights Where(Func<string, bool> keep) =>
        new([.. Arrays.Where(a => keep(a.Name))], Arrays.Take(Trained).Count(a => keep(a.Name)));

    /// <summary>Euclidean distance of the trained parameters from <paramref name="start"/>, relative to the norm of <paramref name="start"/>.</summary>
    public double DriftFrom(Weights start)
    {
        double distance = 0, norm = 0;
        for (var i = 0; i < Trained; i++)
        {
            var (w, s) = (Arrays[i].Values, start.Arrays[i].Values);
            for (var k = 0; k < w.Length; k++)
            {
                var d = (double)w[k] - s[k];
                distance += d * d;
                norm += (double)s[k] * s[k];
            }
        }
        return norm == 0 ? 0 : Math.Sqrt(distance / norm);
    }

    /// <summary>SHA-256 over names, shapes and bits.</summary>
    public byte[] Hash()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var array in Arrays)
        {
            sha.AppendData(Encoding.UTF8.GetBytes($"{array.Name}[{string.Join(',', array.Shape)}]"));
            sha.AppendData(MemoryMarshal.AsBytes<float>(array.Values));
        }
        return sha.GetHashAndReset();
    }
}
