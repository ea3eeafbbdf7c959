using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Swat.Train.Tests.Engine;

/// <summary>
/// Everything above the engine also builds on ILGPU: it may use only what ILGPU 1.5.3 has under the same name. The list beside this
/// file holds ILGPU's public members as Type.Member/parameters. Code in files named *.BuiltIn.cs is exempt; it has a portable twin.
/// </summary>
public class SharedSurfaceTests
{
    private const string Engine = "Swat.Gpu";
    private static readonly HashSet<string> Surface =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Engine", "ilgpu-1.5.3.txt"))];

    [TestCase("Swat.Tensors.dll")]
    [TestCase("Swat.Model.dll")]
    [TestCase("swat.dll")]
    public void Code_above_the_engine_uses_only_what_ILGPU_has(string assembly)
    {
        var strangers = EngineMembersUsed(Path.Combine(AppContext.BaseDirectory, assembly)).Where(use => !Surface.Contains(use.Member))
            .Select(use => $"{use.Member} in {use.File}").Distinct().Order().ToList();
        Assert.That(strangers, Is.Empty, string.Join(Environment.NewLine, strangers));
    }

    private static List<(string Member, string File)> EngineMembersUsed(string path)
    {
        using var stream = File.OpenRead(path);
        using var image = new PEReader(stream);
        using var symbolStream = File.OpenRead(Path.ChangeExtension(path, ".pdb"));
        using var symbolProvider = MetadataReaderProvider.FromPortablePdbStream(symbolStream);
        var metadata = image.GetMetadataReader();
        var symbols = symbolProvider.GetMetadataReader();
        var uses = new List<(string, string)>();
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            var file = SourceOf(symbols, handle);
            if (method.RelativeVirtualAddress == 0 || file.EndsWith(".BuiltIn.cs", StringComparison.Ordinal))
                continue;
            foreach (var token in Tokens(image.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!))
            {
                if (EngineMember(metadata, token) is { } member)
                    uses.Add((member, file));
            }
        }
        return uses;
    }

    private static string SourceOf(MetadataReader symbols, MethodDefinitionHandle method)
    {
        var debug = symbols.GetMethodDebugInformation(method.ToDebugInformationHandle());
        var document = debug.Document;
        if (document.IsNil)
        {
            foreach (var point in debug.SequencePointsBlob.IsNil ? [] : debug.GetSequencePoints().ToList())
                document = point.Document;
        }
        return document.IsNil ? "generated code" : Path.GetFileName(symbols.GetString(symbols.GetDocument(document).Name));
    }

    /// <summary>Type.Member/parameters of a reference into the engine's assembly; null for any other reference.</summary>
    private static string? EngineMember(MetadataReader metadata, EntityHandle handle)
    {
        if (handle.Kind == HandleKind.MethodSpecification)
            handle = metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method;
        if (handle.Kind != HandleKind.MemberReference)
            return null;
        var member = metadata.GetMemberReference((MemberReferenceHandle)handle);
        if (TypeOf(metadata, member.Parent) is not { } type || AssemblyOf(metadata, type) != Engine)
            return null;
        var name = $"{metadata.GetString(type.Name)}.{metadata.GetString(member.Name)}";
        return member.GetKind() == MemberReferenceKind.Field ? name : $"{name}/{ParameterCount(metadata.GetBlobReader(member.Signature))}";
    }

    private static TypeReference? TypeOf(MetadataReader metadata, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeSpecification)
        {
            // A generic instance: GENERICINST (CLASS | VALUETYPE) TypeDefOrRef ... (ECMA-335 II.23.2.14).
            var blob = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
            if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
                return null;
            blob.ReadByte();
            parent = blob.ReadTypeHandle();
        }
        return parent.Kind == HandleKind.TypeReference ? metadata.GetTypeReference((TypeReferenceHandle)parent) : null;
    }

    private static string AssemblyOf(MetadataReader metadata, TypeReference type) => type.ResolutionScope.Kind switch
    {
        HandleKind.TypeReference => AssemblyOf(metadata, metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)),
        HandleKind.AssemblyReference => metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name),
        _ => "",
    };

    private static int ParameterCount(BlobReader signature)
    {
        var header = signature.ReadSignatureHeader();
        if (header.IsGeneric)
            signature.ReadCompressedInteger();
        return signature.ReadCompressedInteger();
    }

    private static IEnumerable<EntityHandle> Tokens(byte[] il)
    {
        var codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (OpCode)f.GetValue(null)!)
            .ToDictionary(c => (ushort)c.Value);
        for (var at = 0; at < il.Length;)
        {
            var code = codes[il[at] == 0xfe ? (ushort)(0xfe00 | il[at + 1]) : il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok)
                yield return MetadataTokens.EntityHandle(BitConverter.ToInt32(il, at));
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }
}
