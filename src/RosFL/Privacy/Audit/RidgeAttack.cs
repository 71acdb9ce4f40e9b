using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>
/// Attacker A0: a closed-form linear map to the pixels that each smashed position covers, from its 3x3(x3) neighbourhood and from the mean image
/// there. It needs no training, so what it reads back anyone can read back; it can fail a cut, never pass one.
/// </summary>
/// <param name="factor">Pixels that a smashed position covers along each axis.</param>
/// <param name="coefficients">(K, C factor^d), double: a row for each thing seen, a column for each pixel.</param>
public sealed class RidgeAttack(int factor, Tensor coefficients, Tensor meanImage) : IDisposable
{
    private const int MostRows = 40_000;
    private static readonly double[] Penalties = [1e-6, 1e-4, 1e-2, 1];

    /// <param name="smashed">(N, c, h, w) of the images.</param>
    /// <param name="images">(N, C, H, W) in 0..1.</param>
    public static RidgeAttack Fit(Tensor smashed, Tensor images, Tensor meanImage)
    {
        using var scope = NewDisposeScope();
        var factor = FactorOf(images.shape[2], smashed.shape[2]);
        smashed = Whole(smashed, images, factor);
        var (x, y) = (Seen(smashed, meanImage, factor), Rows(Blocks(Covered(images, smashed, factor), factor)));
        var stride = Math.Max(1, x.shape[0] / MostRows);
        (x, y) = (x.slice(0, 0, x.shape[0], stride).to(ScalarType.Float64), y.slice(0, 0, y.shape[0], stride).to(ScalarType.Float64));
        var fitted = 4 * x.shape[0] / 5;
        var (square, product) = (Gram(x.narrow(0, 0, fitted), x.narrow(0, 0, fitted)), Gram(x.narrow(0, 0, fitted), y.narrow(0, 0, fitted)));
        var (testX, testY) = (x.narrow(0, fitted, x.shape[0] - fitted), y.narrow(0, fitted, x.shape[0] - fitted));
        var best = Penalties.Select(penalty => Solve(square, product, penalty)).MinBy(b => (testX.mm(b) - testY).Power(2).mean().item<double>())!;
        return new(factor, best.DetachFromDisposeScope(), meanImage.alias().DetachFromDisposeScope());
    }

    /// <summary>Reconstructions in 0..1, of the images' size; borders that no smashed position covers show the mean image.</summary>
    public Tensor Reconstruct(Tensor smashed)
    {
        using var scope = NewDisposeScope();
        var images = meanImage.expand([smashed.shape[0], .. meanImage.shape.Skip(1)]).clone();
        smashed = Whole(smashed, images, factor);
        var blocks = Seen(smashed, meanImage, factor).to(ScalarType.Float64).mm(coefficients).to(ScalarType.Float32);
        Covered(images, smashed, factor).copy_(Joined(blocks, smashed.shape, factor, images.shape[1]));
        return Intensities.Clipped(images).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        coefficients.Dispose();
        meanImage.Dispose();
    }

    /// <summary>A stride leaves ceil(pixels / factor) positions; unpadded convolutions leave fewer positions than pixels.</summary>
    private static int FactorOf(long pixels, long positions)
    {
        var near = (int)Math.Max(1, Math.Round((double)pixels / positions));
        return (pixels + near - 1) / near == positions ? near : (int)(pixels / positions);
    }

    /// <summary>The positions that cover <paramref name="factor"/> whole pixels along each axis.</summary>
    private static Tensor Whole(Tensor smashed, Tensor images, int factor)
    {
        for (var axis = 2; axis < smashed.dim(); axis++)
            smashed = smashed.narrow(axis, 0, Math.Min(smashed.shape[axis], images.shape[axis] / factor));
        return smashed;
    }

    private static Tensor Gram(Tensor a, Tensor b) => a.t().mm(b);

    private static Tensor Solve(Tensor square, Tensor product, double penalty)
    {
        var scaled = penalty * square.trace().item<double>() / square.shape[0];
        return linalg.solve(square.Plus(eye(square.shape[0], dtype: ScalarType.Float64).Times(scaled)), product);
    }

    /// <summary>A row a position: its neighbourhood, and the mean image under it.</summary>
    private static Tensor Seen(Tensor smashed, Tensor meanImage, int factor)
    {
        var near = Neighbourhood(smashed);
        var mean = Blocks(Covered(meanImage, smashed, factor), factor);
        return Rows(cat([near, mean.expand([near.shape[0], .. mean.shape.Skip(1)])], 1));
    }

    /// <summary>(N, c 3^d + 1, h, w): every position with its neighbours, zeros outside, and a one.</summary>
    private static Tensor Neighbourhood(Tensor smashed)
    {
        var axes = (int)smashed.dim() - 2;
        var padded = nn.functional.pad(smashed, [.. Enumerable.Repeat(1L, 2 * axes)]);
        IEnumerable<long[]> shifts = [[]];
        for (var axis = 0; axis < axes; axis++) shifts = shifts.SelectMany(s => new long[] { 0, 1, 2 }.Select(k => (long[])[.. s, k])).ToList();
        var shifted = shifts.Select(s => s.Select((k, axis) => (k, axis)).Aggregate(padded, (t, a) => t.narrow(a.axis + 2, a.k, smashed.shape[a.axis + 2])));
        return cat([.. shifted, ones_like(smashed.narrow(1, 0, 1))], 1);
    }

    /// <summary>(N, C, ...) to one row a position.</summary>
    private static Tensor Rows(Tensor values) => movedim(values, 1, -1).reshape(-1, values.shape[1]);

    /// <summary>The part of the images under the smashed positions, in the middle; a view.</summary>
    private static Tensor Covered(Tensor images, Tensor smashed, int factor)
    {
        for (var axis = 2; axis < images.dim(); axis++)
        {
            var covered = Math.Min(smashed.shape[axis] * factor, images.shape[axis] / factor * factor);
            images = images.narrow(axis, (images.shape[axis] - covered) / 2, covered);
        }
        return images;
    }

    /// <summary>(N, C, f h, f w) to (N, C f^d, h, w).</summary>
    private static Tensor Blocks(Tensor images, int factor)
    {
        var axes = (int)images.dim() - 2;
        long[] split = [images.shape[0], images.shape[1], .. images.shape.Skip(2).SelectMany(s => new[] { s / factor, factor })];
        long[] order = [0, 1, .. Enumerable.Range(0, axes).Select(a => 3L + 2 * a), .. Enumerable.Range(0, axes).Select(a => 2L + 2 * a)];
        return images.reshape(split).permute(order).reshape([images.shape[0], -1, .. images.shape.Skip(2).Select(s => s / factor)]);
    }

    /// <summary>The inverse of rows of blocks: (N h w, C f^d) to (N, C, f h, f w).</summary>
    private static Tensor Joined(Tensor rows, long[] smashed, int factor, long channels)
    {
        var axes = smashed.Length - 2;
        var places = smashed.Skip(2).ToArray();
        long[] split = [smashed[0], .. places, channels, .. Enumerable.Repeat((long)factor, axes)];
        long[] order = [0, 1 + axes, .. Enumerable.Range(0, axes).SelectMany(a => new long[] { 1 + a, 2 + axes + a })];
        return rows.reshape(split).permute(order).reshape([smashed[0], channels, .. places.Select(p => p * factor)]);
    }
}
