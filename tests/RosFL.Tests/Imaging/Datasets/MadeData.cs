using RosFL.Imaging;
using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Tests.Imaging.Datasets;

/// <summary>Small data sets that tests write to disk.</summary>
internal static class MadeData
{
    /// <summary>Writes a gray image whose pixel i is <paramref name="value"/>(i).</summary>
    public static void Write(string root, string path, int height, int width, Func<int, float> value) =>
        Write(root, path, new Picture([.. Enumerable.Range(0, height * width).Select(value)], 1, height, width));

    public static void Write(string root, string path, Picture picture)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!); // the path is not a root
        PictureFile.Write(file, picture);
    }

    /// <summary>SITE/images and SITE/labels with two images each of <paramref name="subjects"/> persons: image n is 10 n + i, labels are i % 2.</summary>
    public static void Segmentation(string root, string site, int subjects, int height = 4, int width = 5, int label = 1)
    {
        for (var n = 0; n < 2 * subjects; n++)
        {
            var shift = 10 * n;
            Write(root, $"{site}/images/p{n / 2}_{n % 2}.png", height, width, i => shift + i);
            Write(root, $"{site}/labels/p{n / 2}_{n % 2}.png", height, width, i => label * (i % 2));
        }
    }

    public static RunOptions SegmentationRun(string root) => new()
    {
        Task = StudyTask.Segmentation,
        Network = new() { Name = "unet", OutputChannels = 2 },
        Data = new() { Layout = DataLayout.Folders, Path = root, SubjectPattern = @"^(p\d+)_" },
    };
}
