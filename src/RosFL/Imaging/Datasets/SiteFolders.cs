using RosFL.Imaging.Splits;
using RosFL.Runs;

namespace RosFL.Imaging.Datasets;

/// <summary>Which folder is a site's, and which sites a root folder holds.</summary>
internal static class SiteFolders
{
    /// <summary>
    /// The site's folder: <see cref="SiteOptions.Folder"/> below the root; else the root, where that is one data set of many sites; else the sub-folder of its name.
    /// </summary>
    public static string Of(DataOptions data, SiteOptions site)
    {
        var folder = site.Folder.Length > 0 ? Path.Combine(data.Path, site.Folder)
            : Fits(data.Layout, data.Path) ? data.Path
            : Path.Combine(data.Path, site.Name);
        if (Fits(data.Layout, folder))
            return folder;
        throw new RosflException(ExitCode.InvalidData, $"Folder '{folder}' of site '{site.Name}' is not of layout {data.Layout}, which needs {Needs(data.Layout)}: correct the site's folder or data.layout.");
    }

    /// <summary>The sites of a root: its site column, or itself, or every sub-folder of the layout in name order.</summary>
    public static SiteOptions[] Discover(DataOptions data, SubjectTable? table)
    {
        if (Fits(data.Layout, data.Path))
        {
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(data.Path)));
            return table is { Sites.Count: > 0 } ? [.. table.Sites.Select(site => new SiteOptions { Name = site })] : [new SiteOptions { Name = name }];
        }
        var folders = Below(data.Path, data.Layout);
        return folders.Count > 0 ? [.. folders.Select(f => new SiteOptions { Name = Path.GetFileName(f) })] : throw new RosflException(ExitCode.InvalidData,
            $"Folder '{data.Path}' holds no site of layout {data.Layout}, which needs {Needs(data.Layout)}: correct data.path or data.layout.");
    }

    /// <summary>Sub-folders of the layout, in name order (geometry_k in number order).</summary>
    public static IReadOnlyList<string> Below(string root, DataLayout layout) =>
        [.. Directory.EnumerateDirectories(root).Where(f => Fits(layout, f)).OrderBy(f => GeometryLayout.Number(f) ?? 0).ThenBy(f => f, StringComparer.Ordinal)];

    public static bool Fits(DataLayout layout, string folder) => layout switch
    {
        DataLayout.NnUNet => NnUNetLayout.Fits(folder),
        DataLayout.Geometry => GeometryLayout.Fits(folder),
        _ => FoldersLayout.Fits(folder),
    };

    private static string Needs(DataLayout layout) => layout switch
    {
        DataLayout.NnUNet => "dataset.json, imagesTr and labelsTr",
        DataLayout.Geometry => "folders geometry_1, geometry_2, ... with train and test",
        _ => "folders images and labels, or input and target",
    };
}
