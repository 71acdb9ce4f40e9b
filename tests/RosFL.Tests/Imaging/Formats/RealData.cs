namespace RosFL.Tests.Imaging.Formats;

/// <summary>Public images and golden runs that are kept outside the repository; a test that needs them is skipped where they are not.</summary>
internal static class RealData
{
    public static string Images(params string[] parts) => Find(Environment.GetEnvironmentVariable("ROSFL_DATA"), "data", parts);

    public static string Golden(params string[] parts) => Find(Environment.GetEnvironmentVariable("ROSFL_GOLDEN"), "golden", parts);

    private static string Find(string? told, string name, string[] parts)
    {
        var places = new List<string>();
        if (told is not null)
            places.Add(told);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            places.Add(Path.Combine(folder.FullName, "shared", name));
        var found = places.Select(place => Path.Combine([place, .. parts])).FirstOrDefault(Path.Exists);
        Assert.SkipWhen(found is null, $"the {name} folder is not on this machine");
        return found!;
    }
}
