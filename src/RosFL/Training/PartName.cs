namespace RosFL.Training;

/// <summary>The three parts of a cut network, in the order of their names in files.</summary>
public enum PartName { Head, Body, Tail }

public static class PartNames
{
    public static readonly IReadOnlyList<PartName> All = [PartName.Head, PartName.Body, PartName.Tail];

    /// <summary>"head", "body" or "tail".</summary>
    public static string Text(this PartName part) => part switch { PartName.Head => "head", PartName.Body => "body", _ => "tail" };
}
