using System.Numerics;
using RosFL.Runs;

namespace RosFL.Privacy.Paillier;

/// <summary>
/// Many integers in one Paillier message: slots of 40 bits, 32 for a number made positive by an offset and 8 guard bits for the carries of 256
/// sites. A number within 31 bits and sign (an unweighted fixed-point value) takes one slot, any number of the masked sum's ring two.
/// </summary>
public sealed class SlotPacking(int modulusBits, int slotsPerNumber)
{
    private const int SlotBits = 40, ValueBits = 32;
    private const ulong Offset = 1UL << (ValueBits - 1), LowHalf = (1UL << ValueBits) - 1;
    private readonly int numbersPerMessage = (modulusBits - 1) / SlotBits / slotsPerNumber;

    public int MessagesFor(int numbers) => (numbers + numbersPerMessage - 1) / numbersPerMessage;

    public BigInteger[] Pack(ReadOnlySpan<ulong> numbers)
    {
        var messages = new BigInteger[MessagesFor(numbers.Length)];
        for (var m = 0; m < messages.Length; m++)
        {
            var part = numbers[(m * numbersPerMessage)..Math.Min(numbers.Length, (m + 1) * numbersPerMessage)];
            var slots = new byte[part.Length * slotsPerNumber * SlotBits / 8];
            for (var i = 0; i < part.Length; i++) PackOne(part[i], slots.AsSpan(i * slotsPerNumber * SlotBits / 8));
            messages[m] = new(slots, isUnsigned: true);
        }
        return messages;
    }

    /// <summary>The sums of <paramref name="sites"/> packed vectors.</summary>
    public ulong[] Unpack(IReadOnlyList<BigInteger> sums, int sites, int numbers)
    {
        var result = new ulong[numbers];
        for (var m = 0; m < sums.Count; m++)
        {
            var slots = new byte[numbersPerMessage * slotsPerNumber * SlotBits / 8 + sizeof(ulong)];
            sums[m].TryWriteBytes(slots, out _, isUnsigned: true);
            for (var i = m * numbersPerMessage; i < Math.Min(numbers, (m + 1) * numbersPerMessage); i++)
            {
                var at = slots.AsSpan((i - m * numbersPerMessage) * slotsPerNumber * SlotBits / 8);
                var offsets = (ulong)sites * Offset;
                result[i] = unchecked(slotsPerNumber == 1 ? Slot(at) - offsets : Slot(at) + ((Slot(at[(SlotBits / 8)..]) - offsets) << ValueBits));
            }
        }
        return result;
    }

    private void PackOne(ulong number, Span<byte> slots)
    {
        if (slotsPerNumber == 1)
        {
            var shifted = unchecked(number + Offset);
            if (shifted > LowHalf) throw new RosflException(ExitCode.InvalidData, $"The number {(long)number} does not fit one slot of {ValueBits} bits: pack it in two.");
            BitConverter.TryWriteBytes(slots, (uint)shifted);
            return;
        }
        BitConverter.TryWriteBytes(slots, (uint)(number & LowHalf));
        BitConverter.TryWriteBytes(slots[(SlotBits / 8)..], (uint)unchecked((number >> ValueBits) + Offset));
    }

    private static ulong Slot(ReadOnlySpan<byte> at) => BitConverter.ToUInt64(at) & ((1UL << SlotBits) - 1);
}
