using RosFL.Tensors;
using TorchSharp;

namespace RosFL.Tests.Build;

/// <summary>
/// No code calls a method of TorchSharp that makes a number for native code and forgets it, at whatever depth. The banned symbols stop what
/// one sees; this also finds the functions that do it inside.
/// </summary>
public sealed class ScalarsTests
{
    private const string Conversion = "TorchSharp.Scalar::op_Implicit(", Explicit = "TorchSharp.ScalarExtensionMethods::ToScalar(";

    [Fact]
    public void Assemblies_ofRosFL_leaveNoScalarToTheGarbageCollector()
    {
        var forgetful = Forgetful(IlCalls.Of(typeof(torch).Assembly.Location));
        Assert.Contains("TorchSharp.torch+Tensor::op_Addition(TorchSharp.torch+Tensor,TorchSharp.torch+Tensor)", forgetful);
        var calls = from assembly in Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
                    where Path.GetFileName(assembly).StartsWith("rosfl", StringComparison.OrdinalIgnoreCase)
                    from method in IlCalls.Of(assembly)
                    where !method.Key.StartsWith(typeof(TensorArithmetic).FullName!, StringComparison.Ordinal)
                    from call in method.Value
                    where IsConversion(call) || forgetful.Contains(call)
                    select $"{method.Key} calls {call}";
        Assert.Empty(calls);
    }

    /// <summary>Methods of TorchSharp that reach a conversion.</summary>
    private static HashSet<string> Forgetful(IReadOnlyDictionary<string, HashSet<string>> calls)
    {
        var callers = (from method in calls from call in method.Value select (Call: call, method.Key)).ToLookup(c => c.Call, c => c.Key);
        var found = new HashSet<string>();
        var open = new Stack<string>(calls.Values.SelectMany(c => c).Where(IsConversion).Distinct());
        while (open.TryPop(out var call))
            foreach (var caller in callers[call])
                if (!IsConversion(caller) && found.Add(caller)) open.Push(caller);
        return found;
    }

    private static bool IsConversion(string method) =>
        method.StartsWith(Conversion, StringComparison.Ordinal) || method.StartsWith(Explicit, StringComparison.Ordinal);
}
