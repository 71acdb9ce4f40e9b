namespace RosFL.Runs;

/// <summary>
/// Every round's weights before and after the correction. A round is written whole to <c>rounds/</c>; at the end all are joined to
/// <c>rounds.safetensors</c> with the names <c>round3.before.head.conv1.weight</c> and <c>round3.after.head.conv1.weight</c>.
/// </summary>
public sealed class RoundWeights(RunFolder folder)
{
    /// <param name="before">The mean, before the correction; empty in a round without correction.</param>
    /// <param name="after">What the sites begin the next round with.</param>
    public void Write(int round, IEnumerable<NamedArray> before, IEnumerable<NamedArray> after) => Safetensors.Write(Part(round),
    [
        .. before.Select(array => array with { Name = $"round{round}.before.{array.Name}" }),
        .. after.Select(array => array with { Name = $"round{round}.after.{array.Name}" }),
    ]);

    /// <summary>Joins rounds 0 to <paramref name="lastRound"/>; can be repeated when it was interrupted.</summary>
    public void Join(int lastRound)
    {
        var parts = Enumerable.Range(0, lastRound + 1).Select(Part).Where(File.Exists).ToList();
        if (parts.Count == 0)
            return;
        Safetensors.Join(folder.RoundsPath, parts);
        Directory.Delete(folder.RoundPartsPath, recursive: true);
    }

    private string Part(int round) => Path.Combine(folder.RoundPartsPath, $"round-{round:D6}.safetensors");
}
