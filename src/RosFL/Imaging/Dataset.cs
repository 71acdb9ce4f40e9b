namespace RosFL.Imaging;

/// <summary>The three disjoint groups of subjects of a site. Training sees the first, tuning and the choice of the best round the second, the table the third.</summary>
public enum Split { Train, Validation, Test }

/// <summary>One image of a site by name; <paramref name="Subject"/> is the person it shows, which is never in two splits.</summary>
/// <param name="Fixed">The split that the data set itself prescribes; null where <see cref="Splits.SubjectSplit"/> draws it.</param>
public sealed record Case(string Name, string Subject, Split? Fixed = null);

/// <summary>
/// What a case holds, in the units of its files: the input, the target (labels 0, 1, ... for segmentation, an image otherwise) and
/// the mask to which loss and scores are limited (1 inside, 0 outside), where there is one.
/// </summary>
public sealed record Example(Picture Input, Picture Target, Picture? Mask = null);

/// <summary>The images of one site. Implementations: folders on disk, and phantoms made from a seed; a study may bring its own.</summary>
public interface IDataset
{
    /// <summary>The site's name; safe as a file name.</summary>
    string Site { get; }

    IReadOnlyList<Case> Cases { get; }

    /// <summary>Reads one case whole. Called from several threads; keeps nothing.</summary>
    /// <exception cref="RosFL.Runs.RosflException">The files are malformed or do not fit together.</exception>
    Example Load(Case @case);
}
