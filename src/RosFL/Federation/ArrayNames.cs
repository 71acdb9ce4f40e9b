using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>Groups of arrays inside one list, told apart by what stands before their names.</summary>
internal static class ArrayNames
{
    /// <summary>Puts <paramref name="prefix"/> before the names.</summary>
    public static IEnumerable<NamedArray> Under(string prefix, IEnumerable<NamedArray> arrays) => arrays.Select(a => a with { Name = prefix + a.Name });

    /// <summary>The arrays whose names begin with <paramref name="prefix"/>, without it.</summary>
    public static IReadOnlyList<NamedArray> Inside(string prefix, IEnumerable<NamedArray> arrays) =>
        [.. arrays.Where(a => a.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(a => a with { Name = a.Name[prefix.Length..] })];
}
