using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// The file that a study begins from: arrays with the part in front of the name (head.down0.conv1.weight), or an assembled model's, without
/// it. The latter fits any cut of its network, since only a narrow cut adds layers.
/// </summary>
internal static class InitialWeights
{
    /// <param name="likeOf">Names and shapes of a part.</param>
    /// <exception cref="RosflException">An array is missing, has another shape, or belongs to no part.</exception>
    public static Weights Read(string path, PartName part, Func<PartName, Weights> likeOf)
    {
        var arrays = Safetensors.Read(path).ToDictionary(a => a.Name);
        var named = PartNames.All.Any(p => arrays.Keys.Any(name => name.StartsWith(p.Text() + ".", StringComparison.Ordinal)));
        RefuseOthers(path, arrays, named, likeOf);
        var like = likeOf(part);
        return like with { Arrays = [.. like.Arrays.Select(a => Take(arrays, a, NameOf(part, a, named), path))] };
    }

    private static string NameOf(PartName part, NamedArray array, bool named) => named ? $"{part.Text()}.{array.Name}" : array.Name;

    private static void RefuseOthers(string path, Dictionary<string, NamedArray> arrays, bool named, Func<PartName, Weights> likeOf)
    {
        var known = PartNames.All.SelectMany(part => likeOf(part).Arrays.Select(a => NameOf(part, a, named))).ToHashSet();
        if (arrays.Keys.FirstOrDefault(name => !known.Contains(name)) is { } other)
            throw new RosflException(ExitCode.InvalidFile, $"Weights '{path}' hold '{other}', which the network does not have: set network.* and cut.narrow* as they were when the weights were made.");
    }

    private static NamedArray Take(Dictionary<string, NamedArray> arrays, NamedArray like, string name, string path)
    {
        if (!arrays.TryGetValue(name, out var found))
            throw new RosflException(ExitCode.InvalidFile, $"Weights '{path}' lack '{name}': set network.* and cut.narrow* as they were when the weights were made.");
        if (!found.Shape.AsSpan().SequenceEqual(like.Shape))
            throw new RosflException(ExitCode.InvalidFile,
                $"Weights '{name}' of '{path}' have shape [{string.Join(',', found.Shape)}], the network needs [{string.Join(',', like.Shape)}]: set the network's options to match.");
        return found with { Name = like.Name };
    }
}
