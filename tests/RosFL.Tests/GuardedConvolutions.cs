using System.Runtime.CompilerServices;
using RosFL.Training;

namespace RosFL.Tests;

/// <summary>Tests use tensors without a command that prepares them.</summary>
internal static class GuardedConvolutions
{
    [ModuleInitializer]
    internal static void Ensure() => ConvolutionGuard.Ensure();
}
