using System.Reflection.Emit;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Instructions: which of them become statements, and scalar expressions.</summary>
internal sealed partial class RegionEmitter
{
    private void EmitCode(BasicBlock block)
    {
        foreach (var i in block.Instructions)
        {
            if (i.Op == Op.Phi)
                Finish(i);
            else if (i.HasSideEffects || i.Op is Op.LoadVector or Op.Intrinsic)
                EmitEffect(i);
            else if (i.Op != Op.Extract && plan.IsUsed(i) && !plan.IsFolded(i) && plan.HoistOf(i) == HoistLevel.None)
                Define(i);
        }
    }

    private void EmitEffect(Instruction i)
    {
        switch (i.Op)
        {
            case Op.Store:
                EmitStore(i, i.Operands[0], i.Operands[1], 0);
                break;
            case Op.StoreVector:
                EmitStoreVector(i);
                break;
            case Op.LoadVector:
                EmitLoadVector(i);
                break;
            case Op.AtomicOp:
                EmitAtomic(i);
                break;
            case Op.ShuffleOp:
                EmitShuffle(i);
                break;
            case Op.Vote or Op.Ballot:
                EmitVote(i);
                break;
            case Op.Intrinsic:
                EmitIntrinsic(i);
                break;
            case Op.InlinePtx:
                throw NotOnTarget("inline PTX");
            case Op.Fence:
                il.Call(typeof(Interlocked).GetMethod(nameof(Interlocked.MemoryBarrier))!);
                break;
        }
    }

    private Runtime.KernelCompilationException NotOnTarget(string what) =>
        new(Frontend.Diagnostic.NotOnTarget, $"{what} on the CPU", [plan.Function.Name]);

    private void Define(Instruction i)
    {
        if (!IsVector(i))
        {
            DefineScalar(i);
        }
        else if (plan.IsStatement(i))
        {
            DefineByLanes(i);
        }
        else
        {
            var locals = PartLocals(i);
            for (var p = 0; p < locals.Length; p++)
            {
                PushVectorOperation(i, p);
                il.Store(locals[p]);
            }
        }
        Finish(i);
    }

    /// <summary>What follows once a value is in its locals: the register with it in all lanes, and the copy for use behind loops.</summary>
    private void Finish(Instruction i)
    {
        if (!plan.IsUsed(i))
            return;
        if (plan.WantsSplat(i))
            SetSplat(i);
        if (plan.IsCaptured(i))
        {
            var locals = CaptureLocals(i);
            for (var p = 0; p < locals.Length; p++)
            {
                var part = p;
                if (mask is null)
                    PushVector(i, p, i.Block!);
                else
                    Blend(mask, i.Type, p, () => PushVector(i, part, i.Block!), locals[p]);
                il.Store(locals[p]);
            }
        }
    }

    private void DefineScalar(Instruction i)
    {
        var local = ScalarLocal(i);
        if (i.Op == Op.Select)
        {
            // What the sides need prepared must not be prepared inside of one of them.
            foreach (var operand in i.Operands)
                Ready(operand);
            var otherwise = il.NewLabel();
            var end = il.NewLabel();
            PushScalar(i.Operands[0], i.Block!);
            il.JumpIfNot(otherwise);
            PushScalar(i.Operands[1], i.Block!);
            il.Store(local);
            il.Jump(end);
            il.Mark(otherwise);
            PushScalar(i.Operands[2], i.Block!);
            il.Store(local);
            il.Mark(end);
            return;
        }
        PushScalarOperation(i);
        il.Store(local);
    }

    private void Ready(Value value)
    {
        if (value is Parameter parameter)
        {
            ParameterLocal(parameter);
        }
        else if (value is Instruction i && plan.HoistOf(i) != HoistLevel.None)
        {
            HoistedLocal(i);
        }
        else if (value is Instruction part && plan.IsFolded(part))
        {
            foreach (var operand in part.Operands)
                Ready(operand);
        }
    }

    private void PushScalarOperation(Instruction i)
    {
        switch (i.Op)
        {
            case Op.ThreadIndex:
                PushThreadIndex(i.Immediate);
                return;
            case Op.GroupIndex:
                PushHeader(LaunchHeader.GroupIndex((int)i.Immediate));
                return;
            case Op.GridSize:
                PushHeader(LaunchHeader.GridSize((int)i.Immediate));
                return;
            case Op.GroupSize:
                il.Int32(plan.Launch.Size(i.Immediate));
                return;
            case Op.DynamicSharedSize:
                PushHeader(LaunchHeader.DynamicSharedSize);
                return;
            case Op.DynamicShared:
                PushScratch(plan.ScratchBytes);
                return;
            case Op.SharedArray:
                PushScratch(plan.SharedOffsetOf(i));
                return;
            case Op.LocalArray:
                PushLocalArray(i);
                return;
            case Op.LaneIndex:
                PushLinearIndex();
                il.Int32(CpuCompiler.WarpSize - 1);
                il.Emit(OpCodes.And);
                return;
            case Op.Load:
                PushScalar(i.Operands[0], i.Block!);
                LoadMemory(i.Memory);
                return;
            case Op.Offset:
                PushScalarOffset(i);
                return;
            case Op.Compare:
                PushScalarComparison(i);
                return;
            case Op.Select:
                throw new InvalidOperationException("A select is a statement.");
        }
        foreach (var operand in i.Operands)
            PushScalar(operand, i.Block!);
        PushScalarArithmetic(i);
    }

    private void PushHeader(int offset)
    {
        PushScratch(offset);
        il.Emit(OpCodes.Ldind_I4);
    }

    /// <summary>Linear index in the group of the vector's first work item.</summary>
    private void PushLinearIndex()
    {
        il.Load(vector);
        if (Lanes == 1)
            return;
        il.Int32(Lanes);
        il.Emit(OpCodes.Mul);
    }

    private void PushThreadIndex(long dimension)
    {
        var launch = plan.Launch;
        if (launch.Size(dimension) == 1)
        {
            il.Int32(0);
            return;
        }
        if (launch.Y == 1 && launch.Z == 1)
        {
            PushLinearIndex();
            return;
        }
        var row = launch.X / Lanes;
        il.Load(vector);
        if (dimension == 0)
        {
            il.Int32(row);
            il.Emit(OpCodes.Rem_Un);
            if (Lanes > 1)
            {
                il.Int32(Lanes);
                il.Emit(OpCodes.Mul);
            }
            return;
        }
        il.Int32(dimension == 1 ? row : row * launch.Y);
        il.Emit(OpCodes.Div_Un);
        if (dimension == 1 && launch.Z > 1)
        {
            il.Int32(launch.Y);
            il.Emit(OpCodes.Rem_Un);
        }
    }

    private void PushLocalArray(Instruction i)
    {
        PushScratch(plan.LocalOffset + plan.Local.OffsetOf(i));
        if (!plan.LocalIsPerVector)
            return;
        il.Load(vector);
        il.Int32(plan.Local.Bytes);
        il.Emit(OpCodes.Mul);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Add);
    }

    private long OffsetScale(Instruction i) =>
        i.Immediate * (i.Type == IrType.LocalPointer && plan.Local.IsInterleaved ? Lanes : 1);

    private void PushScalarOffset(Instruction i)
    {
        var scale = OffsetScale(i);
        PushScalar(i.Operands[0], i.Block!);
        if (i.Operands[1] is Constant c)
        {
            il.AddBytes(c.Bits * scale);
            return;
        }
        PushScalar(i.Operands[1], i.Block!);
        il.Emit(OpCodes.Conv_I);
        if (scale != 1)
        {
            il.Int64(scale);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Mul);
        }
        il.Emit(OpCodes.Add);
    }

    private void PushScalarComparison(Instruction i)
    {
        PushScalar(i.Operands[0], i.Block!);
        PushScalar(i.Operands[1], i.Block!);
        var isFloat = i.Operands[0].Type.IsFloat();
        var unsigned = (i.Unsigned && !isFloat) || i.Operands[0].Type.IsPointer();
        switch (i.Comparison)
        {
            case Comparison.Equal:
                il.Emit(OpCodes.Ceq);
                break;
            case Comparison.NotEqual:
                il.Emit(OpCodes.Ceq);
                Invert();
                break;
            case Comparison.Less:
                il.Emit(unsigned ? OpCodes.Clt_Un : OpCodes.Clt);
                break;
            case Comparison.Greater:
                il.Emit(unsigned ? OpCodes.Cgt_Un : OpCodes.Cgt);
                break;
            case Comparison.LessOrEqual:
                // For floats the unordered form, whose opposite is false on NaN.
                il.Emit(unsigned || isFloat ? OpCodes.Cgt_Un : OpCodes.Cgt);
                Invert();
                break;
            default:
                il.Emit(unsigned || isFloat ? OpCodes.Clt_Un : OpCodes.Clt);
                Invert();
                break;
        }
    }

    private void Invert()
    {
        il.Int32(0);
        il.Emit(OpCodes.Ceq);
    }

    /// <summary>The operands are on the stack.</summary>
    private void PushScalarArithmetic(Instruction i)
    {
        var type = i.Operands[0].Type;
        switch (i.Op)
        {
            case Op.Add:
                il.Emit(OpCodes.Add);
                break;
            case Op.Subtract:
                il.Emit(OpCodes.Sub);
                break;
            case Op.Multiply:
                il.Emit(OpCodes.Mul);
                break;
            case Op.Divide when i.Type.IsFloat():
                il.Emit(OpCodes.Div);
                break;
            case Op.Divide when KernelPlan.HasPlainDivisor(i):
                il.Emit(i.Unsigned ? OpCodes.Div_Un : OpCodes.Div);
                break;
            case Op.Remainder when i.Type.IsInteger() && KernelPlan.HasPlainDivisor(i):
                il.Emit(i.Unsigned ? OpCodes.Rem_Un : OpCodes.Rem);
                break;
            case Op.Negate:
                il.Emit(OpCodes.Neg);
                break;
            case Op.And:
                il.Emit(OpCodes.And);
                break;
            case Op.Or:
                il.Emit(OpCodes.Or);
                break;
            case Op.Xor:
                il.Emit(OpCodes.Xor);
                break;
            case Op.Not when type == IrType.Bool:
                Invert();
                break;
            case Op.Not:
                il.Emit(OpCodes.Not);
                break;
            case Op.ShiftLeft:
                il.Emit(OpCodes.Shl);
                break;
            case Op.ShiftRight:
                il.Emit(i.Unsigned ? OpCodes.Shr_Un : OpCodes.Shr);
                break;
            case Op.Extend:
                il.Emit((i.Immediate, i.Unsigned) switch
                {
                    (8, false) => OpCodes.Conv_I1,
                    (8, true) => OpCodes.Conv_U1,
                    (_, false) => OpCodes.Conv_I2,
                    _ => OpCodes.Conv_U2,
                });
                break;
            case Op.Bitcast:
                PushScalarBitcast(type, i.Type);
                break;
            case Op.Convert:
                PushScalarConversion(type, i.Type, i.Unsigned);
                break;
            default:
                il.Call(ScalarOps.Method(i));
                break;
        }
    }

    private void PushScalarBitcast(IrType from, IrType to)
    {
        var name = (from, to) switch
        {
            (IrType.Float32, IrType.Int32) => nameof(BitConverter.SingleToInt32Bits),
            (IrType.Int32, IrType.Float32) => nameof(BitConverter.Int32BitsToSingle),
            (IrType.Float64, IrType.Int64) => nameof(BitConverter.DoubleToInt64Bits),
            (IrType.Int64, IrType.Float64) => nameof(BitConverter.Int64BitsToDouble),
            _ => null,
        };
        if (name is not null)
            il.Call(typeof(BitConverter).GetMethod(name)!);
        else if (to is IrType.Float16 or IrType.BFloat16)
            il.Emit(OpCodes.Conv_U2);
    }

    private void PushScalarConversion(IrType from, IrType to, bool unsigned)
    {
        switch (from, to)
        {
            case (_, _) when from == to:
            case (IrType.Bool, IrType.Int32):
                return;
            case (IrType.Bool, IrType.Int64):
                il.Emit(OpCodes.Conv_I8);
                return;
            case (IrType.Int32 or IrType.Int64, IrType.Bool):
                il.Emit(OpCodes.Ldc_I4_0);
                if (from == IrType.Int64)
                    il.Emit(OpCodes.Conv_I8);
                il.Emit(OpCodes.Cgt_Un);
                return;
            case (IrType.Int32, IrType.Int64):
                il.Emit(unsigned ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
                return;
            case (IrType.Int64, IrType.Int32):
                il.Emit(OpCodes.Conv_I4);
                return;
            case (IrType.Int32, IrType.Float32) when !unsigned:
            case (IrType.Float64, IrType.Float32):
                il.Emit(OpCodes.Conv_R4);
                return;
            case (IrType.Int32 or IrType.Int64, IrType.Float64) when !unsigned:
            case (IrType.Float32, IrType.Float64):
                il.Emit(OpCodes.Conv_R8);
                return;
            case (IrType.Float32 or IrType.Float64, IrType.Int32 or IrType.Int64):
                il.Emit(OpCodes.Conv_R8);
                break;
            case (IrType.BFloat16, IrType.Float32 or IrType.Float64):
                il.Int32(16);
                il.Emit(OpCodes.Shl);
                PushScalarBitcast(IrType.Int32, IrType.Float32);
                if (to == IrType.Float64)
                    il.Emit(OpCodes.Conv_R8);
                return;
            case (IrType.Float16, IrType.Float64):
                il.Call(ScalarOps.Conversion(from, IrType.Float32, false));
                il.Emit(OpCodes.Conv_R8);
                return;
        }
        il.Call(ScalarOps.Conversion(from, to, unsigned));
    }
}
