using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

/// <summary>Appends the instructions that replace another one; can open branches and loops, after which <see cref="Block"/> is a new block.</summary>
internal sealed class LoweringBuilder(KernelFunction function, BasicBlock block)
{
    /// <summary>Where instructions go; has no terminator.</summary>
    public BasicBlock Block { get; private set; } = block;

    public static Value Number(IrType type, double value) =>
        type == IrType.Float32 ? Constant.Float32((float)value) : Constant.Float64(value);

    public static Value Integer(IrType type, long value) => new Constant(type, value);

    public Value Emit(Op op, IrType type, params Value[] operands) => Block.Append(new Instruction(op, type, operands));

    /// <summary>With its own rounding, never contracted.</summary>
    public Value Add(Value a, Value b) => Exact(Op.Add, a, b);

    /// <inheritdoc cref="Add"/>
    public Value Subtract(Value a, Value b) => Exact(Op.Subtract, a, b);

    /// <inheritdoc cref="Add"/>
    public Value Multiply(Value a, Value b) => Exact(Op.Multiply, a, b);

    public Value Multiply(Value a, double b) => Multiply(a, Number(a.Type, b));

    public Value Add(Value a, double b) => Add(a, Number(a.Type, b));

    public Value Divide(Value a, Value b) => Emit(Op.Divide, a.Type, a, b);

    public Value Fma(Value a, Value b, Value c) => Emit(Op.FusedMultiplyAdd, a.Type, a, b, c);

    public Value Fma(Value a, double b, Value c) => Fma(a, Number(a.Type, b), c);

    public Value Negate(Value a) => Emit(Op.Negate, a.Type, a);

    public Value Abs(Value a) => Emit(Op.Abs, a.Type, a);

    public Value CopySign(Value magnitude, Value sign) => Emit(Op.CopySign, magnitude.Type, magnitude, sign);

    public Value RoundEven(Value a) => Emit(Op.RoundEven, a.Type, a);

    public Value Convert(Value a, IrType type) => Emit(Op.Convert, type, a);

    public Value Bitcast(Value a, IrType type) => Emit(Op.Bitcast, type, a);

    public Value ShiftLeft(Value a, Value count) => Emit(Op.ShiftLeft, a.Type, a, count);

    public Value ShiftLeft(Value a, int count) => ShiftLeft(a, Constant.Int32(count));

    public Value ShiftRight(Value a, Value count, bool unsigned = false) =>
        Block.Append(new Instruction(Op.ShiftRight, a.Type, a, count) { Unsigned = unsigned });

    public Value ShiftRight(Value a, int count, bool unsigned = false) => ShiftRight(a, Constant.Int32(count), unsigned);

    public Value And(Value a, Value b) => Emit(Op.And, a.Type, a, b);

    public Value And(Value a, long b) => And(a, Integer(a.Type, b));

    public Value Or(Value a, Value b) => Emit(Op.Or, a.Type, a, b);

    public Value Not(Value a) => Emit(Op.Not, a.Type, a);

    public Value MultiplyHighUnsigned(Value a, Value b) => Block.Append(new Instruction(Op.MultiplyHigh, a.Type, a, b) { Unsigned = true });

    public Value Compare(Comparison comparison, Value a, Value b, bool unsigned = false) =>
        Block.Append(new Instruction(Op.Compare, IrType.Bool, a, b) { Comparison = comparison, Unsigned = unsigned });

    public Value Compare(Comparison comparison, Value a, double b) => Compare(comparison, a, Number(a.Type, b));

    public Value Select(Value condition, Value ifTrue, Value ifFalse) => Emit(Op.Select, ifTrue.Type, condition, ifTrue, ifFalse);

    public Value Select(Value condition, double ifTrue, Value ifFalse) => Select(condition, Number(ifFalse.Type, ifTrue), ifFalse);

    /// <summary>c[0] + x * (c[1] + x * (...)), in fused steps.</summary>
    public Value Polynomial(Value x, params ReadOnlySpan<double> coefficients)
    {
        var sum = Number(x.Type, coefficients[^1]);
        for (var i = coefficients.Length - 2; i >= 0; i--)
            sum = Fma(sum, x, Number(x.Type, coefficients[i]));
        return sum;
    }

    /// <summary>The values of <paramref name="then"/> if the condition holds, the others if not.</summary>
    public Value[] If(Value condition, Func<Value[]> then, params Value[] otherwise)
    {
        var (start, inside, join) = (Block, NewBlock(), NewBlock());
        KernelFunction.Terminate(start, Terminator.Branch(condition, inside, join));
        Block = inside;
        var values = then();
        var end = Block;
        KernelFunction.Terminate(end, Terminator.Jump(join));
        Block = join;
        return [.. values.Select((v, i) => (Value)join.AppendPhi(new Instruction(Op.Phi, v.Type, Ordered(join, (start, otherwise[i]), (end, v)))))];
    }

    /// <summary>do state = body(state, out repeat) while (repeat); gives the state behind the loop.</summary>
    public Value[] DoWhile(Value[] state, Func<Value[], (Value[] Next, Value Repeat)> body)
    {
        var (start, loop, after) = (Block, NewBlock(), NewBlock());
        KernelFunction.Terminate(start, Terminator.Jump(loop));
        Block = loop;
        var phis = state.Select(s => loop.AppendPhi(new Instruction(Op.Phi, s.Type))).ToArray();
        var (next, repeat) = body([.. phis]);
        var end = Block;
        KernelFunction.Terminate(end, Terminator.Branch(repeat, loop, after));
        for (var i = 0; i < phis.Length; i++)
            phis[i].Operands = Ordered(loop, (start, state[i]), (end, next[i]));
        Block = after;
        return next;
    }

    private Value Exact(Op op, Value a, Value b) => Block.Append(new Instruction(op, a.Type, a, b) { Data = ExactRounding.Marker });

    private BasicBlock NewBlock()
    {
        var block = new BasicBlock();
        function.Blocks.Add(block);
        return block;
    }

    private static Value[] Ordered(BasicBlock block, params ReadOnlySpan<(BasicBlock From, Value Value)> edges)
    {
        var values = new Value[block.Predecessors.Count];
        foreach (var (from, value) in edges)
            values[block.Predecessors.IndexOf(from)] = value;
        return values;
    }
}
