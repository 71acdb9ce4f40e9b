namespace RosFL.Imaging.Phantoms;

/// <summary>Draws one patient: the parts in the order in which they cover each other. The first label is an organ, the second its lesions.</summary>
internal sealed class Anatomy
{
    private const double Long = 1000;

    private readonly Random random;
    private readonly SiteStyle style;
    private readonly double smallestLesionMm;
    private readonly List<Ellipsoid> parts = [];

    private Anatomy(Random random, SiteStyle style, double smallestLesionMm) =>
        (this.random, this.style, this.smallestLesionMm) = (random, style, smallestLesionMm);

    public static IReadOnlyList<Ellipsoid> Draw(Random random, SiteStyle style, double smallestLesionMm)
    {
        var anatomy = new Anatomy(random, style, smallestLesionMm);
        anatomy.Patient();
        return anatomy.parts;
    }

    private void Patient()
    {
        var (a, b) = (style.BodyScale * Between(132, 148), style.BodyScale * Between(96, 116));
        var turn = Between(-0.06, 0.06);
        Add(new(0, 0, 0, a, b, Long, turn, Between(-110, -85)));
        Add(new(0, 0, 0, a - Between(8, 22), b - Between(7, 18), Long, turn, Between(40, 60)));
        if (random.NextDouble() < style.Chest)
            Chest(a, b);
        else
            Abdomen(a, b);
        Organ(a, b);
        Ribs(a, b);
        Spine(b);
    }

    private void Chest(double a, double b)
    {
        foreach (var side in new[] { -1, 1 })
            Add(new(side * a * Between(0.44, 0.5), -b * Between(0.1, 0.2), Between(-20, 20),
                a * Between(0.26, 0.33), b * Between(0.45, 0.58), Between(90, 140), side * 0.15, Between(-870, -780)));
        Add(new(a * 0.1, -b * 0.25, 0, a * Between(0.2, 0.26), b * Between(0.26, 0.34), 60, 0.5, Between(100, 180)));
    }

    private void Abdomen(double a, double b)
    {
        Add(new(a * Between(0.5, 0.6), -b * Between(0, 0.15), 10, a * 0.18, b * Between(0.24, 0.34), 50, -0.4, Between(80, 130)));
        foreach (var side in new[] { -1, 1 })
            Add(new(side * a * Between(0.36, 0.44), b * Between(0.35, 0.45), Between(-10, 10),
                a * Between(0.1, 0.14), b * Between(0.16, 0.22), 55, side * 0.4, Between(130, 210)));
        for (var loop = random.Next(3, 7); loop > 0; loop--)
            Add(new(a * Between(-0.35, 0.5), -b * Between(0.35, 0.6), Between(-40, 40), Between(8, 18), Between(7, 14), Between(10, 25), Between(0, 3),
                random.NextDouble() < 0.5 ? Between(-750, -500) : Between(0, 30)));
    }

    /// <summary>The organ that segmentation looks for, on the patient's right; its lesions lie inside it.</summary>
    private void Organ(double a, double b)
    {
        var organ = new Ellipsoid(-a * Between(0.32, 0.42), -b * Between(0.02, 0.16), Between(-15, 15),
            a * Between(0.34, 0.42), b * Between(0.38, 0.48), Between(60, 80), Between(-0.5, 0.5), Between(95, 125), 1);
        Add(organ);
        for (var n = Lesions(); n > 0; n--)
            Add(Lesion(organ));
        Add(new(a * 0.06, b * Between(0.22, 0.32), 0, Between(9, 13), Between(9, 13), Long, 0, Between(140, 220)));
    }

    private int Lesions() => Math.Max(0, (int)Math.Round(style.Lesions + Between(-1, 1.5)));

    private Ellipsoid Lesion(Ellipsoid organ)
    {
        var half = Math.Max(Between(7, 17), Between(1, 1.6) * smallestLesionMm);
        var (angle, reach) = (Between(0, 2 * Math.PI), 0.6 * Math.Sqrt(random.NextDouble()));
        var (sin, cos) = Math.SinCos(angle);
        var (u, v) = (reach * cos * organ.HalfX, reach * sin * organ.HalfY);
        var (turnSin, turnCos) = Math.SinCos(organ.Turn);
        return new(organ.X + u * turnCos - v * turnSin, organ.Y + u * turnSin + v * turnCos, Between(-0.3, 0.3) * half,
            half, half * Between(0.75, 1), half, angle, organ.Hu + style.LesionHu * Between(0.8, 1.2), 2);
    }

    private void Ribs(double a, double b)
    {
        var first = Between(0, 0.5);
        for (var n = 0; n < 9; n++)
        {
            var angle = Math.PI * 0.2 + first + n * 0.62;
            var (sin, cos) = Math.SinCos(angle);
            Add(new(cos * (a - 17), -sin * (b - 15), Between(-30, 30), Between(9, 13), 5, 25, Math.Atan2(-cos * b, -sin * a), Between(350, 650)));
        }
    }

    private void Spine(double b)
    {
        var y = b * Between(0.56, 0.62);
        Add(new(0, y, 0, Between(18, 22), Between(15, 18), Long, 0, Between(250, 450)));
        Add(new(0, y + 26, 0, 8, 7, Long, 0, Between(20, 40)));
        foreach (var side in new[] { -1, 1 })
            Add(new(side * 17, y + 24, 0, 12, 5, Long, side * 0.7, Between(450, 700)));
    }

    private void Add(Ellipsoid part) => parts.Add(part);

    private double Between(double low, double high) => low + (high - low) * random.NextDouble();
}
