using RosFL.Imaging.Formats;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>The hippocampus volumes of the Medical Segmentation Decathlon: float and integer labels, and a label written back on its image's grid.</summary>
public sealed class RealVolumesTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_hippocampus_labelsAreOnTheirImagesGrid()
    {
        foreach (var group in new[] { "a_uint8", "c_1e6" })
        {
            foreach (var path in Directory.GetFiles(RealData.Images("hippocampus", group, "labels")))
            {
                var label = PictureFile.Read(path);
                var image = PictureFile.Read(RealData.Images("hippocampus", group, "images", Path.GetFileName(path)));
                Assert.Equal(image.Shape, label.Shape);
                Assert.Equal([1, 1, 1], image.SpacingMm);
                Assert.All(label.Values.Distinct(), value => Assert.Contains(value, new[] { 0f, 1f, 2f }));
            }
        }
    }

    [Fact]
    public void Write_hippocampusLabelWithItsImageAsReference_isUnchanged()
    {
        var path = Directory.GetFiles(RealData.Images("hippocampus", "a_uint8", "labels"))[0];
        var label = PictureFile.Read(path);
        PictureFile.Write(folder.File("p.nii.gz"), label, RealData.Images("hippocampus", "a_uint8", "images", Path.GetFileName(path)), StoredType.Labels);
        var again = PictureFile.Read(folder.File("p.nii.gz"));
        Assert.Equal(label.Values, again.Values);
        Assert.Equal(label.Affine ?? [], again.Affine ?? []);
    }
}

