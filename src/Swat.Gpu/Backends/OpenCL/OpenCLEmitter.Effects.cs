using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>Statements: stores, atomics and what work items do together.</summary>
internal sealed partial class OpenCLEmitter
{
    private const string GroupBarrier = "barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);";
    private const string LocalBarrier = "barrier(CLK_LOCAL_MEM_FENCE);";

    private void WriteEffect(Instruction i)
    {
        switch (i.Op)
        {
            case Op.Store:
                WriteStore(i);
                return;
            case Op.StoreVector:
                WriteVectorStore(i);
                return;
            case Op.AtomicOp:
                var call = Atomic(i);
                FlushReads();
                WriteResult(i, call.Text);
                return;
            case Op.Barrier:
                FlushReads();
                Line(GroupBarrier);
                return;
            case Op.WarpBarrier:
                FlushReads();
                Line(target.Warp == OpenCLWarpSupport.InlinePtx ? $"{helpers.Use("swat_ptx_warp_barrier")}();" : GroupBarrier);
                return;
            case Op.Fence:
                FlushReads();
                Line("mem_fence(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);");
                return;
            case Op.ShuffleOp:
                WriteShuffle(i);
                return;
            case Op.Vote or Op.Ballot:
                WriteVote(i);
                return;
            case Op.InlinePtx:
                throw NotOnTarget("inline PTX");
            case Op.Intrinsic:
                throw NotOnTarget($"instruction {((TargetIntrinsic)i.Data!).Name}");
            default:
                throw new InvalidOperationException($"{i.Op} is not an effect.");
        }
    }

    private void WriteResult(Instruction i, string call)
    {
        if (uses.Count(i) == 0)
            Line($"{call};");
        else
            Assign(i, call);
    }

    private Expression Atomic(Instruction i)
    {
        var pointerType = i.Operands[0].Type;
        if (pointerType == IrType.LocalPointer)
            throw NotOnTarget("atomic operation on memory of one work item");
        var space = pointerType == IrType.SharedPointer ? "local" : "global";
        var address = Read(i.Operands[0]);
        var wide = i.Memory.Size() == 8;
        if (wide)
        {
            if (!target.HasInt64Atomics)
                throw NotOnTarget("64-bit atomic operation on a device without cl_khr_int64_base_atomics");
            extensions.Add("cl_khr_int64_base_atomics");
        }
        return i.Memory is MemoryType.Float32 or MemoryType.Float64
            ? FloatAtomic(i, space, address)
            : IntegerAtomic(i, space, address, wide);
    }

    private static Expression Pointer(string space, string type, Expression address) =>
        Cast($"volatile __{space} {type}*", address);

    private Expression FloatAtomic(Instruction i, string space, Expression address)
    {
        var (type, bits) = i.Memory == MemoryType.Float32 ? ("float", "uint") : ("double", "ulong");
        var pointer = Pointer(space, bits, address);
        switch (i.Atomic)
        {
            case AtomicKind.Exchange when type == "float":
                return Call("atomic_xchg", Pointer(space, type, address), Read(i.Operands[1]));
            case AtomicKind.Exchange:
                return Call(helpers.Use($"swat_atomic_exchange_double_{space}"), pointer, Read(i.Operands[1]));
            case AtomicKind.CompareExchange:
                var exchange = Call(type == "float" ? "atomic_cmpxchg" : "atom_cmpxchg", pointer,
                    Call($"as_{bits}", Read(i.Operands[1])), Call($"as_{bits}", Read(i.Operands[2])));
                return Call($"as_{type}", exchange);
            case AtomicKind.Add or AtomicKind.Min or AtomicKind.Max:
                var name = i.Atomic.ToString().ToLowerInvariant();
                return Call(helpers.Use($"swat_atomic_{name}_{type}_{space}"), pointer, Read(i.Operands[1]));
            default:
                throw NotOnTarget($"atomic {i.Atomic} of floats");
        }
    }

    private Expression IntegerAtomic(Instruction i, string space, Expression address, bool wide)
    {
        var unsigned = i.Unsigned && i.Atomic is AtomicKind.Min or AtomicKind.Max;
        var type = unsigned ? CTypes.Unsigned(i.Type) : CTypes.Of(i.Type);
        var prefix = wide ? "atom" : "atomic";
        Expression Argument(int index) => unsigned ? Unsigned(i.Operands[index]) : Signed(i.Operands[index]);
        if (wide && i.Atomic is AtomicKind.Min or AtomicKind.Max or AtomicKind.And or AtomicKind.Or or AtomicKind.Xor)
        {
            var name = i.Atomic.ToString().ToLowerInvariant();
            if (!target.HasInt64ExtendedAtomics)
            {
                return Call(helpers.Use($"swat_atomic_{name}_{type}_{space}"), Pointer(space, "ulong", address), Argument(1))
                    with
                { IsUnsigned = unsigned };
            }
            extensions.Add("cl_khr_int64_extended_atomics");
        }
        var pointer = Pointer(space, type, address);
        var result = i.Atomic switch
        {
            AtomicKind.Exchange => Call($"{prefix}_xchg", pointer, Argument(1)),
            AtomicKind.CompareExchange => Call($"{prefix}_cmpxchg", pointer, Argument(1), Argument(2)),
            _ => Call($"{prefix}_{i.Atomic.ToString().ToLowerInvariant()}", pointer, Argument(1)),
        };
        return result with { IsUnsigned = unsigned };
    }

    private void WriteShuffle(Instruction i)
    {
        var value = Signed(i.Operands[0]);
        var lane = Lane(i);
        FlushReads();
        if (uses.Count(i) == 0)
            return;
        if (target.Warp == OpenCLWarpSupport.InlinePtx)
        {
            Assign(i, $"{helpers.Use($"swat_ptx_shuffle_{CTypes.Of(i.Type)}")}({value}, {lane})");
            return;
        }
        var scratch = $"((__local {CTypes.Of(i.Type)}*){WarpScratch})";
        Line($"{scratch}[{helpers.Use("swat_item_in_group")}()] = {value};");
        Line(LocalBarrier);
        AssignWhereDue(i, $"{scratch}[{helpers.Use("swat_source_of_shuffle")}({lane})]");
        Line(LocalBarrier);
    }

    /// <summary>The lane that a shuffle reads.</summary>
    private Expression Lane(Instruction i)
    {
        var argument = Signed(i.Operands[1]);
        if (i.Shuffle == ShuffleKind.Index)
            return argument;
        var symbol = i.Shuffle switch { ShuffleKind.Down => "+", ShuffleKind.Up => "-", _ => "^" };
        return Combine($"({helpers.Use("swat_item_in_group")}() & 31) {symbol} {argument.Within(Precedence.Unary)}", Precedence.Bitwise,
            isUnsigned: false, argument);
    }

    private void WriteVote(Instruction i)
    {
        var predicate = Read(i.Operands[0]);
        FlushReads();
        if (uses.Count(i) == 0)
            return;
        // All lanes agree if none of those that are asked says no.
        var asksAll = i is { Op: Op.Vote, Immediate: 0 };
        var bit = asksAll ? $"!{predicate.Within(Precedence.Primary)}" : predicate.Text;
        string ballot;
        if (target.Warp == OpenCLWarpSupport.InlinePtx)
        {
            ballot = $"{helpers.Use("swat_ptx_ballot")}({bit})";
        }
        else
        {
            if (due is not null)
                bit = $"{due} && ({bit})";
            Line($"((__local int*){WarpScratch})[{helpers.Use("swat_item_in_group")}()] = {bit};");
            Line(LocalBarrier);
            ballot = $"{helpers.Use("swat_ballot")}((__local const int*){WarpScratch})";
        }
        AssignWhereDue(i, i.Op == Op.Ballot ? ballot : $"{ballot} {(asksAll ? "==" : "!=")} 0");
        if (target.Warp == OpenCLWarpSupport.LocalMemory)
            Line(LocalBarrier);
    }

    private void AssignWhereDue(Instruction i, string text)
    {
        if (due is null)
        {
            Assign(i, text);
            return;
        }
        Line($"if ({due})");
        indent++;
        Assign(i, text);
        indent--;
    }
}
