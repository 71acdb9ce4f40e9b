namespace RosFL.Privacy.SecureAggregation;

/// <summary>The sum of the sites' masked vectors, and the uploads that are on their way into it.</summary>
/// <param name="newJournal">Where an upload is written down while it is under way.</param>
internal sealed class MaskedSum(int length, Func<Stream> newJournal) : IDisposable
{
    private readonly Dictionary<uint, MaskedUpload> uploads = [];

    public ulong[] Vector { get; } = new ulong[length];

    public bool IsUnderWay(uint site) => uploads.ContainsKey(site);

    /// <summary>Numbers that a site's upload still lacks.</summary>
    public int Missing(uint site) => uploads[site].Missing;

    /// <summary>Begins a site's upload; an earlier one that was not whole leaves no trace.</summary>
    public void Begin(uint site, byte[] expectedHash)
    {
        Forget(site);
        uploads[site] = new(Vector, expectedHash, newJournal());
    }

    /// <summary>Adds the next numbers; an upload that is whole is over, and what was written down of it gone.</summary>
    /// <returns>False when the vector is complete and is not the one that was signed; nothing of it is left in the sum.</returns>
    public bool Add(uint site, ReadOnlySpan<ulong> chunk)
    {
        var upload = uploads[site];
        var isRight = upload.Add(chunk);
        if (isRight && upload.Missing > 0) return true;
        uploads.Remove(site);
        upload.Dispose();
        return isRight;
    }

    /// <summary>Takes all uploads that are not whole out of the sum, and says whose they were.</summary>
    public IReadOnlyList<uint> ForgetUnderWay()
    {
        uint[] sites = [.. uploads.Keys];
        foreach (var site in sites) Forget(site);
        return sites;
    }

    public void Dispose()
    {
        foreach (var upload in uploads.Values) upload.Dispose();
    }

    private void Forget(uint site)
    {
        if (!uploads.Remove(site, out var upload)) return;
        upload.Undo();
        upload.Dispose();
    }
}
