using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Imaging;

/// <summary>
/// Inference on images larger than the network is trained on: overlapping windows, each output weighted by a Gaussian with sigma =
/// window / 8 that peaks at the window's centre, divided by the sum of weights (nnU-Net, Isensee et al. 2021).
/// </summary>
public static class SlidingWindow
{
    /// <summary>Runs <paramref name="network"/> on every window, without gradients, and blends. Memory of a window is freed before the next.</summary>
    /// <param name="image_1CX">(1, C, H, W) or (1, C, D, H, W). An axis shorter than the window is padded on both sides, by reflection, or by its edge where it is too short to reflect; the result is cropped back.</param>
    /// <param name="window">Pixels along each spatial axis.</param>
    /// <param name="overlap">Least share of a window that the next one covers again, 0 to 0.9.</param>
    /// <param name="outputChannels">Channels of the network's output, which otherwise has the window's size.</param>
    /// <returns>(1, outputChannels, size of the image) in 32 bits, in the caller's dispose scope.</returns>
    public static Tensor Infer(Tensor image_1CX, int[] window, double overlap, int outputChannels, Func<Tensor, Tensor> network)
    {
        Check(image_1CX, window, overlap);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var size = image_1CX.shape[2..];
        var padded = Pad(image_1CX, window);
        var weights = Gaussian(window).to(image_1CX.device);
        long[] whole = [1, outputChannels, .. padded.shape[2..]];
        var sum = zeros(whole, ScalarType.Float32, image_1CX.device);
        var total = zeros([1, 1, .. padded.shape[2..]], ScalarType.Float32, image_1CX.device);
        foreach (var start in Starts(padded.shape[2..], window, overlap))
            AddWindow(padded, start, window, weights, network, sum, total);
        return Crop(sum / total, size, window).contiguous().MoveToOuterDisposeScope();
    }

    private static void AddWindow(
        Tensor image, long[] start, int[] window, Tensor weights, Func<Tensor, Tensor> network, Tensor sum, Tensor total)
    {
        using var scope = NewDisposeScope();
        var output = network(Part(image, start, window));
        long[] expected = [1, sum.shape[1], .. window.Select(w => (long)w)];
        if (!output.shape.SequenceEqual(expected))
            throw new RosflException(ExitCode.InvalidRun,
                $"The network answered a window of {string.Join('x', window)} with {string.Join('x', output.shape)} instead of {string.Join('x', expected)}: choose an evaluation.window that its levels divide evenly.");
        Part(sum, start, window).Add(output.to(ScalarType.Float32) * weights);
        Part(total, start, window).Add(weights);
    }

    /// <summary>A view.</summary>
    private static Tensor Part(Tensor values, long[] start, int[] window)
    {
        for (var axis = 0; axis < window.Length; axis++)
            values = values.narrow(axis + 2, start[axis], window[axis]);
        return values;
    }

    /// <summary>First corners of the windows: evenly spread, first and last flush with the image's ends.</summary>
    private static IEnumerable<long[]> Starts(long[] size, int[] window, double overlap)
    {
        IEnumerable<long[]> starts = [[]];
        for (var axis = 0; axis < window.Length; axis++)
        {
            var along = StartsAlong(size[axis], window[axis], overlap);
            starts = starts.SelectMany(s => along.Select(a => (long[])[.. s, a]));
        }
        return starts;
    }

    private static long[] StartsAlong(long size, int window, double overlap)
    {
        var room = size - window;
        var steps = (int)Math.Ceiling(room / Math.Max(1, Math.Floor(window * (1 - overlap))));
        return [.. Enumerable.Range(0, steps + 1).Select(i => steps == 0 ? 0 : (long)Math.Round((double)room * i / steps))];
    }

    /// <summary>(1, 1, window), product of one Gaussian an axis, floored so that a corner seen by one window only keeps a weight in 32 bits.</summary>
    private static Tensor Gaussian(int[] window)
    {
        var weights = ones(1, 1, ScalarType.Float32);
        foreach (var length in window)
        {
            var sigma = length / 8.0;
            var along = Enumerable.Range(0, length).Select(i => (float)Math.Exp(-Math.Pow((i - (length - 1) / 2.0) / sigma, 2) / 2)).ToArray();
            weights = weights.unsqueeze(-1) * tensor(along);
        }
        return weights.AtLeast(1e-12);
    }

    private static Tensor Pad(Tensor image, int[] window)
    {
        // each axis chooses between reflection and edge for itself
        for (var axis = 0; axis < window.Length; axis++)
        {
            var missing = window[axis] - image.shape[axis + 2];
            if (missing <= 0)
                continue;
            var before = missing / 2;
            var index = Indices(image.shape[axis + 2], before, window[axis]);
            image = image.index_select(axis + 2, tensor(index, device: image.device));
        }
        return image;
    }

    /// <summary>Where each pixel of a padded axis comes from: reflection without repeating the edge, or the edge.</summary>
    private static long[] Indices(long length, long before, int window)
    {
        var reflect = window - length - before < length;
        return [.. Enumerable.Range(0, window).Select(i => (i - before) switch
        {
            < 0 and var at => reflect ? -at : 0,
            var at when at >= length => reflect ? 2 * (length - 1) - at : length - 1,
            var at => at,
        })];
    }

    private static Tensor Crop(Tensor values, long[] size, int[] window)
    {
        for (var axis = 0; axis < size.Length; axis++)
            values = values.narrow(axis + 2, Math.Max(0, window[axis] - size[axis]) / 2, size[axis]);
        return values;
    }

    private static void Check(Tensor image, int[] window, double overlap)
    {
        if (image.shape.Length != window.Length + 2 || window.Any(w => w < 1))
            throw new RosflException(ExitCode.InvalidRun,
                $"Window [{string.Join(", ", window)}] does not fit an image with {image.shape.Length - 2} spatial axes: evaluation.window has one number of 1 or more for each.");
        if (overlap is not (>= 0 and <= 0.9))
            throw new RosflException(ExitCode.InvalidRun, $"Overlap {overlap} of sliding windows is outside 0..0.9: correct evaluation.overlap.");
    }
}
