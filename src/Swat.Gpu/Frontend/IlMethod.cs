using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;

namespace Swat.Gpu.Frontend;

/// <summary>A method's decoded body, cut into basic blocks in reverse postorder.</summary>
internal sealed class IlMethod
{
    private static readonly ConcurrentDictionary<MethodBase, IlMethod?> Cache = new();
    private static readonly OpCode[] OneByte = new OpCode[256];
    private static readonly OpCode[] TwoByte = new OpCode[256];

    static IlMethod()
    {
        foreach (var field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            (code.Size == 1 ? OneByte : TwoByte)[code.Value & 0xff] = code;
        }
    }

    private IlMethod(MethodBase method, MethodBody body)
    {
        Method = method;
        HasExceptionHandlers = body.ExceptionHandlingClauses.Count > 0;
        Locals = [.. body.LocalVariables.OrderBy(l => l.LocalIndex).Select(l => l.LocalType)];
        Blocks = SplitIntoBlocks(Decode(body.GetILAsByteArray()!));
    }

    public MethodBase Method { get; }

    public bool HasExceptionHandlers { get; }

    public IReadOnlyList<Type> Locals { get; }

    /// <summary>Reachable blocks; each stands behind all its predecessors but those of back edges.</summary>
    public IReadOnlyList<IlBlock> Blocks { get; }

    /// <summary>The decoded body, or null for a method that has none.</summary>
    public static IlMethod? Of(MethodBase method) => Cache.GetOrAdd(method, static m =>
        m.GetMethodBody() is { } body ? new IlMethod(m, body) : null);

    private List<IlInstruction> Decode(byte[] il)
    {
        var typeArguments = Method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = Method.IsGenericMethod ? Method.GetGenericArguments() : null;
        var result = new List<IlInstruction>();
        var at = 0;
        while (at < il.Length)
        {
            var offset = at;
            var code = il[at] == 0xfe ? TwoByte[il[at + 1]] : OneByte[il[at]];
            at += code.Size;
            var operand = ReadOperand(code, il, ref at, typeArguments, methodArguments);
            result.Add(new IlInstruction(offset, code, operand, at));
        }
        return result;
    }

    private object? ReadOperand(OpCode code, byte[] il, ref int at, Type[]? typeArguments, Type[]? methodArguments)
    {
        var module = Method.Module;
        var rest = il.AsSpan(at);
        switch (code.OperandType)
        {
            case OperandType.InlineNone:
                return null;
            case OperandType.ShortInlineI:
                at += 1;
                return code == OpCodes.Ldc_I4_S ? (int)(sbyte)rest[0] : (int)rest[0];
            case OperandType.ShortInlineVar:
                at += 1;
                return (int)rest[0];
            case OperandType.InlineVar:
                at += 2;
                return (int)BinaryPrimitives.ReadUInt16LittleEndian(rest);
            case OperandType.InlineI:
                at += 4;
                return BinaryPrimitives.ReadInt32LittleEndian(rest);
            case OperandType.InlineI8:
                at += 8;
                return BinaryPrimitives.ReadInt64LittleEndian(rest);
            case OperandType.ShortInlineR:
                at += 4;
                return BinaryPrimitives.ReadSingleLittleEndian(rest);
            case OperandType.InlineR:
                at += 8;
                return BinaryPrimitives.ReadDoubleLittleEndian(rest);
            case OperandType.ShortInlineBrTarget:
                at += 1;
                return at + (sbyte)rest[0];
            case OperandType.InlineBrTarget:
                at += 4;
                return at + BinaryPrimitives.ReadInt32LittleEndian(rest);
            case OperandType.InlineSwitch:
                var count = BinaryPrimitives.ReadInt32LittleEndian(rest);
                at += 4 + 4 * count;
                var targets = new int[count];
                for (var i = 0; i < count; i++)
                    targets[i] = at + BinaryPrimitives.ReadInt32LittleEndian(rest[(4 + 4 * i)..]);
                return targets;
            default:
                at += 4;
                var token = BinaryPrimitives.ReadInt32LittleEndian(rest);
                return code.OperandType switch
                {
                    OperandType.InlineMethod => module.ResolveMethod(token, typeArguments, methodArguments),
                    OperandType.InlineField => module.ResolveField(token, typeArguments, methodArguments),
                    OperandType.InlineType => module.ResolveType(token, typeArguments, methodArguments),
                    OperandType.InlineTok => module.ResolveMember(token, typeArguments, methodArguments),
                    OperandType.InlineString => module.ResolveString(token),
                    _ => token,
                };
        }
    }

    private static List<IlBlock> SplitIntoBlocks(List<IlInstruction> instructions)
    {
        var leaders = new SortedSet<int> { 0 };
        foreach (var instruction in instructions)
        {
            foreach (var target in Targets(instruction))
                leaders.Add(target);
            if (EndsBlock(instruction))
                leaders.Add(instruction.Next);
        }
        var byOffset = new Dictionary<int, IlBlock>();
        IlBlock? current = null;
        foreach (var instruction in instructions)
        {
            if (leaders.Contains(instruction.Offset))
                byOffset.Add(instruction.Offset, current = new IlBlock(instruction.Offset));
            current!.Instructions.Add(instruction);
        }
        foreach (var block in byOffset.Values)
        {
            var last = block.Instructions[^1];
            var targets = new List<int>(Targets(last));
            if (FallsThrough(last))
                targets.Add(last.Next);
            foreach (var target in targets.Distinct())
            {
                if (!byOffset.TryGetValue(target, out var successor))
                    continue;
                block.Successors.Add(successor);
            }
        }
        var order = ReversePostorder(byOffset[0]);
        foreach (var block in order)
        {
            foreach (var successor in block.Successors)
                successor.PredecessorCount++;
        }
        return order;
    }

    private static IEnumerable<int> Targets(IlInstruction instruction) => instruction.Code.OperandType switch
    {
        OperandType.ShortInlineBrTarget or OperandType.InlineBrTarget => [(int)instruction.Operand!],
        OperandType.InlineSwitch => (int[])instruction.Operand!,
        _ => [],
    };

    private static bool EndsBlock(IlInstruction instruction) =>
        instruction.Code.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return or FlowControl.Throw;

    private static bool FallsThrough(IlInstruction instruction) =>
        instruction.Code.FlowControl is not (FlowControl.Branch or FlowControl.Return or FlowControl.Throw);

    private static List<IlBlock> ReversePostorder(IlBlock entry)
    {
        var postorder = new List<IlBlock>();
        var seen = new HashSet<IlBlock> { entry };
        Visit(entry);
        postorder.Reverse();
        return postorder;

        void Visit(IlBlock block)
        {
            foreach (var successor in block.Successors)
            {
                if (seen.Add(successor))
                    Visit(successor);
            }
            postorder.Add(block);
        }
    }
}
