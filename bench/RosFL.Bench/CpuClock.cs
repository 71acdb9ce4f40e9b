namespace RosFL.Bench;

/// <summary>Sums the processor time of work on one thread, which other programs on the machine do not lengthen much.</summary>
internal sealed class CpuClock
{
    public static TimeSpan Now => Environment.CpuUsage.TotalTime;

    public TimeSpan Total { get; set; }
}
