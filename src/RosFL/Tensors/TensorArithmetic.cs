using TorchSharp;
using static TorchSharp.torch;

#pragma warning disable RS0030 // the one place where a number becomes a Scalar

namespace RosFL.Tensors;

/// <summary>
/// Sums of tensors, and tensors with numbers. TorchSharp turns a number into a <see cref="Scalar"/>, hands its handle to native code and
/// forgets it, also where <c>a + b</c> makes a number 1 of its own: a garbage collection on another thread then frees it during the call. Here
/// every number lives until the call has returned. TorchSharp's own operators and conversions are banned (BannedSymbols.txt).
/// </summary>
public static class TensorArithmetic
{
    // rooted for ever
    private static readonly Scalar Zero = 0L.ToScalar(), One = 1L.ToScalar();

    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    public static Tensor Plus(this Tensor a, double b) => With(b, b => a.add(b, One));

    /// <summary>Keeps whole numbers whole.</summary>
    public static Tensor Plus(this Tensor a, long b) => With(b, b => a.add(b, One));

    public static Tensor Minus(this Tensor a, double b) => With(b, a.sub);

    /// <summary><paramref name="a"/> - <paramref name="b"/>.</summary>
    public static Tensor Minus(this double a, Tensor b) => With(a, a => b.negative().add(a, One));

    public static Tensor Times(this Tensor a, double b) => With(b, a.mul);

    public static Tensor DividedBy(this Tensor a, double b) => With(b, b => a.div(b));

    public static Tensor Power(this Tensor a, double exponent) => With(exponent, a.pow);

    public static Tensor AtLeast(this Tensor a, double least) => With(least, a.clamp_min);

    public static Tensor Between(this Tensor a, double least, double most) => With(least, least => With(most, most => a.clamp(least, most)));

    /// <summary>Where <paramref name="a"/> is greater.</summary>
    public static Tensor IsAbove(this Tensor a, double b) => With(b, a.gt);

    /// <summary>Where <paramref name="a"/> is <paramref name="b"/>.</summary>
    public static Tensor Is(this Tensor a, double b) => With(b, a.eq);

    /// <summary>Where <paramref name="a"/> is greater or equal.</summary>
    public static Tensor IsAtLeast(this Tensor a, double b) => With(b, a.ge);

    /// <summary>Where <paramref name="a"/> is less or equal.</summary>
    public static Tensor IsAtMost(this Tensor a, double b) => With(b, a.le);

    /// <summary><paramref name="value"/> where <paramref name="mask"/> is true.</summary>
    public static Tensor Masked(this Tensor a, Tensor mask, double value) => With(value, value => a.masked_fill(mask, value));

    /// <summary>x above 0, <paramref name="slope"/> x below.</summary>
    public static Tensor LeakyRelu(this Tensor a, double slope) => With(slope, a.leaky_relu);

    /// <summary>In place.</summary>
    public static Tensor Add(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>In place: a + <paramref name="factor"/> b.</summary>
    public static Tensor Add(this Tensor a, Tensor b, double factor) => With(factor, factor => a.add_(b, factor));

    /// <summary>In place.</summary>
    public static Tensor Add(this Tensor a, double b) => With(b, b => a.add_(b, One));

    /// <summary>In place.</summary>
    public static Tensor Multiply(this Tensor a, double b) => With(b, a.mul_);

    /// <summary>In place: a + <paramref name="factor"/> b c.</summary>
    public static Tensor AddProduct(this Tensor a, Tensor b, Tensor c, double factor) => With(factor, factor => a.addcmul_(b, c, factor));

    /// <summary>In place: a + <paramref name="factor"/> b / c.</summary>
    public static Tensor AddQuotient(this Tensor a, Tensor b, Tensor c, double factor) => With(factor, factor => a.addcdiv_(b, c, factor));

    /// <summary>In place.</summary>
    public static Tensor Fill(this Tensor a, double value) => With(value, a.fill_);

    /// <summary>0, 1, ... up to <paramref name="count"/> - 1.</summary>
    public static Tensor Range(long count, ScalarType type = ScalarType.Int64, Device? device = null)
    {
        using var end = count.ToScalar();
        return arange(Zero, end, One, type, device);
    }

    private static Tensor With(double number, Func<Scalar, Tensor> use)
    {
        using var scalar = number.ToScalar();
        return use(scalar);
    }

    private static Tensor With(long number, Func<Scalar, Tensor> use)
    {
        using var scalar = number.ToScalar();
        return use(scalar);
    }
}
