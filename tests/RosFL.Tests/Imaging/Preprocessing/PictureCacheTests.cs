using RosFL.Imaging;
using RosFL.Imaging.Preprocessing;

namespace RosFL.Tests.Imaging.Preprocessing;

/// <summary>The cache stays within its bytes, drops what was used longest ago, and makes nothing twice at once.</summary>
public sealed class PictureCacheTests
{
    [Fact]
    public void Cache_beyondItsLimit_dropsTheOldest()
    {
        var cache = new PictureCache(1000);
        var made = new List<int>();
        void Use(int key) => cache.Get(key, () => { made.Add(key); return Case(100); });
        foreach (var key in (int[])[1, 2, 1, 3, 1, 2])
            Use(key);
        Assert.Equal([1, 2, 3, 2], made);
        Assert.Equal(800, cache.Bytes);
    }

    [Fact]
    public void Cache_caseLargerThanTheLimit_isHandedOutAndNotKept()
    {
        var cache = new PictureCache(100);
        Assert.Equal(1000, cache.Get("a", () => Case(250)).Bytes);
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public void Cache_wantedByManyThreads_makesEachOnce()
    {
        var cache = new PictureCache(1 << 20);
        var made = 0;
        Parallel.For(0, 200, i => cache.Get(i % 5, () => { Interlocked.Increment(ref made); return Case(10); }));
        Assert.Equal(5, made);
        Assert.Equal(5 * 40, cache.Bytes);
    }

    [Fact]
    public void Cache_makingFails_isTriedAgain()
    {
        var cache = new PictureCache(1000);
        Assert.Throws<InvalidOperationException>(() => cache.Get("a", () => throw new InvalidOperationException()));
        Assert.Equal(40, cache.Get("a", () => Case(10)).Bytes);
    }

    private static Prepared Case(int pixels)
    {
        var picture = new Picture(new float[pixels], 1, 1, pixels);
        return new Prepared(picture, picture, null, IntensityMap.Identity, picture, null);
    }
}
