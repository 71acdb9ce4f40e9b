using RosFL.Imaging.Formats;

namespace RosFL.Imaging.Datasets;

/// <summary>The images of one site in files, brought to physical units: file value times scale plus offset.</summary>
/// <param name="site">The site's name.</param>
/// <param name="files">Its cases' files.</param>
/// <param name="subject">Who is on a case.</param>
/// <param name="targetIsImage">Whether targets have the input's units (restoration) or are labels.</param>
internal sealed class FileDataset(
    string site, IReadOnlyList<CaseFiles> files, Func<CaseFiles, string> subject, double scale, double offset, bool targetIsImage) : IDataset
{
    private readonly Dictionary<string, CaseFiles> files = files.ToDictionary(f => f.Name);

    public string Site => site;

    public IReadOnlyList<Case> Cases { get; } = [.. files.Select(f => new Case(f.Name, f.Fixed is null ? subject(f) : f.Name, f.Fixed))];

    public Example Load(Case @case)
    {
        var f = files[@case.Name];
        var input = InUnits(ChannelFiles.Read(f.Inputs, $"image '{@case.Name}' of site '{site}'"));
        var target = f.Target is null ? input : PictureFile.Read(f.Target);
        var mask = f.Mask is null ? null : PictureFile.Read(f.Mask);
        return new Example(input, f.Target is not null && targetIsImage ? InUnits(target) : target, mask);
    }

    private Picture InUnits(Picture picture) => scale == 1 && offset == 0
        ? picture
        : picture with { Values = Array.ConvertAll(picture.Values, v => (float)(v * scale + offset)) };
}

