namespace RosFL.Imaging.Formats;

/// <summary>An array from a file that gives it no meaning (.mat, .npy): <see cref="Values"/> are row-major, the last axis fastest.</summary>
public sealed record NumericArray(float[] Values, int[] Shape)
{
    /// <summary>
    /// Reads the axes as (H, W), (C, H, W) or (C, D, H, W), which is how <see cref="NpyFile.Write"/> stores a picture.
    /// </summary>
    internal Picture ToPicture(SourceFile file) => Shape.Length switch
    {
        2 => new Picture(Values, 1, Shape[0], Shape[1]),
        3 or 4 => new Picture(Values, Shape),
        _ => throw file.Refused($"holds an array of {Shape.Length} axes", "a picture is (H, W), (C, H, W) or (C, D, H, W)"),
    };

    /// <summary>Brings values stored with the first axis fastest (MATLAB, Fortran) into row-major order.</summary>
    internal static float[] FromColumnMajor(float[] stored, int[] shape)
    {
        var steps = new int[shape.Length];
        for (int axis = 0, step = 1; axis < shape.Length; step *= shape[axis++])
            steps[axis] = step;
        var values = new float[stored.Length];
        var index = new int[shape.Length];
        var source = 0;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = stored[source];
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                source += steps[axis];
                if (++index[axis] < shape[axis])
                    break;
                source -= steps[axis] * shape[axis];
                index[axis] = 0;
            }
        }
        return values;
    }
}
