namespace RosFL.Imaging;

/// <summary>A case and the data set that loads it, which after a redistribution need not be its site's own. Equal where both are.</summary>
internal sealed record SourcedCase(IDataset Source, Case Case)
{
    /// <summary>The case as <paramref name="site"/> calls it: cases of other sites carry their site's name in front.</summary>
    public Case At(string site) => Source.Site == site ? Case : Case with { Name = $"{Source.Site}.{Case.Name}", Subject = $"{Source.Site}.{Case.Subject}" };
}
