using RosFL.Imaging.Datasets;
using RosFL.Runs;

namespace RosFL.Imaging.Inspection;

/// <summary>Tells the layout and the task of a root folder by the names in it.</summary>
internal static class LayoutGuess
{
    private static readonly DataLayout[] FromFiles = [DataLayout.NnUNet, DataLayout.Geometry, DataLayout.Folders];

    public static DataLayout? Layout(string root)
    {
        var fitting = FromFiles.Where(l => SiteFolders.Fits(l, root) || SiteFolders.Below(root, l).Count > 0).ToArray();
        return fitting.Length > 0 ? fitting[0] : null;
    }

    public static (StudyTask Task, bool SimulateCt) Task(DataLayout layout, string[] sites) => layout switch
    {
        DataLayout.NnUNet => (StudyTask.Segmentation, false),
        DataLayout.Geometry => (StudyTask.Reconstruction, false),
        _ => FoldersLayout.Guess(sites[0]),
    };

    public static string None(string folder) =>
        $"Folder '{folder}' has no layout that is read: make one folder a site with images and labels (or input and target, or images alone for simulated CT), or nnU-Net's dataset.json, imagesTr and labelsTr.";
}
