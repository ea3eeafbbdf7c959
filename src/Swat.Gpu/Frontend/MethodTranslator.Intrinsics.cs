using System.Reflection;
using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>Members of the engine's own surface that mean an operation of the device.</summary>
internal sealed partial class MethodTranslator
{
    private Symbol? Intrinsic(KernelIntrinsicAttribute intrinsic, MethodInfo target, Symbol[] args)
    {
        var options = context.Options;
        var dimension = intrinsic.Immediate;
        switch (intrinsic.Id)
        {
            case IntrinsicId.Operation:
                return Operation(intrinsic.Op, intrinsic.Approximate, target, args);
            case IntrinsicId.ThreadIndex:
                return Position(Op.ThreadIndex, dimension);
            case IntrinsicId.GroupIndex:
                return Position(Op.GroupIndex, dimension);
            case IntrinsicId.GroupSize:
                return new Symbol.Scalar(GroupSize(dimension));
            case IntrinsicId.GridSize:
                return Position(Op.GridSize, dimension);
            case IntrinsicId.WarpSize:
                return new Symbol.Scalar(Constant.Int32(options.WarpSize));
            case IntrinsicId.LaneIndex:
                return new Symbol.Scalar(Emit(Op.LaneIndex, IrType.Int32));
            case IntrinsicId.GroupBarrier:
                Emit(new Instruction(Op.Barrier, IrType.Void) { Data = context.MethodChain });
                return null;
            case IntrinsicId.WarpBarrier:
                Emit(Op.WarpBarrier, IrType.Void);
                return null;
            case IntrinsicId.Fence:
                Emit(new Instruction(Op.Fence, IrType.Void) { Immediate = dimension });
                return null;
            case IntrinsicId.Shuffle:
                return Shuffle(ShuffleKind.Index, args[0], ValueOf(args[1]));
            case IntrinsicId.ShuffleDown:
                return Shuffle(ShuffleKind.Down, args[0], ValueOf(args[1]));
            case IntrinsicId.ShuffleUp:
                return Shuffle(ShuffleKind.Up, args[0], ValueOf(args[1]));
            case IntrinsicId.ShuffleXor:
                return Shuffle(ShuffleKind.Xor, args[0], ValueOf(args[1]));
            case IntrinsicId.VoteAll or IntrinsicId.VoteAny:
                var vote = new Instruction(Op.Vote, IrType.Bool, IsNotZero(ValueOf(args[0]))) { Immediate = intrinsic.Id == IntrinsicId.VoteAny ? 1 : 0 };
                return new Symbol.Scalar(Convert(Emit(vote), IrType.Int32));
            case IntrinsicId.Ballot:
                return new Symbol.Scalar(Emit(Op.Ballot, IrType.Int32, IsNotZero(ValueOf(args[0]))));
            case IntrinsicId.SharedAllocate:
                return AllocateArray(Op.SharedArray, IrType.SharedPointer, target, args);
            case IntrinsicId.LocalAllocate:
                return AllocateArray(Op.LocalArray, IrType.LocalPointer, target, args);
            case IntrinsicId.SharedDynamic:
                var element = TypeShape.Of(target.GetGenericArguments()[0]);
                var bytes = Emit(Op.DynamicSharedSize, IrType.Int32);
                var length = Binary(Op.Divide, bytes, Constant.Int32(element.Size), unsigned: true);
                return View(Emit(Op.DynamicShared, IrType.SharedPointer), Convert(length, IrType.Int64));
            case >= IntrinsicId.AtomicAdd and <= IntrinsicId.AtomicCompareExchange:
                return Atomic(intrinsic.Id - IntrinsicId.AtomicAdd + AtomicKind.Add, target, args);
            case >= IntrinsicId.ViewElement and <= IntrinsicId.ViewIdentity:
                return ViewMember(intrinsic.Id, target, args);
            case IntrinsicId.Bitcast:
                var to = TypeShape.Of(target.ReturnType);
                return new Symbol.Scalar(Bitcast(ValueOf(args[0]), to));
            case IntrinsicId.SizeOf:
                return new Symbol.Scalar(Constant.Int32(TypeShape.Of(target.GetGenericArguments()[0]).Size));
            case IntrinsicId.CudaAsmIsSupported:
                return new Symbol.Scalar(Constant.Int32(options.Target == CompileTarget.Cuda ? 1 : 0));
            case IntrinsicId.CudaAsmEmit:
                InlinePtx(target, args, byReference: false);
                return null;
            case IntrinsicId.CudaAsmEmitRef:
                InlinePtx(target, args, byReference: true);
                return null;
            default:
                throw Error(Diagnostic.NotOnTarget, Describe(target));
        }
    }

    private Symbol Position(Op op, int dimension) =>
        new Symbol.Scalar(Emit(new Instruction(op, IrType.Int32) { Immediate = dimension }));

    private Value GroupSize(int dimension) => context.Options.GroupSize is var (x, y, z)
        ? Constant.Int32(dimension switch { 0 => x, 1 => y, _ => z })
        : Emit(new Instruction(Op.GroupSize, IrType.Int32) { Immediate = dimension });

    /// <summary>An operation named by the C# signature: parameter types say signedness, the return type says the result.</summary>
    private Symbol Operation(Op op, bool approximate, MethodInfo target, Symbol[] args)
    {
        var parameters = target.GetParameters();
        var operands = args.Select(ValueOf).ToArray();
        var isUnsigned = parameters.Length > 0 && IsUnsigned(parameters[0].ParameterType);
        var result = TypeShape.Of(target.ReturnType);
        if (op == Op.Select)
            operands[0] = IsNotZero(operands[0]);
        else if (op is not (Op.Convert or Op.ShiftLeft or Op.ShiftRight or Op.Bitcast) && operands.Length == 2)
            (operands[0], operands[1]) = Unify(operands[0], operands[1], isUnsigned);
        if (op == Op.Convert)
            return new Symbol.Scalar(Convert(operands[0], result.Scalar, isUnsigned || (operands[0].Type.IsFloat() && IsUnsigned(target.ReturnType))));
        if (op == Op.Compare)
            throw Error(Diagnostic.UnsupportedInstruction, Describe(target));
        return new Symbol.Scalar(Emit(new Instruction(op, result.Scalar, operands) { Unsigned = isUnsigned, Approximate = approximate }));
    }

    private static bool IsUnsigned(Type type) =>
        Type.GetTypeCode(type) is TypeCode.Byte or TypeCode.UInt16 or TypeCode.UInt32 or TypeCode.UInt64 or TypeCode.Char || type == typeof(nuint);

    private Value Bitcast(Value value, TypeShape to)
    {
        if (value.Type == to.Scalar)
            return value;
        var cast = Emit(Op.Bitcast, to.Scalar, value);
        return cast;
    }

    /// <summary>Shuffles each scalar of a value; 16-bit ones travel as 32 bits.</summary>
    private Symbol Shuffle(ShuffleKind kind, Symbol symbol, Value lane)
    {
        if (symbol is Symbol.Aggregate { Fields: var fields })
            return new Symbol.Aggregate([.. fields.Select(f => Shuffle(kind, f, lane))]);
        var value = ValueOf(symbol);
        var type = value.Type;
        var isSmall = type is IrType.Float16 or IrType.BFloat16;
        if (isSmall)
            value = Emit(Op.Bitcast, IrType.Int32, value);
        var moved = Emit(new Instruction(Op.ShuffleOp, value.Type, value, lane) { Shuffle = kind });
        return new Symbol.Scalar(isSmall ? Emit(Op.Bitcast, type, moved) : moved);
    }

    private Symbol.Aggregate View(Value pointer, Value length) => new([new Symbol.Scalar(pointer), new Symbol.Scalar(length)]);

    private Symbol AllocateArray(Op op, IrType type, MethodInfo target, Symbol[] args)
    {
        var element = TypeShape.Of(target.GetGenericArguments()[0]);
        if (!element.IsStorable)
            throw Error(Diagnostic.UnsupportedType, $"array of {element.Type.Name}");
        var length = args.Select(a => RequireConstant(a, $"length in {Describe(target)}")).Aggregate(1, (a, b) => a * b);
        if (length <= 0)
            throw Error(Diagnostic.NotConstant, $"length {length} in {Describe(target)}");
        return View(context.Allocate(op, type, checked(length * element.Size)), Constant.Int64(length));
    }

    private Symbol Atomic(AtomicKind kind, MethodInfo target, Symbol[] args)
    {
        var type = target.GetParameters()[0].ParameterType.GetElementType()!;
        var shape = TypeShape.Of(type);
        if (AddressIn(args[0]) is not { } address)
            throw Error(Diagnostic.UnsupportedInstruction, "atomic operation on a local variable");
        var operands = args[1..].Select(a => AsScalarOf(ValueOf(a), shape));
        return new Symbol.Scalar(Emit(new Instruction(Op.AtomicOp, shape.Scalar, [address, .. operands])
        {
            Atomic = kind,
            Memory = shape.Memory,
            Unsigned = IsUnsigned(type),
        }));

        static Value? AddressIn(Symbol symbol) => symbol is Symbol.Scalar { Value: { } value } && value.Type.IsPointer() ? value : null;
    }

    private Symbol ViewMember(IntrinsicId id, MethodInfo target, Symbol[] args)
    {
        var view = ViewOf(args[0]);
        var pointer = ValueOf(view.Fields[0]);
        var length = ValueOf(view.Fields[1]);
        var owner = target.IsStatic ? target.GetParameters()[0].ParameterType : target.DeclaringType!;
        var size = TypeShape.Of((owner.IsByRef ? owner.GetElementType()! : owner).GetGenericArguments()[0]).Size;
        var checks = context.Function.BoundsChecks;
        switch (id)
        {
            case IntrinsicId.ViewElement when checks is not null:
                return new Symbol.Scalar(CheckedElement(checks, pointer, length, ValueOf(args[1]), size));
            case IntrinsicId.ViewSubView when checks is not null:
                return CheckedSubView(checks, pointer, length, ValueOf(args[1]), ValueOf(args[2]), size);
            case IntrinsicId.ViewSubViewToEnd when checks is not null:
                return CheckedSubView(checks, pointer, length, ValueOf(args[1]), null, size);
            case IntrinsicId.ViewElement:
                return new Symbol.Scalar(OffsetBy(pointer, ValueOf(args[1]), size));
            case IntrinsicId.ViewLength:
                return new Symbol.Scalar(length);
            case IntrinsicId.ViewIntLength:
                return new Symbol.Scalar(Convert(length, IrType.Int32));
            case IntrinsicId.ViewSubView:
                return View(OffsetBy(pointer, ValueOf(args[1]), size), Convert(ValueOf(args[2]), IrType.Int64));
            case IntrinsicId.ViewSubViewToEnd:
                var first = ValueOf(args[1]);
                return View(OffsetBy(pointer, first, size), Binary(Op.Subtract, length, Convert(first, IrType.Int64)));
            case IntrinsicId.ViewCast:
                var other = TypeShape.Of(target.GetGenericArguments()[^1]).Size;
                var bytes = Binary(Op.Multiply, length, Constant.Int64(size));
                return View(pointer, size == other ? length : Binary(Op.Divide, bytes, Constant.Int64(other), unsigned: true));
            case IntrinsicId.ViewIdentity:
                return view;
            default:
                return new Symbol.Scalar(Convert(EmitCompare(Comparison.Greater, length, Constant.Int64(0), false), IrType.Int32));
        }

        Symbol.Aggregate ViewOf(Symbol symbol) => symbol switch
        {
            Symbol.Aggregate aggregate => aggregate,
            Symbol.Reference { Variable: var variable } => ViewOf(Ssa.Read(variable, block)),
            _ => throw Error(Diagnostic.UnsupportedType, $"view {symbol}"),
        };
    }

    /// <summary>
    /// CudaAsm.Emit(text, inputs…), Emit(text, out result, inputs…) and EmitRef(text, ref Input/Output/Ref…): placeholders follow the
    /// order of the C# arguments behind the text.
    /// </summary>
    private void InlinePtx(MethodInfo target, Symbol[] args, bool byReference)
    {
        if (context.Options.Target != CompileTarget.Cuda)
            throw Error(Diagnostic.NotOnTarget, "inline PTX");
        if (args[0] is not Symbol.Text { Value: var template })
            throw Error(Diagnostic.NotConstant, "PTX text");
        var parameters = target.GetParameters();
        var operands = new List<InlineAssemblyOperand>();
        var inputs = new List<Value>();
        var outputs = new List<(Symbol Address, TypeShape Shape)>();
        for (var i = 1; i < args.Length; i++)
        {
            var type = parameters[i].ParameterType;
            type = type.IsByRef ? type.GetElementType()! : type;
            var address = args[i];
            var role = !byReference ? (parameters[i].IsOut ? "Output" : "Input") : type.Name.Split('`')[0];
            if (byReference)
            {
                var wrapper = TypeShape.Of(type);
                address = FieldAddress(address, wrapper.Fields[0].Field);
                type = wrapper.Fields[0].Field.FieldType;
            }
            var shape = TypeShape.Of(type);
            var input = -1;
            if (role != "Output")
            {
                input = inputs.Count;
                inputs.Add(ValueOf(byReference ? LoadFrom(address, type) : address));
            }
            var output = -1;
            if (role != "Input")
            {
                output = outputs.Count;
                outputs.Add((address, shape));
            }
            operands.Add(new InlineAssemblyOperand(shape.Kind == ShapeKind.Scalar ? shape.Scalar : inputs[input].Type, input, output));
        }
        var instruction = Emit(new Instruction(Op.InlinePtx, IrType.Void, [.. inputs]) { Data = new InlineAssembly(template, operands) });
        for (var i = 0; i < outputs.Count; i++)
        {
            var (address, shape) = outputs[i];
            var result = Emit(new Instruction(Op.Extract, shape.Scalar, instruction) { Immediate = i });
            StoreTo(address, new Symbol.Scalar(result), shape);
        }
    }

    /// <summary>
    /// A method marked with <see cref="TargetIntrinsicAttribute"/>: value parameters and ref or in parameters are operands, ref and out
    /// parameters and the return value are results, structs by their scalars, all in the order of the C# signature (return value last).
    /// A view is an operand by its address, or by its elements if marked <see cref="RegistersAttribute"/>.
    /// </summary>
    private Symbol? CallTargetIntrinsic(TargetIntrinsicAttribute attribute, MethodInfo target, Symbol[] args)
    {
        var parameters = target.GetParameters();
        var operands = new List<Value>();
        var results = new List<(Symbol? Address, TypeShape Shape)>();
        for (var i = 0; i < args.Length; i++)
        {
            var type = parameters[i].ParameterType;
            if (!type.IsByRef)
            {
                var leaves = Flatten(args[i]);
                if (TypeShape.Of(type).Kind != ShapeKind.View)
                    operands.AddRange(leaves);
                else if (parameters[i].GetCustomAttribute<RegistersAttribute>() is { } registers)
                    AddRegisters(registers, leaves.First(), TypeShape.Of(type.GetGenericArguments()[0]), operands, results);
                else
                    operands.Add(leaves.First());
                continue;
            }
            var shape = TypeShape.Of(type.GetElementType()!);
            if (args[i] is Symbol.Scalar)
            {
                // A reference into memory: the instruction takes the address itself.
                operands.Add(ValueOf(args[i]));
                continue;
            }
            if (!parameters[i].IsOut)
                operands.AddRange(Flatten(LoadFrom(args[i], shape.Type)));
            if (!parameters[i].IsIn)
                results.Add((args[i], shape));
        }
        if (target.ReturnType != typeof(void))
            results.Add((null, TypeShape.Of(target.ReturnType)));
        var types = results.SelectMany(r => r.Shape.Leaves()).Select(l => l.Scalar.Scalar).ToList();
        var instruction = Emit(new Instruction(Op.Intrinsic, IrType.Void, [.. operands])
        {
            Data = new TargetIntrinsic(attribute.NameFor(target), types, attribute.HasSideEffects),
        });
        var next = 0;
        Symbol? returned = null;
        foreach (var (address, shape) in results)
        {
            var value = Build(shape, s => Emit(new Instruction(Op.Extract, s.Scalar, instruction) { Immediate = next++ }));
            if (address is null)
                returned = value;
            else
                StoreTo(address, value, shape);
        }
        return returned;
    }

    private void AddRegisters(
        RegistersAttribute registers, Value pointer, TypeShape element, List<Value> operands, List<(Symbol? Address, TypeShape Shape)> results)
    {
        for (var i = 0; i < registers.Count; i++)
        {
            var address = new Symbol.Scalar(OffsetBy(pointer, Constant.Int32(i), element.Size));
            if (registers.Access != RegisterAccess.Write)
                operands.AddRange(Flatten(LoadFrom(address, element.Type)));
            if (registers.Access != RegisterAccess.Read)
                results.Add((address, element));
        }
    }
}
