using System.Numerics;
using System.Runtime.InteropServices;

namespace RosFL.Privacy.Paillier;

/// <summary>b^e mod m, by GNU MP where the machine has it (several times as fast), else by <see cref="BigInteger"/>.</summary>
public static class ModularPower
{
    private static readonly string[] Libraries = ["libgmp.so.10", "libgmp.10.dylib", "libgmp-10.dll", "gmp"];
    private static readonly Gmp? Native = Gmp.Load(Libraries);

    /// <summary>"GNU MP" or "BigInteger".</summary>
    public static string Engine => Native is null ? nameof(BigInteger) : "GNU MP";

    /// <param name="modulus">Odd.</param>
    public static BigInteger Of(BigInteger value, BigInteger exponent, BigInteger modulus) =>
        Native is not null && exponent.Sign > 0 ? Native.Power(value, exponent, modulus) : Managed(value, exponent, modulus);

    public static BigInteger Managed(BigInteger value, BigInteger exponent, BigInteger modulus) => BigInteger.ModPow(value, exponent, modulus);

    /// <summary>The five functions of GNU MP that this takes.</summary>
    private sealed unsafe class Gmp
    {
        [StructLayout(LayoutKind.Sequential)]
        private struct Number
        {
            public int Allocated, Size;
            public nint Limbs;
        }

        private readonly delegate* unmanaged<Number*, void> init, clear;
        private readonly delegate* unmanaged<Number*, nuint, int, nuint, int, nuint, byte*, void> import;
        private readonly delegate* unmanaged<byte*, nuint*, int, nuint, int, nuint, Number*, void*> export;
        private readonly delegate* unmanaged<Number*, Number*, Number*, Number*, void> power;

        private Gmp(nint library)
        {
            init = (delegate* unmanaged<Number*, void>)NativeLibrary.GetExport(library, "__gmpz_init");
            clear = (delegate* unmanaged<Number*, void>)NativeLibrary.GetExport(library, "__gmpz_clear");
            import = (delegate* unmanaged<Number*, nuint, int, nuint, int, nuint, byte*, void>)NativeLibrary.GetExport(library, "__gmpz_import");
            export = (delegate* unmanaged<byte*, nuint*, int, nuint, int, nuint, Number*, void*>)NativeLibrary.GetExport(library, "__gmpz_export");
            // the variant whose time does not depend on the exponent
            power = (delegate* unmanaged<Number*, Number*, Number*, Number*, void>)NativeLibrary.GetExport(library, "__gmpz_powm_sec");
        }

        public static Gmp? Load(string[] names)
        {
            foreach (var name in names)
                if (NativeLibrary.TryLoad(name, out var library)) return new(library);
            return null;
        }

        public BigInteger Power(BigInteger value, BigInteger exponent, BigInteger modulus)
        {
            Number b, e, m, result;
            Import(&b, value);
            Import(&e, exponent);
            Import(&m, modulus);
            init(&result);
            power(&result, &b, &e, &m);
            var bytes = new byte[modulus.GetByteCount(isUnsigned: true)];
            nuint count;
            fixed (byte* at = bytes) export(at, &count, 1, 1, 1, 0, &result);
            clear(&b);
            clear(&e);
            clear(&m);
            clear(&result);
            return new BigInteger(bytes.AsSpan(0, (int)count), isUnsigned: true, isBigEndian: true);
        }

        private void Import(Number* number, BigInteger value)
        {
            init(number);
            var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
            fixed (byte* at = bytes) import(number, (nuint)bytes.Length, 1, 1, 1, 0, at);
        }
    }
}
