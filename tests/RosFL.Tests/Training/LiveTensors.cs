using TorchSharp;

namespace RosFL.Tests.Training;

/// <summary>Tensors that this thread made and that are still there. Unlike the process's count it is blind to other tests and to the garbage collector.</summary>
internal static class LiveTensors
{
    public static long OfThisThread => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
}
