namespace RosFL.Runs;

/// <summary>A party's own approved manifests, one file a study. What comes over the network is compared with these and never replaces them.</summary>
public sealed class StudyCopies(string folder)
{
    /// <exception cref="RosflException">There is none, or not every party has approved it.</exception>
    public ApprovedManifest Open(string study)
    {
        var path = PathOf(study);
        return File.Exists(path) ? ApprovedManifest.Load(path).RequireComplete()
            : throw new RosflException(ExitCode.ManifestDiffers, $"Study '{study}' is not approved here: run 'rosfl study approve FILE' first.");
    }

    public IReadOnlyList<string> Studies => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)] : [];

    /// <summary>Keeps a manifest that this party approves: the first of its study, the same with more approvals, or the next revision of the one kept.</summary>
    public void Keep(ApprovedManifest approved)
    {
        var path = PathOf(approved.Manifest.Study);
        if (File.Exists(path)) RefuseUnlessNext(ApprovedManifest.Load(path), approved.Manifest);
        approved.Save(path);
    }

    private static void RefuseUnlessNext(ApprovedManifest kept, Manifest next)
    {
        if (next.Hash == kept.Manifest.Hash) return;
        if (next.Terms.Revision <= kept.Manifest.Terms.Revision || next.Terms.Previous != kept.Manifest.Hash)
            throw new RosflException(ExitCode.ManifestDiffers,
                $"Study '{next.Study}' was approved here as revision {kept.Manifest.Terms.Revision}, and this is no next revision of it (new / kept): {string.Join("; ", kept.Manifest.Differences(next))}. Make the next revision from the kept one with 'rosfl study new --revises'.");
    }

    private string PathOf(string study) => Path.Combine(folder, Party.CheckedName(study) + ".json");
}
