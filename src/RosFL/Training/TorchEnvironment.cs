using System.Globalization;
using System.Runtime.InteropServices;

namespace RosFL.Training;

/// <summary>
/// OpenMP reads its environment when libtorch is loaded, and .NET's own environment never reaches native code: the variables must be set
/// natively before the first tensor.
/// </summary>
public static partial class TorchEnvironment
{
    /// <summary>Sets OMP_NUM_THREADS and, unless the user has set it, OMP_WAIT_POLICY=PASSIVE (idle threads sleep and leave the cores to others).</summary>
    /// <param name="threads">Threads inside one tensor operation.</param>
    public static void Prepare(int threads)
    {
        Set("OMP_NUM_THREADS", threads.ToString(CultureInfo.InvariantCulture));
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) Set("OMP_WAIT_POLICY", "PASSIVE");
    }

    private static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (OperatingSystem.IsWindows()) WindowsSet(name, value);
        else UnixSet(name, value, 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnixSet(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", EntryPoint = "_wputenv_s", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int WindowsSet(string name, string value);
}
