using System.Globalization;
using System.Runtime.InteropServices;

namespace RosFL.Training;

/// <summary>
/// OpenMP reads its environment when libtorch is loaded, and .NET's own environment never reaches native code: the variables must be set
/// natively before the first tensor. So must the allocator's thresholds: by default glibc gives the memory of a step's tensors back to the
/// system and takes it again, page by page, in the next. On threads beside the first it keeps memory in heaps of 64 MiB, and gives back a
/// heap that is empty unless more than that is to be left at the end of the one before.
/// </summary>
public static partial class TorchEnvironment
{
    private const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3; // glibc's malloc.h
    private const int KeptBytes = 256 << 20, HeapBytes = 64 << 20, MappedBytes = 32 << 20;

    /// <summary>Sets OMP_NUM_THREADS and, unless the user has set it, OMP_WAIT_POLICY=PASSIVE (idle threads sleep and leave the cores to others).</summary>
    /// <remarks>Then loads libtorch, and looks whether its convolutions can be trusted here.</remarks>
    /// <param name="threads">Threads inside one tensor operation.</param>
    public static void Prepare(int threads)
    {
        Set("OMP_NUM_THREADS", threads.ToString(CultureInfo.InvariantCulture));
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) Set("OMP_WAIT_POLICY", "PASSIVE");
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("MALLOC_TRIM_THRESHOLD_") is null) KeepFreedMemory();
        ConvolutionCheck.Pass();
    }

    private static void KeepFreedMemory()
    {
        UnixSetAllocator(TrimThreshold, KeptBytes);
        UnixSetAllocator(TopPad, HeapBytes);
        UnixSetAllocator(MapThreshold, MappedBytes);
    }

    private static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (OperatingSystem.IsWindows()) WindowsSet(name, value);
        else UnixSet(name, value, 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnixSet(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int UnixSetAllocator(int parameter, int value);

    [LibraryImport("ucrtbase", EntryPoint = "_wputenv_s", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int WindowsSet(string name, string value);
}
