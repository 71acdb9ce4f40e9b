namespace RosFL.Runs;

/// <summary>A tensor in managed memory under a name: <paramref name="Values"/> are row-major, the last axis of <paramref name="Shape"/> fastest.</summary>
public sealed record NamedArray(string Name, long[] Shape, float[] Values)
{
    /// <summary>In memory and on the wire.</summary>
    public long Bytes => Values.LongLength * sizeof(float);
}

/// <summary>A tensor of a safetensors file before its values are read; <paramref name="Begin"/> and <paramref name="End"/> count bytes in the data section.</summary>
/// <param name="Type">F32, F64, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL, F8_E4M3 or F8_E5M2.</param>
public sealed record TensorEntry(string Name, string Type, long[] Shape, long Begin, long End);
