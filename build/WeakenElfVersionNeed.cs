using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of a 64-bit little-endian ELF library in which the need for one symbol version is weak: the dynamic linker then accepts a
/// system whose library lacks that version. Right only where no relocation uses a symbol of that version. Compiled by MSBuild
/// (RoslynCodeTaskFactory), so it is C# 7.3 on netstandard2.0 and stands alone. Layout: System V ABI, Linux Standard Base 5.0 section 10.7.
/// </summary>
public sealed class WeakenElfVersionNeed : Task
{
    private const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    private const byte WeakFlag = 2; // VER_FLG_WEAK

    private byte[] elf;

    [Required]
    public string Source { get; set; }

    [Required]
    public string Destination { get; set; }

    /// <summary>The version, such as GLIBCXX_3.4.32.</summary>
    [Required]
    public string VersionName { get; set; }

    public override bool Execute()
    {
        elf = File.ReadAllBytes(Source);
        if (elf.Length < 64 || BitConverter.ToUInt32(elf, 0) != 0x464c457f || elf[4] != 2 || elf[5] != 1)
        {
            Log.LogError("'{0}' is no 64-bit little-endian ELF file.", Source);
            return false;
        }
        var weakened = WeakenSections();
        Replace();
        Log.LogMessage(MessageImportance.Normal, "{0}: {1} need(s) for {2} made weak", Destination, weakened, VersionName);
        return true;
    }

    private int WeakenSections()
    {
        long table = BitConverter.ToInt64(elf, 0x28);
        int size = BitConverter.ToUInt16(elf, 0x3a), count = BitConverter.ToUInt16(elf, 0x3c), weakened = 0;
        for (var i = 0; i < count; i++)
        {
            var section = (int)(table + i * size);
            if (BitConverter.ToUInt32(elf, section + 4) != VersionNeedSection) continue;
            var strings = (int)(table + BitConverter.ToUInt32(elf, section + 0x28) * size);
            weakened += WeakenNeeds(Offset(section), Offset(strings));
        }
        return weakened;
    }

    private int Offset(int section)
    {
        return (int)BitConverter.ToInt64(elf, section + 0x18);
    }

    /// <summary>A list of libraries, each with a list of versions that are needed of it; both are chained by relative offsets.</summary>
    private int WeakenNeeds(int library, int strings)
    {
        for (var weakened = 0; ; library += Next(library + 12))
        {
            var version = library + Next(library + 8);
            for (int left = BitConverter.ToUInt16(elf, library + 2); left > 0; left--, version += Next(version + 12))
            {
                if (NameAt(strings + Next(version + 8)) != VersionName) continue;
                elf[version + 4] |= WeakFlag;
                weakened++;
            }
            if (Next(library + 12) == 0) return weakened;
        }
    }

    private int Next(int at)
    {
        return (int)BitConverter.ToUInt32(elf, at);
    }

    private string NameAt(int start)
    {
        return Encoding.ASCII.GetString(elf, start, Array.IndexOf(elf, (byte)0, start) - start);
    }

    // two projects may be built at once, and a reader must never see half a file
    private void Replace()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        var half = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(half, elf);
        if (File.Exists(Destination)) File.Delete(Destination);
        File.Move(half, Destination);
    }
}
