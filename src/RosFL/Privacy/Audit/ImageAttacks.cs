using RosFL.Imaging;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>An attack on the images, and its first reconstructions in 0..1.</summary>
internal sealed record AttackedImages(Reconstruction Result, IReadOnlyList<Picture> Pictures);

/// <summary>Attackers A0, A1 and A2: the images from the smashed values.</summary>
internal static class ImageAttacks
{
    private const int RidgeImages = 192;

    /// <summary>A0, closed-form: it can fail a cut, never pass one.</summary>
    public static AttackedImages Linear(AuditScene scene)
    {
        var known = scene.Images.Auxiliary(-1, RidgeImages);
        using var ridge = RidgeAttack.Fit(scene.Model.Smash(known.Images), scene.Unit.ToUnit(known.Images), scene.MeanImage());
        return Judge(scene, LeakageAudit.LinearName, ridge.Reconstruct(scene.Model.Smash(scene.Victims.Images)), new Fitted(0, true));
    }

    /// <summary>A1, which has the true head.</summary>
    public static AttackedImages WithHead(AuditScene scene, Action<int> progress, CancellationToken cancellation)
    {
        using var decoder = Fit(scene, b => scene.Model.Smash(b.Images), "audit.a1", progress, cancellation);
        return Judge(scene, LeakageAudit.DecoderName, Intensities.Clipped(decoder.Decode(scene.Victims)), decoder.Fitted);
    }

    /// <summary>A2, which has made a head of its own.</summary>
    public static AttackedImages WithoutHead(AuditScene scene, Action<int> progress, CancellationToken cancellation)
    {
        using var head = SubstituteHead.Fit(scene.Study, scene.Images, scene.Model.Smash(scene.Victims.Images), cancellation);
        using var decoder = Fit(scene, b => head.Smash(b.Images), "audit.a2", progress, cancellation);
        var read = decoder.Seeing(b => scene.Model.Smash(b.Images), scene.Victims).Decode(scene.Victims);
        return Judge(scene, LeakageAudit.HeadlessName, Intensities.Clipped(read), decoder.Fitted);
    }

    private static DecoderAttack Fit(AuditScene scene, Func<Batch, Tensor> see, string purpose, Action<int> progress, CancellationToken cancellation) =>
        DecoderAttack.Fit(new(see, b => scene.Unit.ToUnit(b.Images), DecoderAttack.ImageLoss), scene, scene.Run.Network.InputChannels, purpose, progress, cancellation);

    private static AttackedImages Judge(AuditScene scene, string name, Tensor read, Fitted fitted)
    {
        var gallery = new Gallery(scene.Images, scene.Unit, scene.Shown, scene.Run.Audit.Gallery);
        return new(new Reconstruction(name, ImageScores.Of(read, scene.Truth), fitted.Steps, fitted.Plateau, gallery.Identified(read)), AuditPicture.First(read));
    }
}
