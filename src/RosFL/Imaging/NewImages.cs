using RosFL.Imaging.Datasets;
using RosFL.Imaging.Formats;
using RosFL.Imaging.Preprocessing;
using RosFL.Imaging.Splits;
using RosFL.Runs;

namespace RosFL.Imaging;

/// <summary>Reads images that have no truth as the sites of a run read theirs: channels stacked, file numbers in physical units, inside their field of view.</summary>
public sealed class NewImages
{
    private const string FirstChannel = "_0000";

    private readonly RunOptions run;
    private readonly Preprocessor preprocessor;
    private readonly string masks, site;
    private readonly double scale, offset;

    /// <param name="foreground">The statistics that the run gathered, where its preprocessing needs them.</param>
    /// <param name="site">The site whose <c>scale</c> and <c>offset</c> the files have; empty for those of the run.</param>
    /// <param name="masks">Folder of masks with the images' names, as <c>SITE/fov</c>; empty where there are none.</param>
    /// <exception cref="RosflException">The site or the folder is unknown.</exception>
    public NewImages(RunOptions run, ForegroundStatistics? foreground = null, string site = "", string masks = "")
    {
        (this.run, this.masks, this.site, preprocessor) = (run, masks, site, new Preprocessor(run, foreground));
        var known = run.Data.Sites.Concat(run.Data.UnseenSites).ToList();
        var own = known.Find(s => s.Name == site);
        if (site.Length > 0 && own is null)
            throw new RosflException(ExitCode.Usage, $"Site '{site}' is not in data.sites of run '{run.Name}'; {(known.Count == 0 ? "it lists none" : NearestName.Suggest(site, [.. known.Select(s => s.Name)]))}");
        if (masks.Length > 0 && !Directory.Exists(masks))
            throw new RosflException(ExitCode.InvalidFile, $"Folder '{masks}' does not exist: name the folder of the masks.");
        (scale, offset) = (own?.Scale ?? run.Preprocessing.Scale, own?.Offset ?? run.Preprocessing.Offset);
    }

    private bool Segments => run.Task == StudyTask.Segmentation;

    /// <summary>Of an image with one file a channel (nnU-Net's NAME_0000, NAME_0001, ...), name the first.</summary>
    /// <exception cref="RosflException">The files are malformed or do not fit the run.</exception>
    public NewImage Read(string path)
    {
        var name = FileNames.Stem(path);
        var input = InUnits(ChannelFiles.Read(Channels(path, name), $"image '{name}'"));
        var mask = Mask(name) is { } file ? PictureFile.Read(file) : null;
        var stand = Segments ? new Picture(new float[input.ChannelLength], [1, .. input.Size]) { SpacingMm = input.SpacingMm, Affine = input.Affine } : input;
        var prepared = preprocessor.Apply(new Example(input, stand, mask), name, site);
        return new(new Whole(new Case(name, name), prepared.Input, prepared.WholeTarget, prepared.WholeMask) { Map = prepared.Map, Labels = Segments }, path, OutputName(path, name));
    }

    /// <summary>A prediction in the numbers of the image's file: labels as they are, images out of physical units.</summary>
    public Picture InFileUnits(Picture prediction) => Segments || (scale == 1 && offset == 0)
        ? prediction
        : prediction with { Values = Array.ConvertAll(prediction.Values, v => (float)((v - offset) / scale)) };

    private Picture InUnits(Picture picture) => scale == 1 && offset == 0
        ? picture
        : picture with { Values = Array.ConvertAll(picture.Values, v => (float)(v * scale + offset)) };

    private string[] Channels(string path, string name) => IsFirstOfSeveral(name)
        ? [.. Enumerable.Range(0, run.Network.InputChannels).Select(c => Path.Combine(
            Path.GetDirectoryName(path) ?? "", Path.GetFileName(path).Replace(FirstChannel, $"_{c:d4}", StringComparison.Ordinal)))]
        : [path];

    private bool IsFirstOfSeveral(string name) => run.Network.InputChannels > 1 && name.EndsWith(FirstChannel, StringComparison.Ordinal);

    private string? Mask(string name)
    {
        if (masks.Length == 0)
            return null;
        return Directory.EnumerateFiles(masks).FirstOrDefault(file => FileNames.Stem(file) == name && PictureFile.Recognises(file)) ?? throw new RosflException(
            ExitCode.InvalidData, $"Folder '{masks}' has no mask for image '{name}': add a file of the same name, or leave --fov out.");
    }

    /// <summary>JPEG and MATLAB files are read only: their predictions are PNG and npy.</summary>
    private string OutputName(string path, string name)
    {
        var ending = Path.GetFileName(path)[name.Length..];
        return (IsFirstOfSeveral(name) ? name[..^FirstChannel.Length] : name) + ending.ToLowerInvariant() switch
        {
            ".jpg" or ".jpeg" => ".png",
            ".mat" => ".npy",
            _ => ending,
        };
    }
}
