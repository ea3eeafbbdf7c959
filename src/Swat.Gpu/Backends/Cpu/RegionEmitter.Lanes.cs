using System.Reflection;
using System.Reflection.Emit;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// What has no vector form runs in a loop over lanes: operands are written to lane buffers in scratch memory, and results read back.
/// </summary>
internal sealed partial class RegionEmitter
{
    private LocalBuilder laneBits => field ??= il.Local(typeof(int));

    private LocalBuilder lane => field ??= il.Local(typeof(int));

    private static int LaneSize(IrType type) => VectorOps.Element(type) is var e && (e == typeof(long) || e == typeof(double)) ? 8 : 4;

    private void WriteBuffer(int buffer, Value value, BasicBlock user)
    {
        for (var p = 0; p < plan.PartsOf(value.Type); p++)
        {
            var part = p;
            StoreRegister(
                VectorOps.Element(value.Type),
                () => PushScratch(plan.LaneBufferOffset(buffer) + (part * plan.VectorBits / 8)),
                () => PushVector(value, part, user));
        }
    }

    private void ReadBuffer(int buffer, IrType type, LocalBuilder[] locals)
    {
        for (var p = 0; p < locals.Length; p++)
        {
            PushScratch(plan.LaneBufferOffset(buffer) + (p * plan.VectorBits / 8));
            il.Call(ops.Load(VectorOps.Element(type)));
            il.Store(locals[p]);
        }
    }

    /// <summary>Each lane's address, in a buffer.</summary>
    private void WriteAddresses(int buffer, Value address, int displacement, int elementSize, BasicBlock user)
    {
        for (var p = 0; p < 2 * plan.Parts; p++)
        {
            var part = p;
            StoreRegister(
                typeof(long), () => PushScratch(plan.LaneBufferOffset(buffer) + (part * plan.VectorBits / 8)), () => PushAddresses(part));
        }

        void PushAddresses(int p)
        {
            PushVector(address, p, user);
            if (address.Type == IrType.LocalPointer && plan.Local.IsInterleaved)
            {
                PushIota(typeof(long), elementSize, p);
                il.Call(ops.Generic("Add", typeof(long), 2));
            }
            if (displacement != 0)
            {
                il.Int64(displacement);
                il.Call(ops.Create(typeof(long)));
                il.Call(ops.Generic("Add", typeof(long), 2));
            }
        }
    }

    /// <summary>The address of the current lane's element in a buffer.</summary>
    private void PushLaneElement(int buffer, IrType type)
    {
        PushScratch(plan.LaneBufferOffset(buffer));
        il.Load(lane);
        il.Int32(LaneSize(type));
        il.Emit(OpCodes.Mul);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Add);
    }

    private void LoadLaneElement(int buffer, IrType type)
    {
        PushLaneElement(buffer, type);
        LoadScalarFrom(type);
    }

    /// <summary>The current lane's address, as a pointer.</summary>
    private void LoadLaneAddress(int buffer)
    {
        PushLaneElement(buffer, IrType.Int64);
        il.Emit(OpCodes.Ldind_I);
    }

    /// <summary>Runs <paramref name="body"/> for each lane that runs, in ascending order.</summary>
    private void ForEachLane(LocalBuilder[]? lanes, Action body)
    {
        var top = il.NewLabel();
        var end = il.NewLabel();
        PushMaskBits(lanes);
        il.Store(laneBits);
        il.Mark(top);
        il.Load(laneBits);
        il.JumpIfNot(end);
        il.Load(laneBits);
        il.Call(typeof(ScalarMath).GetMethod(nameof(ScalarMath.TrailingZeros), [typeof(int)])!);
        il.Store(lane);
        body();
        il.Load(laneBits);
        il.Load(laneBits);
        il.Int32(1);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.And);
        il.Store(laneBits);
        il.Jump(top);
        il.Mark(end);
    }

    private void DefineByLanes(Instruction i)
    {
        var locals = PartLocals(i);
        if (i.Op == Op.Load)
        {
            if (NeedsLaneAccess(i.Operands[0], i.Block!, i.Memory))
            {
                LoadByLanes(i, i.Operands[0], 0, locals);
                return;
            }
            for (var p = 0; p < locals.Length; p++)
            {
                PushVectorLoad(i, i.Operands[0], 0, p);
                il.Store(locals[p]);
            }
            return;
        }
        for (var k = 0; k < i.Operands.Length; k++)
            WriteBuffer(k, i.Operands[k], i.Block!);
        var result = i.Operands.Length;
        ForEachLane(null, () =>
        {
            PushLaneElement(result, i.Type);
            foreach (var (operand, k) in i.Operands.Select((o, k) => (o, k)))
                LoadLaneElement(k, operand.Type);
            il.Call(ScalarOps.Method(i));
            StoreScalarTo(i.Type);
        });
        ReadBuffer(result, i.Type, locals);
    }

    private void LoadByLanes(Instruction i, Value address, int displacement, LocalBuilder[] locals)
    {
        var type = i.Memory.RegisterType();
        WriteAddresses(0, address, displacement, i.Memory.Size(), i.Block!);
        ForEachLane(mask, () =>
        {
            PushLaneElement(1, type);
            LoadLaneAddress(0);
            LoadMemory(i.Memory);
            StoreScalarTo(type);
        });
        ReadBuffer(1, type, locals);
    }

    private void StoreByLanes(Instruction i, Value address, Value value, int displacement)
    {
        WriteAddresses(0, address, displacement, i.Memory.Size(), i.Block!);
        WriteBuffer(1, value, i.Block!);
        ForEachLane(mask, () =>
        {
            LoadLaneAddress(0);
            LoadLaneElement(1, value.Type);
            StoreMemory(i.Memory);
        });
    }

    private void EmitAtomic(Instruction i)
    {
        var element = ScalarOps.ClrType(i.Type);
        var types = new List<Type> { element.MakePointerType() };
        types.AddRange(i.Operands.Skip(1).Select(_ => element));
        var name = i.Atomic.ToString() + (i.Unsigned && i.Atomic is AtomicKind.Min or AtomicKind.Max && i.Type.IsInteger() ? "Unsigned" : "");
        if (!i.Unsigned)
            name = i.Atomic.ToString();
        var method = typeof(LaneAtomics).GetMethod(name, [.. types]) ?? throw NotOnTarget($"atomic {i.Atomic} on {i.Memory}");
        if (Lanes == 1)
        {
            foreach (var operand in i.Operands)
                PushScalar(operand, i.Block!);
            il.Call(method);
            il.Store(ScalarLocal(i));
            return;
        }
        WriteAddresses(0, i.Operands[0], 0, i.Memory.Size(), i.Block!);
        for (var k = 1; k < i.Operands.Length; k++)
            WriteBuffer(k, i.Operands[k], i.Block!);
        var result = i.Operands.Length;
        ForEachLane(mask, () =>
        {
            PushLaneElement(result, i.Type);
            LoadLaneAddress(0);
            for (var k = 1; k < i.Operands.Length; k++)
                LoadLaneElement(k, i.Type);
            il.Call(method);
            StoreScalarTo(i.Type);
        });
        if (!plan.IsUsed(i))
            return;
        ReadBuffer(result, i.Type, PartLocals(i));
        Finish(i);
    }

    private void EmitShuffle(Instruction i)
    {
        if (!plan.IsUsed(i))
            return;
        if (Lanes != CpuCompiler.WarpSize)
            throw new InvalidOperationException("Warp operations need a vector of one warp.");
        var locals = PartLocals(i);
        if (i.Operands[1] is Constant { Bits: var by } && plan.PartsOf(i.Type) == plan.Parts)
        {
            // The value may be in the very locals that the result goes to only if it is not; they are different instructions.
            for (var p = 0; p < locals.Length; p++)
            {
                PushConstantShuffle(i, p, (int)by);
                il.Store(locals[p]);
            }
        }
        else
        {
            WriteBuffer(0, i.Operands[0], i.Block!);
            WriteBuffer(1, i.Operands[1], i.Block!);
            ForEachLane(mask, () =>
            {
                PushLaneElement(2, i.Type);
                PushScratch(plan.LaneBufferOffset(0));
                il.Int32((int)i.Shuffle);
                il.Load(lane);
                LoadLaneElement(1, IrType.Int32);
                il.Call(typeof(LaneShuffle).GetMethod(nameof(LaneShuffle.Source))!);
                il.Int32(LaneSize(i.Type));
                il.Emit(OpCodes.Mul);
                il.Emit(OpCodes.Conv_I);
                il.Emit(OpCodes.Add);
                LoadScalarFrom(i.Type);
                StoreScalarTo(i.Type);
            });
            ReadBuffer(2, i.Type, locals);
        }
        Finish(i);
    }

    /// <summary>Takes each lane of a part from the part that has it, by one permutation a source part.</summary>
    private void PushConstantShuffle(Instruction i, int p, int by)
    {
        var element = VectorOps.Element(i.Type);
        var sources = Enumerable.Range(p * LanesPerPart, LanesPerPart).Select(l => LaneShuffle.Source((int)i.Shuffle, l, by)).ToArray();
        var isFirst = true;
        foreach (var part in sources.Select(s => s / LanesPerPart).Distinct().Order())
        {
            if (!isFirst)
            {
                // Stack: what earlier parts gave. Lanes of this part replace it.
                var before = il.Local(ops.Of(element));
                il.Store(before);
                PushNumbers(sources.Select(s => s / LanesPerPart == part ? -1 : 0));
                As(typeof(int), element);
                PushPermutation(part);
                il.Load(before);
                il.Call(ops.Generic("ConditionalSelect", element, 3));
                continue;
            }
            PushPermutation(part);
            isFirst = false;
        }

        void PushPermutation(int part)
        {
            PushVector(i.Operands[0], part, i.Block!);
            As(element, typeof(int));
            PushNumbers(sources.Select(s => s % LanesPerPart));
            il.Call(ops.Overload("Shuffle", typeof(int), 2));
            As(typeof(int), element);
        }
    }

    private void PushNumbers(IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
            il.Int32(number);
        il.Call(ops.CreateFrom(typeof(int)));
    }

    private void EmitVote(Instruction i)
    {
        if (!plan.IsUsed(i))
            return;
        if (Lanes == 1)
            throw new InvalidOperationException("Warp operations need a vector of one warp.");
        var lanes = NewParts(IrType.Bool);
        SetMask(lanes, p =>
        {
            PushVector(i.Operands[0], p, i.Block!);
            if (mask is null)
                return;
            il.Load(mask[p]);
            il.Call(ops.Generic("BitwiseAnd", typeof(int), 2));
        });
        PushMaskBits(lanes);
        if (i.Op == Op.Vote)
        {
            if (i.Immediate == 0)
            {
                PushMaskBits(mask);
                il.Emit(OpCodes.Ceq);
            }
            else
            {
                il.Int32(0);
                il.Emit(OpCodes.Cgt_Un);
            }
        }
        il.Store(ScalarLocal(i));
        Finish(i);
    }

    private void EmitIntrinsic(Instruction i)
    {
        var intrinsic = (TargetIntrinsic)i.Data!;
        var method = CpuIntrinsics.Find(intrinsic.Name) ?? throw NotOnTarget(intrinsic.Name);
        var results = plan.ExtractsOf(i);
        if (Lanes != CpuCompiler.WarpSize)
            throw new InvalidOperationException("Intrinsics need a vector of one warp.");
        for (var k = 0; k < i.Operands.Length; k++)
        {
            if (i.Operands[k].Type.IsPointer())
                WriteAddresses(k, i.Operands[k], 0, 0, i.Block!);
            else
                WriteBuffer(k, i.Operands[k], i.Block!);
        }
        PushScratch(plan.LaneBufferOffset(0));
        PushScratch(plan.LaneBufferOffset(i.Operands.Length));
        PushMaskBits(mask);
        il.Call(method);
        foreach (var result in results)
        {
            ReadBuffer(i.Operands.Length + (int)result.Immediate, result.Type, PartLocals(result));
            Finish(result);
        }
    }
}
