using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Imaging.Datasets;

/// <summary>The images of one site in files, brought to physical units: file value times scale plus offset.</summary>
/// <param name="site">The site's name.</param>
/// <param name="files">Its cases' files.</param>
/// <param name="subject">Who is on a case.</param>
/// <param name="targetIsImage">Whether targets have the input's units (restoration) or are labels.</param>
internal sealed class FileDataset(
    string site, IReadOnlyList<CaseFiles> files, Func<CaseFiles, string> subject, double scale, double offset, bool targetIsImage) : IDataset
{
    private readonly Dictionary<string, CaseFiles> _files = files.ToDictionary(f => f.Name);

    public string Site => site;

    public IReadOnlyList<Case> Cases { get; } = [.. files.Select(f => new Case(f.Name, f.Fixed is null ? subject(f) : f.Name, f.Fixed))];

    public Example Load(Case @case)
    {
        var f = _files[@case.Name];
        var input = InUnits(Stacked([.. f.Inputs.Select(PictureFile.Read)], @case.Name));
        var target = f.Target is null ? input : PictureFile.Read(f.Target);
        var mask = f.Mask is null ? null : PictureFile.Read(f.Mask);
        return new Example(input, f.Target is not null && targetIsImage ? InUnits(target) : target, mask);
    }

    private Picture InUnits(Picture picture) => scale == 1 && offset == 0
        ? picture
        : picture with { Values = Array.ConvertAll(picture.Values, v => (float)(v * scale + offset)) };

    private Picture Stacked(Picture[] channels, string name)
    {
        if (channels.Length == 1)
            return channels[0];
        if (!channels.All(c => c.Channels == 1 && c.SameSize(channels[0])))
            throw new RosflException(ExitCode.InvalidData, $"The channels of image '{name}' of site '{site}' differ in size or hold several channels each: a case needs one file a channel on one grid.");
        return new Picture([.. channels.SelectMany(c => c.Values)], [channels.Length, .. channels[0].Size])
        {
            SpacingMm = channels[0].SpacingMm,
            Affine = channels[0].Affine,
        };
    }
}
