namespace Swat.Gpu.IR;

/// <summary>One operation in static single assignment form. <see cref="IR.Op"/> says which of the attributes it uses.</summary>
internal sealed class Instruction(Op op, IrType type, params Value[] operands) : Value(type)
{
    public Op Op { get; } = op;

    /// <summary>Operands; passes may replace elements, and the array of a phi as a whole.</summary>
    public Value[] Operands { get; set; } = operands;

    /// <summary>The block it stands in; set by the block's methods.</summary>
    public BasicBlock? Block { get; internal set; }

    /// <summary>Number for printing; given by <see cref="KernelFunction.Number"/>.</summary>
    public int Id { get; set; }

    public long Immediate { get; init; }

    public MemoryType Memory { get; init; }

    public Comparison Comparison { get; init; }

    public AtomicKind Atomic { get; init; }

    public ShuffleKind Shuffle { get; init; }

    /// <summary>Integers are read as unsigned; see the operation.</summary>
    public bool Unsigned { get; init; }

    /// <summary>The fastest form the target has will do.</summary>
    public bool Approximate { get; init; }

    public object? Data { get; init; }

    /// <summary>A copy with other operands, in no block.</summary>
    public Instruction With(params Value[] operands) => new(Op, Type, operands)
    {
        Immediate = Immediate,
        Memory = Memory,
        Comparison = Comparison,
        Atomic = Atomic,
        Shuffle = Shuffle,
        Unsigned = Unsigned,
        Approximate = Approximate,
        Data = Data,
    };

    /// <summary>Changes memory or other work items' state: must be kept, once, in its place.</summary>
    public bool HasSideEffects => Op switch
    {
        Op.Store or Op.StoreVector or Op.AtomicOp or Op.Barrier or Op.WarpBarrier or Op.Fence or Op.InlinePtx => true,
        Op.ShuffleOp or Op.Vote or Op.Ballot => true,
        Op.Intrinsic => ((TargetIntrinsic)Data!).HasSideEffects,
        _ => false,
    };

    /// <summary>Gives the same result for the same operands wherever it stands: may be merged, moved and repeated.</summary>
    public bool IsPure => !HasSideEffects
        && Op is not (Op.Phi or Op.Load or Op.LoadVector or Op.LocalArray or Op.SharedArray or Op.Extract or Op.Intrinsic);

    public override string ToString() => $"%{Id}";
}
