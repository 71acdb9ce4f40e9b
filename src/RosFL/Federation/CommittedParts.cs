using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>Whether weights are those that a record names.</summary>
public static class CommittedParts
{
    /// <summary>Compares the hashes of the sites' parts and, where a computation server holds one, of the body.</summary>
    public static bool Commits(this CommitRecord record, Study study, Model model) =>
        new Model(study.SiteParts.ToDictionary(part => part, part => model[part])).Hash() == record.PartsHash
        && (!study.HasBodyHost || Convert.ToHexStringLower(model[PartName.Body].Hash()) == record.BodyHash);
}
