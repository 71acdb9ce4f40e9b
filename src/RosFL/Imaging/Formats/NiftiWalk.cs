namespace RosFL.Imaging.Formats;

/// <summary>Goes through the voxels of a file in the file's order (i fastest, channels slowest) and gives each one's place in the canonical picture.</summary>
internal sealed class NiftiWalk
{
    private readonly int[] _size;
    private readonly int[] _steps;
    private readonly int _start;
    private readonly int _volume;
    private int _i, _j, _k, _channel;

    public NiftiWalk(NiftiOrientation orientation, int[] size)
    {
        (_start, _steps) = orientation.Walk(size);
        _size = size;
        _volume = size[0] * size[1] * size[2];
    }

    public int Next()
    {
        var place = _channel * _volume + _start + _i * _steps[0] + _j * _steps[1] + _k * _steps[2];
        if (++_i < _size[0])
            return place;
        _i = 0;
        if (++_j < _size[1])
            return place;
        _j = 0;
        if (++_k < _size[2])
            return place;
        _k = 0;
        _channel++;
        return place;
    }
}
