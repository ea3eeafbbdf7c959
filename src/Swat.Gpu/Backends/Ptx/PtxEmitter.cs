using System.Globalization;
using System.Text;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Runtime;

namespace Swat.Gpu.Backends.Ptx;

/// <summary>
/// Writes one kernel as PTX text. Every value of the intermediate form gets its own virtual register; phis become parallel moves at the
/// end of their predecessors, on an edge of its own where the predecessor branches. The driver's compiler does register allocation and
/// scheduling.
/// </summary>
internal sealed partial class PtxEmitter
{
    /// <summary>Static shared memory that the PTX language allows a kernel.</summary>
    private const int MaxStaticShared = 48 * 1024;

    private readonly KernelFunction kernel;
    private readonly PtxOptions options;
    private readonly PtxTarget target;
    private readonly PtxRegisters registers = new();
    private readonly StringBuilder body = new();
    private readonly Dictionary<Value, string> registerOf = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, string[]> resultsOf = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, string> symbolOf = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, int> offsetInDynamicShared = new(ReferenceEqualityComparer.Instance);
    private readonly StringBuilder arrays = new();
    private readonly string entryName;
    private int sharedInDynamic;
    private int labels;
    private bool hopperOnly;

    private PtxEmitter(KernelFunction kernel, PtxOptions options)
    {
        this.kernel = kernel;
        this.options = options;
        target = options.Target;
        entryName = Identifier(kernel.Name);
    }

    public static PtxKernel Emit(KernelFunction kernel, PtxOptions options) => new PtxEmitter(kernel, options).Emit();

    private PtxKernel Emit()
    {
        kernel.Number();
        AssignRegisters(NeededValues.Of(kernel));
        LayOutArrays();
        LoadParameters();
        for (var i = 0; i < kernel.Blocks.Count; i++)
            EmitBlock(kernel.Blocks[i], i + 1 < kernel.Blocks.Count ? kernel.Blocks[i + 1] : null);

        var argumentBytes = ArgumentBytes();
        var text = new StringBuilder();
        text.Append($"// {kernel.Name}\n");
        text.Append($".version {target.Isa}\n.target {target.Name(hopperOnly)}\n.address_size 64\n\n");
        if (kernel.Uses(Op.DynamicShared) || sharedInDynamic > 0)
            text.Append($".extern .shared .align {DynamicSharedAlignment} .b8 {DynamicSharedName}[];\n\n");
        text.Append($".visible .entry {entryName}(");
        if (argumentBytes > 0)
            text.Append($"\n\t.param .align {ArgumentsAlignment} .b8 {ArgumentsName}[{argumentBytes}]\n");
        text.Append(")\n");
        AppendLaunchBounds(text);
        text.Append("{\n");
        registers.Declare(text);
        text.Append(arrays).Append('\n').Append(body).Append("}\n");
        return new(entryName, text.ToString(), argumentBytes, sharedInDynamic, LocalBytes());
    }

    // Descriptions of bulk tensors lie in multiples of 64 bytes.
    private int ArgumentsAlignment => usesParameterAddress ? 64 : 8;

    private string ArgumentsName => $"{entryName}_arguments";

    private const string DynamicSharedName = "dynamic_shared";

    // Swizzled tiles of bulk tensor copies repeat every 1024 bytes.
    private int DynamicSharedAlignment => hopperOnly || kernel.Uses(Op.Intrinsic) ? 1024 : 128;

    private int ArgumentBytes()
    {
        var end = 0;
        foreach (var parameter in kernel.Parameters)
            end = Math.Max(end, parameter.Offset + parameter.Memory.Size());
        return end;
    }

    private int LocalBytes() => kernel.Instructions.Where(i => i.Op == Op.LocalArray && symbolOf.ContainsKey(i)).Sum(i => (int)i.Immediate);

    private void AppendLaunchBounds(StringBuilder text)
    {
        if (options.GroupSize is { } size)
            text.Append($".reqntid {size.X}, {size.Y}, {size.Z}\n");
        else if (options.MaxGroupSize > 0)
            text.Append($".maxntid {options.MaxGroupSize}, 1, 1\n");
        if (options.MinGroupsPerMultiprocessor > 0 && (options.GroupSize is not null || options.MaxGroupSize > 0))
            text.Append($".minnctapersm {options.MinGroupsPerMultiprocessor}\n");
        if (options.ClusterSize > 1)
            text.Append($".explicitcluster\n.reqnctapercluster {options.ClusterSize}, 1, 1\n");
    }

    private void AssignRegisters(IReadOnlySet<Value> needed)
    {
        var coalesced = TiedRegisters.Of(kernel);
        foreach (var parameter in kernel.Parameters)
        {
            if (needed.Contains(parameter))
                registerOf[parameter] = registers.New(parameter.Type);
        }
        foreach (var instruction in kernel.Instructions)
        {
            if (!needed.Contains(instruction))
                continue;
            if (ResultTypes(instruction) is { } types)
                resultsOf[instruction] = [.. types.Select((t, i) => Shared(coalesced.ResultKey(instruction, i), t))];
            else if (instruction.Op == Op.Extract)
                registerOf[instruction] = resultsOf[(Instruction)instruction.Operands[0]][instruction.Immediate];
            else if (instruction.Type != IrType.Void && instruction.Op is not (Op.SharedArray or Op.LocalArray))
                registerOf[instruction] = Shared(coalesced.Key(instruction), instruction.Type);
        }

        string Shared(object? key, IrType type)
        {
            if (key is null)
                return registers.New(type);
            if (!sharedRegisters.TryGetValue(key, out var register))
                sharedRegisters[key] = register = registers.New(type);
            return register;
        }
    }

    private readonly Dictionary<object, string> sharedRegisters = new(ReferenceEqualityComparer.Instance);

    /// <summary>Types of what <see cref="Op.Extract"/> takes from an instruction; null for one that has a single result or none.</summary>
    private static IReadOnlyList<IrType>? ResultTypes(Instruction instruction) => instruction.Op switch
    {
        Op.LoadVector => [.. Enumerable.Repeat(instruction.Memory.RegisterType(), (int)instruction.Immediate)],
        Op.Intrinsic => ((TargetIntrinsic)instruction.Data!).Results,
        Op.InlinePtx => [.. ((InlineAssembly)instruction.Data!).Operands.Where(o => o.Output >= 0).OrderBy(o => o.Output).Select(o => o.Type)],
        _ => null,
    };

    private void LayOutArrays()
    {
        var shared = kernel.Instructions.Where(i => i.Op == Op.SharedArray).ToList();
        var inDynamic = kernel.SharedBytes > MaxStaticShared;
        for (var i = 0; i < shared.Count; i++)
        {
            if (inDynamic)
            {
                offsetInDynamicShared[shared[i]] = sharedInDynamic;
                sharedInDynamic += ((int)shared[i].Immediate + 127) / 128 * 128;
                continue;
            }
            symbolOf[shared[i]] = $"shared_{i}";
            arrays.Append($"\t.shared .align 128 .b8 shared_{i}[{shared[i].Immediate}];\n");
        }
        sharedInDynamic = (sharedInDynamic + DynamicSharedAlignment - 1) / DynamicSharedAlignment * DynamicSharedAlignment;
        var local = 0;
        foreach (var array in kernel.Instructions.Where(i => i.Op == Op.LocalArray))
        {
            symbolOf[array] = $"local_{local}";
            arrays.Append($"\t.local .align 16 .b8 local_{local++}[{array.Immediate}];\n");
        }
    }

    private void LoadParameters()
    {
        foreach (var parameter in kernel.Parameters)
        {
            if (!registerOf.TryGetValue(parameter, out var register))
                continue;
            var source = $"[{ArgumentsName}+{parameter.Offset}]";
            if (parameter.Type == IrType.GlobalPointer)
            {
                var generic = registers.New(PtxRegisterClass.Bits64);
                Line($"ld.param.u64 {generic}, {source};", parameter.Name);
                Line($"cvta.to.global.u64 {register}, {generic};");
            }
            else
                Line($"ld.param.{LoadSuffix(parameter.Memory)} {register}, {source};", parameter.Name);
        }
    }

    private void EmitBlock(BasicBlock block, BasicBlock? next)
    {
        if (block.Predecessors.Count > 0)
            body.Append($"{Label(block)}:\n");
        foreach (var instruction in block.Instructions)
        {
            if (instruction.Op != Op.Phi && (IsEmitted(instruction) || instruction.HasSideEffects))
                EmitInstruction(instruction);
        }
        EmitTerminator(block, next);
    }

    private bool IsEmitted(Instruction instruction) => registerOf.ContainsKey(instruction) || resultsOf.ContainsKey(instruction);

    private void EmitTerminator(BasicBlock block, BasicBlock? next)
    {
        var end = block.Terminator ?? throw new InvalidOperationException($"Block {block} of {kernel.Name} has no terminator.");
        if (end.IsReturn)
        {
            Line("ret;");
            return;
        }
        if (!end.IsBranch)
        {
            EmitMoves(block, end.Targets[0]);
            if (end.Targets[0] != next)
                Line($"bra {Label(end.Targets[0])};");
            return;
        }
        var (predicate, negated) = Condition(end.Condition!);
        var (ifTrue, ifFalse) = (end.Targets[0], end.Targets[1]);
        // The fall-through edge is the false one; the other order where the true target comes next.
        if (ifTrue == next)
        {
            (ifTrue, ifFalse) = (ifFalse, ifTrue);
            negated = !negated;
        }
        var guard = negated ? $"@!{predicate}" : $"@{predicate}";
        var needsEdge = HasMoves(block, ifTrue);
        var edge = needsEdge ? NewLabel() : Label(ifTrue);
        Line($"{guard} bra {edge};");
        EmitMoves(block, ifFalse);
        if (ifFalse != next || needsEdge)
            Line($"bra {Label(ifFalse)};");
        if (!needsEdge)
            return;
        body.Append($"{edge}:\n");
        EmitMoves(block, ifTrue);
        Line($"bra {Label(ifTrue)};");
    }

    private (string Predicate, bool Negated) Condition(Value condition)
    {
        var negated = false;
        while (condition is Instruction { Op: Op.Not } not && registerOf.ContainsKey(not.Operands[0]))
        {
            negated = !negated;
            condition = not.Operands[0];
        }
        return (Register(condition), negated);
    }

    private IEnumerable<(string Target, string Source)> Moves(BasicBlock from, BasicBlock to)
    {
        var edge = to.Predecessors.IndexOf(from);
        foreach (var phi in to.Phis)
        {
            if (registerOf.TryGetValue(phi, out var register))
            {
                var source = Operand(phi.Operands[edge]);
                if (source != register)
                    yield return (register, source);
            }
        }
    }

    private bool HasMoves(BasicBlock from, BasicBlock to)
    {
        var edge = to.Predecessors.IndexOf(from);
        return to.Phis.Any(phi => registerOf.TryGetValue(phi, out var register)
            && (!registerOf.TryGetValue(phi.Operands[edge], out var source) || source != register));
    }

    private void EmitMoves(BasicBlock from, BasicBlock to)
    {
        var types = to.Phis.Where(registerOf.ContainsKey).DistinctBy(p => registerOf[p]).ToDictionary(p => registerOf[p], p => p.Type);
        ParallelMoves.Sequentialize(Moves(from, to), register =>
        {
            var temporary = registers.New(types[register]);
            types[temporary] = types[register];
            return temporary;
        }, (to, source) => Line($"mov{Suffix(types[to])} {to}, {source};"));
    }

    private static string Suffix(IrType type) => PtxRegisters.TypeName(PtxRegisters.ClassOf(type));

    private static string Label(BasicBlock block) => $"$L_{block}";

    private string NewLabel() => $"$L_{++labels}";

    /// <summary>A register or, for a constant, its literal.</summary>
    private string Operand(Value value) => value switch
    {
        Constant constant => Literal(constant),
        Instruction { Op: Op.SharedArray or Op.LocalArray } array => ArrayAddress(array),
        _ => registerOf.TryGetValue(value, out var register)
            ? register
            : throw new InvalidOperationException($"{kernel.Name}: operand {value} of type {value.Type} has no register."),
    };

    /// <summary>A register that holds the value, constants too.</summary>
    private string Register(Value value)
    {
        if (value is not Constant constant)
            return Operand(value);
        var register = registers.New(value.Type);
        Line($"mov{Suffix(value.Type)} {register}, {Literal(constant)};");
        return register;
    }

    private static string Literal(Constant constant) => constant.Type switch
    {
        IrType.Float32 => $"0f{(uint)constant.Bits:X8}",
        IrType.Float64 => $"0d{constant.Bits:X16}",
        IrType.Float16 or IrType.BFloat16 => $"0x{(ushort)constant.Bits:X4}",
        IrType.Int32 => ((int)constant.Bits).ToString(CultureInfo.InvariantCulture),
        _ => constant.Bits.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>One line of the body.</summary>
    private void Line(string text, string? comment = null)
    {
        body.Append('\t').Append(text);
        if (comment is not null)
            body.Append(" // ").Append(comment);
        body.Append('\n');
    }

    private KernelCompilationException Unsupported(Instruction instruction, string feature) => Refusal(
        Diagnostic.NotOnTarget,
        $"{instruction.Op} {(instruction.Data as TargetIntrinsic)?.Name}".TrimEnd()
        + $" needs {feature}; this kernel is compiled for {target.Name(false)}, PTX {target.Isa}");

    private KernelCompilationException Refusal(Diagnostic diagnostic, string detail) => new(diagnostic, detail, [kernel.Name]);

    private static string Identifier(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        if (text.Length == 0 || char.IsAsciiDigit(text[0]) || text[0] == '_')
            text.Insert(0, 'k');
        return text.ToString();
    }
}
