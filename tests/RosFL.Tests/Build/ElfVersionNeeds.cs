using System.Text;

namespace RosFL.Tests.Build;

/// <summary>Which symbol versions a 64-bit ELF library needs, each with whether the need is weak; what <c>readelf -V</c> shows.</summary>
internal static class ElfVersionNeeds
{
    private const uint VersionNeedSection = 0x6ffffffe;

    public static IReadOnlyDictionary<string, bool> Of(string path)
    {
        var elf = File.ReadAllBytes(path);
        uint Word(long at) => BitConverter.ToUInt32(elf, (int)at);
        long table = BitConverter.ToInt64(elf, 0x28), size = BitConverter.ToUInt16(elf, 0x3a);
        long OffsetOf(long section) => BitConverter.ToInt64(elf, (int)(table + section * size + 0x18));
        var section = Enumerable.Range(0, BitConverter.ToUInt16(elf, 0x3c)).First(i => Word(table + i * size + 4) == VersionNeedSection);
        var strings = OffsetOf(Word(table + section * size + 0x28));

        var needs = new Dictionary<string, bool>();
        for (var library = OffsetOf(section); ; library += Word(library + 12))
        {
            var version = library + Word(library + 8);
            for (int left = BitConverter.ToUInt16(elf, (int)library + 2); left > 0; left--, version += Word(version + 12))
            {
                var name = elf.AsSpan((int)(strings + Word(version + 8)));
                needs[Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)])] = (elf[version + 4] & 2) != 0;
            }
            if (Word(library + 12) == 0) return needs;
        }
    }
}
