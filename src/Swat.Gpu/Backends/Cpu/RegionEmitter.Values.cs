using System.Reflection.Emit;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Where values are kept, and how they come onto the evaluation stack.</summary>
internal sealed partial class RegionEmitter
{
    private readonly Dictionary<Value, LocalBuilder> scalars = [];
    private readonly Dictionary<Value, LocalBuilder> splats = [];
    private readonly Dictionary<Instruction, LocalBuilder[]> parts = [];
    private readonly Dictionary<Instruction, LocalBuilder[]> captures = [];
    private readonly Dictionary<Instruction, LocalBuilder> groupSlots = [];
    private readonly Dictionary<(string, long, int), LocalBuilder> prepared = [];

    private bool IsVector(Value value) => plan.Shapes.Of(value).IsVector;

    private LocalBuilder ScalarLocal(Value value)
    {
        if (!scalars.TryGetValue(value, out var local))
            scalars[value] = local = il.Local(ScalarOps.ClrType(value.Type));
        return local;
    }

    private LocalBuilder[] PartLocals(Instruction i)
    {
        if (!parts.TryGetValue(i, out var locals))
            parts[i] = locals = NewParts(i.Type);
        return locals;
    }

    /// <summary>Holds, for each lane, the value of the last round in which the lane took part.</summary>
    private LocalBuilder[] CaptureLocals(Instruction i)
    {
        if (!captures.TryGetValue(i, out var locals))
            captures[i] = locals = NewParts(i.Type);
        return locals;
    }

    private LocalBuilder[] NewParts(IrType type)
    {
        var locals = new LocalBuilder[plan.PartsOf(type)];
        for (var p = 0; p < locals.Length; p++)
            locals[p] = il.Local(ops.Of(VectorOps.Element(type)));
        return locals;
    }

    /// <summary>A local that is set before the vector's code.</summary>
    private LocalBuilder VectorLocal(string name, Type type, Action push, long number = 0)
    {
        if (!prepared.TryGetValue((name, number, 1), out var local))
            prepared[(name, number, 1)] = local = il.Local(type);
        Prepare(HoistLevel.Vector, local, () =>
        {
            push();
            il.Store(local);
        });
        return local;
    }

    /// <summary>A local that is set once for the group.</summary>
    private LocalBuilder GroupLocal(string name, Type type, Action push, long number = 0, int part = 0)
    {
        if (!prepared.TryGetValue((name, number, -2 - part), out var local))
            prepared[(name, number, -2 - part)] = local = il.Local(type);
        Prepare(HoistLevel.Group, local, () =>
        {
            push();
            il.Store(local);
        });
        return local;
    }

    private LocalBuilder ParameterLocal(Parameter parameter)
    {
        var local = ScalarLocal(parameter);
        Prepare(HoistLevel.Group, local, () =>
        {
            il.Argument(ArgumentsArgument);
            il.AddBytes(parameter.Offset);
            if (parameter.Type.IsPointer())
                LoadScalarFrom(parameter.Type);
            else
                LoadMemory(parameter.Memory);
            il.Store(local);
        });
        return local;
    }

    /// <summary>A hoisted value's scalar, set before the code that is being written.</summary>
    private LocalBuilder HoistedLocal(Instruction i)
    {
        var local = ScalarLocal(i);
        Prepare(plan.HoistOf(i), local, () => DefineScalar(i));
        return local;
    }

    private LocalBuilder[] HoistedParts(Instruction i)
    {
        var locals = PartLocals(i);
        Prepare(plan.HoistOf(i), i, () =>
        {
            for (var p = 0; p < locals.Length; p++)
            {
                PushVectorOperation(i, p);
                il.Store(locals[p]);
            }
        });
        return locals;
    }

    /// <summary>The register with a uniform value in all lanes, if there is one.</summary>
    private LocalBuilder? Splat(Value value)
    {
        if (!plan.WantsSplat(value))
            return null;
        if (!splats.TryGetValue(value, out var local))
            splats[value] = local = il.Local(ops.Of(VectorOps.Element(value.Type)));
        var level = value is Instruction i ? plan.HoistOf(i) : HoistLevel.Group;
        if (level != HoistLevel.None)
            Prepare(level, local, () => SetSplat(value));
        return local;
    }

    private void SetSplat(Value value)
    {
        if (!splats.TryGetValue(value, out var local))
            splats[value] = local = il.Local(ops.Of(VectorOps.Element(value.Type)));
        PushScalarAsElement(value);
        il.Call(ops.Create(VectorOps.Element(value.Type)));
        il.Store(local);
    }

    /// <summary>Lane 0's value of a scalar shape.</summary>
    private void PushScalar(Value value, BasicBlock user)
    {
        switch (value)
        {
            case Constant c:
                PushConstant(c);
                break;
            case Parameter p:
                il.Load(ParameterLocal(p));
                break;
            case Instruction i when plan.HoistOf(i) != HoistLevel.None:
                il.Load(HoistedLocal(i));
                break;
            case Instruction i when plan.IsFolded(i):
                PushScalarOperation(i);
                break;
            default:
                il.Load(ScalarLocal(value));
                break;
        }
    }

    private void PushConstant(Constant c)
    {
        switch (c.Type)
        {
            case IrType.Float32:
                il.Float32(c.AsFloat32);
                break;
            case IrType.Float64:
                il.Float64(c.AsFloat64);
                break;
            case IrType.Int64:
                il.Int64(c.Bits);
                break;
            default:
                il.Int32((int)c.Bits);
                if (c.Type.IsPointer())
                    il.Emit(OpCodes.Conv_I);
                break;
        }
    }

    /// <summary>Part <paramref name="p"/> of a value in vector form, whatever its shape.</summary>
    private void PushVector(Value value, int p, BasicBlock user)
    {
        if (value is Instruction instruction && plan.Shapes.IsCaptured(value, user))
        {
            il.Load(CaptureLocals(instruction)[p]);
            return;
        }
        var shape = plan.Shapes.Of(value);
        if (shape.IsVector)
        {
            var i = (Instruction)value;
            if (plan.HoistOf(i) != HoistLevel.None)
                il.Load(HoistedParts(i)[p]);
            else if (plan.IsFolded(i))
                PushVectorOperation(i, p);
            else
                il.Load(PartLocals(i)[p]);
            return;
        }
        if (shape.IsUniform && value is not Constant && Splat(value) is { } splat)
        {
            il.Load(splat);
            return;
        }
        var element = VectorOps.Element(value.Type);
        PushScalarAsElement(value, user);
        il.Call(ops.Create(element));
        if (shape.Stride == 0)
            return;
        PushIota(element, shape.Stride, p);
        il.Call(ops.Generic("Add", element, 2));
    }

    private void PushScalarAsElement(Value value, BasicBlock? user = null)
    {
        PushScalar(value, user ?? region.Start);
        if (value.Type == IrType.Bool)
            il.Emit(OpCodes.Neg);
        else if (value.Type.IsPointer())
            il.Emit(OpCodes.Conv_I8);
    }

    /// <summary>Lane number times <paramref name="stride"/>.</summary>
    private void PushIota(Type element, long stride, int part)
    {
        var vectorType = ops.Of(element);
        il.Load(GroupLocal(element.Name, vectorType, () =>
        {
            il.Call(vectorType.GetProperty("Indices")!.GetMethod!);
            var lanes = plan.VectorBits / (element == typeof(long) ? 64 : 32);
            if (part > 0)
            {
                PushNumber(part * lanes);
                il.Call(ops.Create(element));
                il.Call(ops.Generic("Add", element, 2));
            }
            if (stride == 1)
                return;
            PushNumber(stride);
            il.Call(ops.Create(element));
            il.Call(ops.Generic("Multiply", element, 2));
        }, stride, part));

        void PushNumber(long number)
        {
            if (element == typeof(long))
                il.Int64(number);
            else
                il.Int32((int)number);
        }
    }

    /// <summary>A mask for elements of the given type: 64-bit elements take the half of a 32-bit mask that covers them.</summary>
    private void PushMask(LocalBuilder[] lanes, Type element, int p)
    {
        if (element is { IsPrimitive: true } && (element == typeof(long) || element == typeof(double)))
        {
            il.Load(lanes[p / 2]);
            il.Call(ops.Overload(p % 2 == 0 ? "WidenLower" : "WidenUpper", typeof(int), 1));
            As(typeof(long), element);
            return;
        }
        il.Load(lanes[p]);
        As(typeof(int), element);
    }

    private void As(Type from, Type to)
    {
        if (from != to)
            il.Call(ops.As(from, to));
    }

    /// <summary>From the stack: the new value; keeps the old one in lanes that do not run. Leaves the result on the stack.</summary>
    private void Blend(LocalBuilder[] lanes, IrType type, int p, Action pushNew, LocalBuilder old)
    {
        var element = VectorOps.Element(type);
        PushMask(lanes, element, p);
        pushNew();
        il.Load(old);
        il.Call(ops.Generic("ConditionalSelect", element, 3));
    }

    /// <summary>Bit l is set if lane l runs.</summary>
    private void PushMaskBits(LocalBuilder[]? lanes)
    {
        if (lanes is null)
        {
            il.Int32((int)((1L << Lanes) - 1));
            return;
        }
        for (var p = 0; p < lanes.Length; p++)
        {
            il.Load(lanes[p]);
            il.Call(ops.Generic("ExtractMostSignificantBits", typeof(int), 1));
            il.Emit(OpCodes.Conv_I4);
            if (p == 0)
                continue;
            il.Int32(p * LanesPerPart);
            il.Emit(OpCodes.Shl);
            il.Emit(OpCodes.Or);
        }
    }

    /// <summary>Not zero if a lane runs.</summary>
    private void PushAny(LocalBuilder[] lanes)
    {
        for (var p = 0; p < lanes.Length; p++)
        {
            il.Load(lanes[p]);
            if (p > 0)
                il.Call(ops.Generic("BitwiseOr", typeof(int), 2));
        }
        il.Call(ops.Generic("ExtractMostSignificantBits", typeof(int), 1));
        il.Emit(OpCodes.Conv_I4);
    }

    /// <summary>All ones in each part, as bits.</summary>
    private int FullPart => (int)((1L << Math.Min(LanesPerPart, Lanes)) - 1);

    /// <summary>One bit a lane of a part, set where all parts have it.</summary>
    private void PushAllBits(LocalBuilder[] lanes)
    {
        for (var p = 0; p < lanes.Length; p++)
        {
            il.Load(lanes[p]);
            if (p > 0)
                il.Call(ops.Generic("BitwiseAnd", typeof(int), 2));
        }
        il.Call(ops.Generic("ExtractMostSignificantBits", typeof(int), 1));
        il.Emit(OpCodes.Conv_I4);
    }
}
