using RosFL.Imaging.Splits;

namespace RosFL.Imaging.Datasets;

/// <summary>The files of one case.</summary>
/// <param name="Inputs">One file a channel group; several are stacked.</param>
/// <param name="Target">Null where the input is made from the one file by the CT simulator.</param>
/// <param name="Fixed">The split that the layout prescribes.</param>
public sealed record CaseFiles(string Name, IReadOnlyList<string> Inputs, string? Target, string? Mask = null, Split? Fixed = null)
{
    /// <summary>The file whose name stands for the case in patterns and in the subjects file: one without nnU-Net's channel suffix.</summary>
    public string NamingFile => FileNames.Stem(Inputs[0]) == Name ? Inputs[0] : Target ?? Inputs[0];
}

/// <summary>A file that cannot be used, and why with the remedy, as the end of a sentence that begins with its name.</summary>
public sealed record FileProblem(string File, string Reason)
{
    public override string ToString() => $"'{File}' {Reason}";
}

/// <summary>What a layout finds in one site's folder: complete cases in name order, and every file that does not fit.</summary>
/// <param name="Ignored">Files and folders that a layout knows to be no images of the study, such as second observers' labels and notes.</param>
public sealed record FolderListing(IReadOnlyList<CaseFiles> Cases, IReadOnlyList<FileProblem> Problems, IReadOnlyList<string> Ignored);
