using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

internal sealed partial class PtxEmitter
{
    private HashSet<Value>? used;

    private void EmitMemoryOrCooperation(Instruction i)
    {
        switch (i.Op)
        {
            case Op.Offset:
                EmitOffset(i);
                break;
            case Op.Load:
                Line($"ld{Space(i)}.{LoadSuffix(i.Memory)} {Result(i)}, {Address(i)};");
                break;
            case Op.Store:
                Line($"st{Space(i)}.{StoreSuffix(i.Memory)} {Address(i)}, {Operand(i.Operands[1])};");
                break;
            case Op.LoadVector:
                EmitLoadVector(i);
                break;
            case Op.StoreVector:
                EmitStoreVector(i);
                break;
            case Op.DynamicShared:
                Line(sharedInDynamic == 0
                    ? $"mov.u32 {Result(i)}, {DynamicSharedName};"
                    : $"mov.u32 {Result(i)}, {DynamicSharedName}+{sharedInDynamic};");
                break;
            case Op.DynamicSharedSize:
                Line($"mov.u32 {Result(i)}, %dynamic_smem_size;");
                if (sharedInDynamic != 0)
                    Line($"sub.s32 {Result(i)}, {Result(i)}, {sharedInDynamic};");
                break;
            case Op.AtomicOp:
                EmitAtomic(i);
                break;
            case Op.Barrier:
                Line("bar.sync 0;");
                break;
            case Op.WarpBarrier:
                Line("bar.warp.sync 0xffffffff;");
                break;
            case Op.Fence:
                Line(i.Immediate switch { 0 => "membar.cta;", 1 => "membar.gl;", _ => "membar.sys;" });
                break;
            case Op.ShuffleOp:
                EmitShuffle(i);
                break;
            case Op.Vote:
                Line($"vote.sync.{(i.Immediate == 0 ? "all" : "any")}.pred {Result(i)}, {Register(i.Operands[0])}, 0xffffffff;");
                break;
            case Op.Ballot:
                Line($"vote.sync.ballot.b32 {Result(i)}, {Register(i.Operands[0])}, 0xffffffff;");
                break;
            case Op.InlinePtx:
                EmitInlinePtx(i);
                break;
            case Op.Intrinsic:
                EmitIntrinsic(i);
                break;
            default:
                throw Unsupported(i, i.Type == IrType.Float64 ? "a lowering for 64-bit floats" : "a lowering to other operations");
        }
    }

    /// <summary>The value is an operand of something, or decides a branch.</summary>
    private bool IsUsed(Value value)
    {
        if (used is null)
        {
            used = new(ReferenceEqualityComparer.Instance);
            foreach (var block in kernel.Blocks)
            {
                foreach (var instruction in block.Instructions)
                    used.UnionWith(instruction.Operands);
                if (block.Terminator?.Condition is { } condition)
                    used.Add(condition);
            }
        }
        return used.Contains(value);
    }

    private static string Space(Instruction i) => i.Operands[0].Type switch
    {
        IrType.GlobalPointer => ".global",
        IrType.SharedPointer => ".shared",
        IrType.LocalPointer => ".local",
        _ => throw new InvalidOperationException($"{i.Op} on an operand of type {i.Operands[0].Type}."),
    };

    /// <summary>The first operand as a memory operand, constant offsets folded in.</summary>
    private string Address(Instruction i)
    {
        var (root, displacement) = PtxAddress.Of(i.Operands[0]);
        var name = root switch
        {
            Instruction array when symbolOf.TryGetValue(array, out var symbol) => symbol,
            Constant => Register(root),
            _ => Operand(root),
        };
        return displacement == 0 ? $"[{name}]" : $"[{name}+{displacement}]";
    }

    private string ArrayAddress(Instruction array)
    {
        var register = registers.New(array.Type);
        Line(offsetInDynamicShared.TryGetValue(array, out var offset)
            ? $"mov.u32 {register}, {DynamicSharedName}{(offset == 0 ? "" : $"+{offset}")};"
            : $"mov.u32 {register}, {symbolOf[array]};");
        return register;
    }

    private static string LoadSuffix(MemoryType type) => type switch
    {
        MemoryType.Int8 => "s8",
        MemoryType.UInt8 => "u8",
        MemoryType.Int16 => "s16",
        MemoryType.UInt16 => "u16",
        MemoryType.Int32 => "u32",
        MemoryType.Int64 => "u64",
        MemoryType.Float16 or MemoryType.BFloat16 => "b16",
        MemoryType.Float32 => "f32",
        _ => "f64",
    };

    private static string StoreSuffix(MemoryType type) => type switch
    {
        MemoryType.Int8 => "u8",
        MemoryType.Int16 => "u16",
        _ => LoadSuffix(type),
    };

    private void EmitOffset(Instruction i)
    {
        var (pointer, index) = (Operand(i.Operands[0]), i.Operands[1]);
        var result = Result(i);
        if (PtxRegisters.ClassOf(i.Type) == PtxRegisterClass.Bits32)
        {
            var index32 = index switch
            {
                Constant constant => ((int)(constant.Bits * i.Immediate)).ToString(System.Globalization.CultureInfo.InvariantCulture),
                { Type: IrType.Int64 } => Narrow(Operand(index)),
                _ => Operand(index),
            };
            if (index is Constant || i.Immediate == 1)
                Line($"add.s32 {result}, {pointer}, {index32};");
            else
                Line($"mad.lo.s32 {result}, {index32}, {i.Immediate}, {pointer};");
            return;
        }
        if (index is Constant fixedIndex)
            Line($"add.s64 {result}, {pointer}, {fixedIndex.Bits * i.Immediate};");
        else if (index.Type == IrType.Int32)
            Line($"mad.wide.s32 {result}, {Operand(index)}, {i.Immediate}, {pointer};");
        else if (i.Immediate == 1)
            Line($"add.s64 {result}, {pointer}, {Operand(index)};");
        else
            Line($"mad.lo.s64 {result}, {Operand(index)}, {i.Immediate}, {pointer};");
    }

    private string Narrow(string register64)
    {
        var result = registers.New(PtxRegisterClass.Bits32);
        Line($"cvt.u32.u64 {result}, {register64};");
        return result;
    }

    // Vectors of 8- and 16-bit elements travel as packed 32-bit words.
    private void EmitLoadVector(Instruction i)
    {
        var (count, size, results) = ((int)i.Immediate, i.Memory.Size(), resultsOf[i]);
        if (size >= 4)
        {
            LoadWords(i, LoadSuffix(i.Memory), results);
            return;
        }
        if (count * size < 4)
        {
            var half = registers.New(PtxRegisterClass.Bits16);
            var word = registers.New(PtxRegisterClass.Bits32);
            Line($"ld{Space(i)}.b16 {half}, {Address(i)};");
            Line($"cvt.u32.u16 {word}, {half};");
            Unpack(i.Memory, word, results);
            return;
        }
        var words = Enumerable.Range(0, count * size / 4).Select(_ => registers.New(PtxRegisterClass.Bits32)).ToArray();
        LoadWords(i, "b32", words);
        for (var w = 0; w < words.Length; w++)
            Unpack(i.Memory, words[w], results.AsSpan(w * 4 / size, 4 / size));
    }

    private void LoadWords(Instruction i, string suffix, string[] words) => Line(words.Length == 1
        ? $"ld{Space(i)}.{suffix} {words[0]}, {Address(i)};"
        : $"ld{Space(i)}.v{words.Length}.{suffix} {{{string.Join(", ", words)}}}, {Address(i)};");

    private void Unpack(MemoryType type, string word, ReadOnlySpan<string> elements)
    {
        if (type is MemoryType.Float16 or MemoryType.BFloat16)
        {
            Line($"mov.b32 {{{elements[0]}, {elements[1]}}}, {word};");
            return;
        }
        var width = 8 * type.Size();
        var signed = type is MemoryType.Int8 or MemoryType.Int16;
        for (var e = 0; e < elements.Length; e++)
            Line($"bfe.{(signed ? 's' : 'u')}32 {elements[e]}, {word}, {e * width}, {width};");
    }

    private void EmitStoreVector(Instruction i)
    {
        var (count, size) = ((int)i.Immediate, i.Memory.Size());
        if (size >= 4)
        {
            StoreWords(i, StoreSuffix(i.Memory), [.. i.Operands.Skip(1).Select(Register)]);
            return;
        }
        if (count * size < 4)
        {
            var word = PackBytes([Register(i.Operands[1]), Register(i.Operands[2])]);
            Line($"st{Space(i)}.u16 {Address(i)}, {word};");
            return;
        }
        var perWord = 4 / size;
        var words = new string[count / perWord];
        for (var w = 0; w < words.Length; w++)
        {
            var elements = i.Operands.AsSpan(1 + w * perWord, perWord);
            words[w] = i.Memory is MemoryType.Float16 or MemoryType.BFloat16
                ? PackHalves(elements[0], elements[1])
                : PackIntegers(elements, size);
        }
        StoreWords(i, "b32", words);
    }

    private void StoreWords(Instruction i, string suffix, string[] words) => Line(words.Length == 1
        ? $"st{Space(i)}.{suffix} {Address(i)}, {words[0]};"
        : $"st{Space(i)}.v{words.Length}.{suffix} {Address(i)}, {{{string.Join(", ", words)}}};");

    private string PackHalves(Value low, Value high)
    {
        var word = registers.New(PtxRegisterClass.Bits32);
        if (low.Type == high.Type && RoundedSource(low) is { } lowSource && RoundedSource(high) is { } highSource)
            EmitPack(word, low.Type, lowSource, highSource);
        else
            Line($"mov.b32 {word}, {{{Register(low)}, {Register(high)}}};");
        return word;
    }

    /// <summary>The float32 that a 16-bit float was rounded from: two such are rounded and packed by one instruction.</summary>
    private Value? RoundedSource(Value value) =>
        target.HasBFloat16Convert && value is Instruction { Op: Op.Convert } convert && convert.Operands[0].Type == IrType.Float32
            ? convert.Operands[0]
            : null;

    private string PackIntegers(ReadOnlySpan<Value> elements, int size)
    {
        var sources = new string[elements.Length];
        for (var e = 0; e < sources.Length; e++)
            sources[e] = Register(elements[e]);
        if (size == 1)
            return PackBytes(sources);
        var word = registers.New(PtxRegisterClass.Bits32);
        Line($"prmt.b32 {word}, {sources[0]}, {sources[1]}, 0x5410;");
        return word;
    }

    private string PackBytes(string[] bytes)
    {
        var low = registers.New(PtxRegisterClass.Bits32);
        Line($"prmt.b32 {low}, {bytes[0]}, {bytes[1]}, 0x0040;");
        if (bytes.Length == 2)
            return low;
        var (high, word) = (registers.New(PtxRegisterClass.Bits32), registers.New(PtxRegisterClass.Bits32));
        Line($"prmt.b32 {high}, {bytes[2]}, {bytes[3]}, 0x0040;");
        Line($"prmt.b32 {word}, {low}, {high}, 0x5410;");
        return word;
    }
}
