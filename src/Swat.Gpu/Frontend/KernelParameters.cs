using System.Reflection;
using Swat.Gpu.IR;
using Swat.Gpu.Runtime;

namespace Swat.Gpu.Frontend;

/// <summary>
/// Makes a kernel's parameters and the symbols its C# parameters start with. The scalars lie in the launch's argument buffer as
/// <see cref="ArgumentLayout"/> says.
/// </summary>
internal sealed class KernelParameters(TranslationContext context, BasicBlock start)
{
    private readonly ArgumentLayout layout = new();
    private BasicBlock block = start;
    private int specialized;

    /// <summary>
    /// Symbols for the C# parameters. For an implicitly grouped kernel the first is computed from the work item's position, and
    /// <paramref name="body"/> is a block that only work items below the extent reach.
    /// </summary>
    public Symbol[] Create(MethodInfo method, out BasicBlock body)
    {
        var parameters = method.GetParameters();
        var symbols = new Symbol[parameters.Length];
        var first = 0;
        if (context.Options.IndexKind != IndexKind.None)
        {
            symbols[0] = Index(parameters[0]);
            first = 1;
        }
        for (var i = first; i < parameters.Length; i++)
            symbols[i] = Create(parameters[i].ParameterType, parameters[i].Name ?? $"p{i}");
        if (context.Function.BoundsChecks is { } checks)
            checks.Report = Add(IrType.GlobalPointer, MemoryType.Int64, layout.AddView().Pointer, "bounds_report");
        body = block;
        return symbols;
    }

    private Symbol Create(Type type, string name)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(SpecializedValue<>))
        {
            var argument = TypeShape.Of(type.GetGenericArguments()[0]);
            return new Symbol.Aggregate([Constants(argument, context.Options.SpecializedValues[specialized++])]);
        }
        return Create(TypeShape.Of(type), name);
    }

    private Symbol Create(TypeShape shape, string name)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Scalar:
                return new Symbol.Scalar(Add(shape.Scalar, shape.Memory, layout.AddScalar(shape.Memory.Size()), name));
            case ShapeKind.View:
                var (pointer, length) = layout.AddView();
                return new Symbol.Aggregate(
                [
                    new Symbol.Scalar(Add(IrType.GlobalPointer, MemoryType.Int64, pointer, name)),
                    new Symbol.Scalar(Add(IrType.Int64, MemoryType.Int64, length, $"{name}_length")),
                ]);
            case ShapeKind.Struct:
                return new Symbol.Aggregate([.. shape.Fields.Select(f => Create(f.Field.FieldType, $"{name}_{PlainName(f.Field.Name)}"))]);
            default:
                throw context.Error(Diagnostic.UnsupportedType, $"parameter {name} of type {shape.Type.Name}");
        }
    }

    /// <summary>An auto-property's field is named &lt;Name&gt;k__BackingField.</summary>
    private static string PlainName(string field) => field.StartsWith('<') ? field[1..field.IndexOf('>')] : field;

    private static Symbol Constants(TypeShape shape, object value) => shape.Kind == ShapeKind.Scalar
        ? new Symbol.Scalar(KernelConstants.Of(shape, value))
        : new Symbol.Aggregate([.. shape.Fields.Select(f => Constants(f.Shape, f.Field.GetValue(value)!))]);

    private Parameter Add(IrType type, MemoryType memory, int offset, string name)
    {
        var parameter = new Parameter(type, memory, context.Function.Parameters.Count, offset, name);
        context.Function.Parameters.Add(parameter);
        return parameter;
    }

    /// <summary>
    /// The index of the work item: groups are one-dimensional, the linear index is split with x varying fastest. Work items at or
    /// past the extent return.
    /// </summary>
    private Symbol Index(ParameterInfo parameter)
    {
        var kind = context.Options.IndexKind;
        if (kind == IndexKind.LongIndex1D)
        {
            var wide = Linear(IrType.Int64);
            Guard(wide, Add(IrType.Int64, MemoryType.Int64, layout.AddScalar(8), "extent"));
            return new Symbol.Aggregate([new Symbol.Scalar(wide)]);
        }
        var dimensions = kind switch { IndexKind.Index1D => 1, IndexKind.Index2D => 2, _ => 3 };
        if (TypeShape.Of(parameter.ParameterType).Fields.Count != dimensions)
            throw context.Error(Diagnostic.NotAKernel, $"first parameter {parameter.Name} of type {parameter.ParameterType.Name} for a launch over {kind}");
        var extents = Enumerable.Range(0, dimensions)
            .Select(d => (Value)Add(IrType.Int32, MemoryType.Int32, layout.AddScalar(4), $"extent{"XYZ"[d]}")).ToArray();
        var linear = Linear(IrType.Int32);
        var total = extents.Aggregate((a, b) => Append(Op.Multiply, a, b));
        Guard(linear, total);
        var coordinates = new List<Symbol>();
        for (var d = 0; d < dimensions; d++)
        {
            var last = d == dimensions - 1;
            coordinates.Add(new Symbol.Scalar(last ? linear : Append(Op.Remainder, linear, extents[d], unsigned: true)));
            if (!last)
                linear = Append(Op.Divide, linear, extents[d], unsigned: true);
        }
        return new Symbol.Aggregate(coordinates);
    }

    private Value Linear(IrType type)
    {
        Value group = block.Append(new Instruction(Op.GroupIndex, IrType.Int32));
        Value size = context.Options.GroupSize is { X: var x } ? Constant.Int32(x) : block.Append(new Instruction(Op.GroupSize, IrType.Int32));
        Value thread = block.Append(new Instruction(Op.ThreadIndex, IrType.Int32));
        if (type == IrType.Int64)
        {
            group = block.Append(new Instruction(Op.Convert, type, group));
            size = size is Constant { Bits: var bits } ? Constant.Int64(bits) : block.Append(new Instruction(Op.Convert, type, size));
            thread = block.Append(new Instruction(Op.Convert, type, thread));
        }
        return Append(Op.Add, Append(Op.Multiply, group, size), thread);
    }

    private Value Append(Op op, Value left, Value right, bool unsigned = false) =>
        block.Append(new Instruction(op, left.Type, left, right) { Unsigned = unsigned });

    private void Guard(Value index, Value extent)
    {
        // Unsigned: the last group may reach past the largest Int32.
        var inside = block.Append(new Instruction(Op.Compare, IrType.Bool, index, extent) { Comparison = Comparison.Less, Unsigned = true });
        var body = context.Ssa.NewBlock();
        var outside = context.Ssa.NewBlock();
        KernelFunction.Terminate(block, Terminator.Branch(inside, body, outside));
        KernelFunction.Terminate(outside, Terminator.Return());
        context.Ssa.Seal(body);
        context.Ssa.Seal(outside);
        block = body;
    }
}
