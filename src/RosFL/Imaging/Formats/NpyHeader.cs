using System.Globalization;
using System.Text.RegularExpressions;

namespace RosFL.Imaging.Formats;

/// <summary>The header of a .npy file: a Python dictionary with exactly the keys descr, fortran_order and shape.</summary>
internal sealed partial record NpyHeader(NumberType Type, bool BigEndian, bool FortranOrder, int[] Shape)
{
    private const int MaxAxes = 32;

    public static NpyHeader Parse(SourceFile file, string text)
    {
        var match = Dictionary().Match(text);
        var keys = match.Groups["key"].Captures.Select(key => key.Value).ToHashSet();
        if (!match.Success || keys.Count != 3)
            throw file.Refused("has a header that is no plain array's", "it must give descr, fortran_order and shape once each");
        var (type, bigEndian) = ParseType(file, match.Groups["type"].Value);
        var shape = Number().Matches(match.Groups["shape"].Value).Select(number => ParseSize(file, number.Value)).ToArray();
        if (shape.Length is 0 or > MaxAxes)
            throw file.Refused($"holds an array of {shape.Length} axes", $"1 to {MaxAxes} are read");
        return new NpyHeader(type, bigEndian, match.Groups["fortran"].Value == "True", shape);
    }

    private static (NumberType Type, bool BigEndian) ParseType(SourceFile file, string descr)
    {
        var order = descr[0] switch { '<' or '|' => false, '>' => true, '=' => !BitConverter.IsLittleEndian, _ => (bool?)null };
        NumberType? type = descr[1..] switch
        {
            "b1" or "u1" => NumberType.UInt8,
            "i1" => NumberType.Int8,
            "u2" => NumberType.UInt16,
            "i2" => NumberType.Int16,
            "u4" => NumberType.UInt32,
            "i4" => NumberType.Int32,
            "u8" => NumberType.UInt64,
            "i8" => NumberType.Int64,
            "f2" => NumberType.Float16,
            "f4" => NumberType.Float32,
            "f8" => NumberType.Float64,
            _ => null,
        };
        if (order is null || type is null)
            throw file.Refused("holds an array whose type is no real number of 1 to 8 bytes", "convert it to float32 or an integer type");
        return (type.Value, order.Value);
    }

    private static int ParseSize(SourceFile file, string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size
            : throw file.Refused("declares an axis of more than 2^31 values", $"at most {SourceFile.MaxValues} values are read");

    // every repetition is of one character class, so that no hostile header makes the match slow
    [GeneratedRegex(@"\A\{\s*(?:(?:'(?<key>descr)'\s*:\s*'(?<type>[<>|=][a-zA-Z][0-9]{1,3})'|'(?<key>fortran_order)'\s*:\s*(?<fortran>True|False)|"
        + @"'(?<key>shape)'\s*:\s*\((?<shape>[0-9, ]*)\))[\s,]*){3}\}\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Dictionary();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
