namespace RosFL.Imaging.Formats;

/// <summary>Goes through the voxels of a file in the file's order (i fastest, channels slowest) and gives each one's place in the canonical picture.</summary>
internal sealed class NiftiWalk
{
    private readonly int[] size;
    private readonly int[] steps;
    private readonly int start;
    private readonly int volume;
    private int i, j, k, channel;

    public NiftiWalk(NiftiOrientation orientation, int[] size)
    {
        (start, steps) = orientation.Walk(size);
        this.size = size;
        volume = size[0] * size[1] * size[2];
    }

    public int Next()
    {
        var place = channel * volume + start + i * steps[0] + j * steps[1] + k * steps[2];
        if (++i < size[0])
            return place;
        i = 0;
        if (++j < size[1])
            return place;
        j = 0;
        if (++k < size[2])
            return place;
        k = 0;
        channel++;
        return place;
    }
}

