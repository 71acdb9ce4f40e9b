using RosFL.Runs;
using RosFL.Training;
namespace RosFL.Imaging;
/// <summary>tmp</summary>
public sealed class SiteImages : ITrainingItems
{
    public string Site => "";
    int ITrainingItems.Count => Count(Split.Train);
    public int Count(Split split) => 0;
    public Batch Batch(IReadOnlyList<int> items, long seed) => throw new InvalidOperationException();
    public Whole Whole(Split split, int index) => throw new InvalidOperationException();
    public static IReadOnlyList<SiteImages> Open(RunOptions run) => [];
    public static IReadOnlyList<SiteImages> OpenUnseen(RunOptions run) => [];
}
public sealed record Whole(Case Case, Picture Input, Picture Target, Picture? Mask) { public Picture ToTarget(Picture p) => p; }
public sealed record SplitTable { public static SplitTable Of(IReadOnlyList<SiteImages> s) => new(); public string Json() => ""; }
