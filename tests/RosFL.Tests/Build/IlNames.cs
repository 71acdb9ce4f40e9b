using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace RosFL.Tests.Build;

/// <summary>Names of types and methods in metadata.</summary>
internal sealed class IlNames(MetadataReader metadata) : ISignatureTypeProvider<string, object?>
{
    public string Method(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodDefinition:
                var method = metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                return Name(Type(method.GetDeclaringType()), method.Name, method.DecodeSignature(this, null));
            case HandleKind.MethodSpecification:
                return Method(metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method);
            default:
                var member = metadata.GetMemberReference((MemberReferenceHandle)handle);
                return member.GetKind() == MemberReferenceKind.Field ? "" : Name(Type(member.Parent), member.Name, member.DecodeMethodSignature(this, null));
        }
    }

    public string GetArrayType(string elementType, ArrayShape shape) => elementType + "[,]";

    public string GetByReferenceType(string elementType) => elementType + "&";

    public string GetFunctionPointerType(MethodSignature<string> signature) => "function";

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(',', typeArguments)}>";

    public string GetGenericMethodParameter(object? genericContext, int index) => "!!" + index;

    public string GetGenericTypeParameter(object? genericContext, int index) => "!" + index;

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetPinnedType(string elementType) => elementType;

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Type(handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Type(handle);

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => Type(handle);

    private string Type(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                var defined = metadata.GetTypeDefinition((TypeDefinitionHandle)handle);
                return Nested(defined.GetDeclaringType(), defined.Namespace, defined.Name);
            case HandleKind.TypeReference:
                var referenced = metadata.GetTypeReference((TypeReferenceHandle)handle);
                var outer = referenced.ResolutionScope.Kind == HandleKind.TypeReference ? referenced.ResolutionScope : default;
                return Nested(outer, referenced.Namespace, referenced.Name);
            default:
                return metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
        }
    }

    private string Nested(EntityHandle outer, StringHandle space, StringHandle name) =>
        outer.IsNil ? $"{metadata.GetString(space)}.{metadata.GetString(name)}" : $"{Type(outer)}+{metadata.GetString(name)}";

    private string Name(string type, StringHandle name, MethodSignature<string> signature) =>
        $"{type}::{metadata.GetString(name)}({string.Join(',', signature.ParameterTypes)})";
}
