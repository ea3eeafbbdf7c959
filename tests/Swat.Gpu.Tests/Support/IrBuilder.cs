using Swat.Gpu.IR;

namespace Swat.Gpu.Tests.Support;

/// <summary>Builds intermediate form by hand: every method appends to <see cref="Block"/>.</summary>
internal sealed class IrBuilder
{
    private int argumentBytes;

    public IrBuilder(string name = "test")
    {
        Function = new KernelFunction(name);
        Block = NewBlock();
    }

    public KernelFunction Function { get; }

    /// <summary>Where instructions go.</summary>
    public BasicBlock Block { get; set; }

    /// <summary>Bytes of the argument buffer so far.</summary>
    public int ArgumentBytes => argumentBytes;

    public BasicBlock NewBlock()
    {
        var block = new BasicBlock { Id = Function.Blocks.Count };
        Function.Blocks.Add(block);
        return block;
    }

    /// <summary>A pointer, in three 8-byte slots as a view has them.</summary>
    public Parameter View(string name)
    {
        var parameter = Parameter(IrType.GlobalPointer, MemoryType.Int64, name);
        argumentBytes += 16;
        return parameter;
    }

    public Parameter Parameter(IrType type, MemoryType memory, string name)
    {
        var size = memory.Size();
        argumentBytes = (argumentBytes + size - 1) / size * size;
        var parameter = new Parameter(type, memory, Function.Parameters.Count, argumentBytes, name);
        argumentBytes += size;
        Function.Parameters.Add(parameter);
        return parameter;
    }

    public Parameter Int32Parameter(string name) => Parameter(IrType.Int32, MemoryType.Int32, name);

    public Parameter Float32Parameter(string name) => Parameter(IrType.Float32, MemoryType.Float32, name);

    public Instruction Append(Instruction instruction) => Block.Append(instruction);

    public Instruction Emit(Op op, IrType type, params Value[] operands) => Append(new Instruction(op, type, operands));

    public Instruction ThreadIndex(int dimension = 0) => Append(new Instruction(Op.ThreadIndex, IrType.Int32) { Immediate = dimension });

    public Instruction GroupIndex(int dimension = 0) => Append(new Instruction(Op.GroupIndex, IrType.Int32) { Immediate = dimension });

    public Instruction GroupSize(int dimension = 0) => Append(new Instruction(Op.GroupSize, IrType.Int32) { Immediate = dimension });

    /// <summary>Group index times group size plus thread index.</summary>
    public Instruction GlobalIndex(int dimension = 0) =>
        Add(Multiply(GroupIndex(dimension), GroupSize(dimension)), ThreadIndex(dimension));

    /// <summary>The work item's linear index in its group, x fastest.</summary>
    public Instruction LinearThreadIndex() =>
        Add(ThreadIndex(), Multiply(GroupSize(), Add(ThreadIndex(1), Multiply(GroupSize(1), ThreadIndex(2)))));

    public Instruction Add(Value a, Value b) => Emit(Op.Add, a.Type, a, b);

    public Instruction Subtract(Value a, Value b) => Emit(Op.Subtract, a.Type, a, b);

    public Instruction Multiply(Value a, Value b) => Emit(Op.Multiply, a.Type, a, b);

    public Instruction FusedMultiplyAdd(Value a, Value b, Value c) => Emit(Op.FusedMultiplyAdd, a.Type, a, b, c);

    public Instruction Compare(Comparison comparison, Value a, Value b, bool unsigned = false) =>
        Append(new Instruction(Op.Compare, IrType.Bool, a, b) { Comparison = comparison, Unsigned = unsigned });

    public Instruction Select(Value condition, Value a, Value b) => Emit(Op.Select, a.Type, condition, a, b);

    public Instruction Convert(Value value, IrType type, bool unsigned = false) =>
        Append(new Instruction(Op.Convert, type, value) { Unsigned = unsigned });

    public Instruction Bitcast(Value value, IrType type) => Emit(Op.Bitcast, type, value);

    public Instruction Offset(Value pointer, Value index, int scale) =>
        Append(new Instruction(Op.Offset, pointer.Type, pointer, index) { Immediate = scale });

    public Instruction Load(MemoryType memory, Value address) =>
        Append(new Instruction(Op.Load, memory.RegisterType(), address) { Memory = memory });

    /// <summary>Loads element <paramref name="index"/> of an array.</summary>
    public Instruction Load(MemoryType memory, Value pointer, Value index) => Load(memory, Offset(pointer, index, memory.Size()));

    public Instruction Store(MemoryType memory, Value address, Value value) =>
        Append(new Instruction(Op.Store, IrType.Void, address, value) { Memory = memory });

    /// <summary>Stores element <paramref name="index"/> of an array.</summary>
    public Instruction Store(MemoryType memory, Value pointer, Value index, Value value) =>
        Store(memory, Offset(pointer, index, memory.Size()), value);

    /// <summary>The elements of a vector load.</summary>
    public Instruction[] LoadVector(MemoryType memory, int count, Value address)
    {
        var load = Append(new Instruction(Op.LoadVector, IrType.Void, address) { Memory = memory, Immediate = count });
        return [.. Enumerable.Range(0, count).Select(i => Extract(load, memory.RegisterType(), i))];
    }

    public Instruction StoreVector(MemoryType memory, Value address, params Value[] elements) =>
        Append(new Instruction(Op.StoreVector, IrType.Void, [address, .. elements]) { Memory = memory, Immediate = elements.Length });

    public Instruction Extract(Instruction source, IrType type, int index) =>
        Append(new Instruction(Op.Extract, type, source) { Immediate = index });

    public Instruction SharedArray(int bytes) => Append(new Instruction(Op.SharedArray, IrType.SharedPointer) { Immediate = bytes });

    public Instruction LocalArray(int bytes) => Append(new Instruction(Op.LocalArray, IrType.LocalPointer) { Immediate = bytes });

    public Instruction Atomic(AtomicKind kind, MemoryType memory, Value address, Value value, bool unsigned = false) =>
        Append(new Instruction(Op.AtomicOp, memory.RegisterType(), address, value) { Atomic = kind, Memory = memory, Unsigned = unsigned });

    public Instruction CompareExchange(MemoryType memory, Value address, Value comparand, Value value) =>
        Append(new Instruction(Op.AtomicOp, memory.RegisterType(), address, comparand, value)
        {
            Atomic = AtomicKind.CompareExchange,
            Memory = memory,
        });

    public Instruction Shuffle(ShuffleKind kind, Value value, Value lane) =>
        Append(new Instruction(Op.ShuffleOp, value.Type, value, lane) { Shuffle = kind });

    public Instruction Barrier() => Append(new Instruction(Op.Barrier, IrType.Void));

    public void Jump(BasicBlock target) => KernelFunction.Terminate(Block, Terminator.Jump(target));

    public void Branch(Value condition, BasicBlock ifTrue, BasicBlock ifFalse) =>
        KernelFunction.Terminate(Block, Terminator.Branch(condition, ifTrue, ifFalse));

    public void Return() => KernelFunction.Terminate(Block, Terminator.Return());

    /// <summary>A phi without operands; <see cref="SetPhi"/> gives them once the predecessors are known.</summary>
    public Instruction Phi(IrType type) => Block.AppendPhi(new Instruction(Op.Phi, type));

    public static void SetPhi(Instruction phi, params (BasicBlock From, Value Value)[] incoming) =>
        phi.Operands = [.. phi.Block!.Predecessors.Select(p => incoming.Single(i => i.From == p).Value)];

    /// <summary>
    /// if (condition) { then } else { otherwise }, where each side gives values of the same types; returns the joined values.
    /// </summary>
    public Value[] If(Value condition, Func<Value[]> then, Func<Value[]> otherwise)
    {
        var thenBlock = NewBlock();
        var elseBlock = NewBlock();
        var join = NewBlock();
        Branch(condition, thenBlock, elseBlock);
        Block = thenBlock;
        var a = then();
        var thenEnd = Block;
        Jump(join);
        Block = elseBlock;
        var b = otherwise();
        var elseEnd = Block;
        Jump(join);
        Block = join;
        return [.. a.Zip(b, (x, y) =>
        {
            var phi = Phi(x.Type);
            SetPhi(phi, (thenEnd, x), (elseEnd, y));
            return (Value)phi;
        })];
    }

    public void If(Value condition, Action then) => If(
        condition,
        () =>
        {
            then();
            return [];
        },
        () => []);

    /// <summary>
    /// for (i = start; i &lt; end; i += step) state = body(i, state); returns the state behind the loop.
    /// </summary>
    public Value[] For(Value start, Value end, Value step, Value[] state, Func<Value, Value[], Value[]> body)
    {
        var before = Block;
        var header = NewBlock();
        var inside = NewBlock();
        var after = NewBlock();
        Jump(header);
        Block = header;
        var i = Phi(start.Type);
        var phis = state.Select(s => Phi(s.Type)).ToArray();
        Branch(Compare(Comparison.Less, i, end), inside, after);
        Block = inside;
        var next = body(i, [.. phis.Cast<Value>()]);
        var nextI = Add(i, step);
        var latch = Block;
        Jump(header);
        SetPhi(i, (before, start), (latch, nextI));
        for (var k = 0; k < phis.Length; k++)
            SetPhi(phis[k], (before, state[k]), (latch, next[k]));
        Block = after;
        return [.. phis.Cast<Value>()];
    }
}
