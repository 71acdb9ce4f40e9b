namespace RosFL.Imaging.Formats;

/// <summary>Undoes the prediction of a row (ISO/IEC 15948, clause 9); the row's first byte names the filter.</summary>
internal static class PngFilter
{
    public static void Undo(SourceFile file, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        switch (row[0])
        {
            case 0: break;
            case 1: Sub(row, pixelBytes); break;
            case 2: Up(row, above); break;
            case 3: Average(row, above, pixelBytes); break;
            case 4: Paeth(row, above, pixelBytes); break;
            default: throw file.Refused($"has a row of filter {row[0]}", "PNG has filters 0 to 4");
        }
    }

    private static void Sub(Span<byte> row, int pixelBytes)
    {
        for (var i = 1 + pixelBytes; i < row.Length; i++)
            row[i] += row[i - pixelBytes];
    }

    private static void Up(Span<byte> row, ReadOnlySpan<byte> above)
    {
        for (var i = 1; i < row.Length; i++)
            row[i] += above[i];
    }

    private static void Average(Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        for (var i = 1; i < row.Length; i++)
            row[i] += (byte)(((i > pixelBytes ? row[i - pixelBytes] : 0) + above[i]) / 2);
    }

    private static void Paeth(Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        for (var i = 1; i < row.Length; i++)
        {
            var (left, corner) = i > pixelBytes ? (row[i - pixelBytes], above[i - pixelBytes]) : ((byte)0, (byte)0);
            row[i] += Nearest(left, above[i], corner);
        }
    }

    private static byte Nearest(byte left, byte up, byte corner)
    {
        var guess = left + up - corner;
        var (toLeft, toUp, toCorner) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}
