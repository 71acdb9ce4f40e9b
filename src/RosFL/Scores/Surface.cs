namespace RosFL.Scores;

internal static class Surface
{
    /// <summary>The voxels of a structure that have a face neighbour outside it; the image's border is outside.</summary>
    public static bool[] Of(bool[] structure, int[] size)
    {
        var surface = new bool[structure.Length];
        for (var i = 0; i < structure.Length; i++)
            surface[i] = structure[i] && IsOpen(structure, size, i);
        return surface;
    }

    private static bool IsOpen(bool[] structure, int[] size, int index)
    {
        var stride = 1;
        for (var axis = size.Length - 1; axis >= 0; axis--)
        {
            var at = index / stride % size[axis];
            if (at == 0 || at == size[axis] - 1 || !structure[index - stride] || !structure[index + stride])
                return true;
            stride *= size[axis];
        }
        return false;
    }
}
