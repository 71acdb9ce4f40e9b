using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace RosFL.Tests.Build;

/// <summary>Which methods each method of an assembly names in its code, as "Namespace.Type::Method(parameters)".</summary>
internal sealed class IlCalls
{
    private static readonly FrozenDictionary<int, OperandType> Operands = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToFrozenDictionary(o => (int)(ushort)o.Value, o => o.OperandType);

    private readonly PEReader file;
    private readonly MetadataReader metadata;
    private readonly IlNames names;

    private IlCalls(PEReader file) => (this.file, metadata, names) = (file, file.GetMetadataReader(), new IlNames(file.GetMetadataReader()));

    public static IReadOnlyDictionary<string, HashSet<string>> Of(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var calls = new IlCalls(file);
        return calls.metadata.MethodDefinitions.Where(m => calls.metadata.GetMethodDefinition(m).RelativeVirtualAddress != 0)
            .GroupBy(m => calls.names.Method(m)).ToDictionary(g => g.Key, g => g.SelectMany(m => calls.In(m)).ToHashSet());
    }

    private IEnumerable<string> In(MethodDefinitionHandle method)
    {
        var code = file.GetMethodBody(metadata.GetMethodDefinition(method).RelativeVirtualAddress).GetILBytes()!;
        for (var at = 0; at < code.Length;)
        {
            int operation = code[at++];
            if (operation == 0xFE) operation = 0xFE00 | code[at++];
            var operand = Operands[operation];
            if (operand is OperandType.InlineMethod or OperandType.InlineTok
                && MetadataTokens.EntityHandle(BitConverter.ToInt32(code, at)) is { Kind: HandleKind.MethodDefinition or HandleKind.MemberReference or HandleKind.MethodSpecification } called)
                yield return names.Method(called);
            at += Length(operand, code, at);
        }
    }

    private static int Length(OperandType operand, byte[] code, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
        _ => 4,
    };
}
