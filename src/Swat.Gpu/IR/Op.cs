namespace Swat.Gpu.IR;

/// <summary>
/// What an <see cref="Instruction"/> does. T is the type of the result; unless said otherwise the operands have that type too.
/// Integer arithmetic wraps. Shift counts are Int32, already masked to the width by the front end.
/// </summary>
internal enum Op
{
    /// <summary>One operand for each predecessor, in the order of <see cref="BasicBlock.Predecessors"/>.</summary>
    Phi,

    // Where the work item is. The dimension (0, 1, 2) is in Immediate; Int32.
    /// <summary>Index of the work item in its group.</summary>
    ThreadIndex,

    /// <summary>Index of the group in the grid.</summary>
    GroupIndex,

    /// <summary>Work items of a group along the dimension.</summary>
    GroupSize,

    /// <summary>Groups of the grid along the dimension.</summary>
    GridSize,

    /// <summary>Index of the work item in its warp (linear index in the group modulo the warp size).</summary>
    LaneIndex,

    // Arithmetic on Int32, Int64, Float32, Float64.
    Add,
    Subtract,
    Multiply,

    /// <summary>Signed, or unsigned with <see cref="Instruction.Unsigned"/>; rounds towards zero for integers.</summary>
    Divide,

    /// <summary>Sign of the dividend, as C#'s % (fmod for floats); Unsigned as for Divide.</summary>
    Remainder,
    Negate,

    /// <summary>C# Math.Min: for floats a NaN operand gives NaN; Unsigned for integers.</summary>
    Min,

    /// <summary>C# Math.Max: for floats a NaN operand gives NaN; Unsigned for integers.</summary>
    Max,
    Abs,

    /// <summary>a * b + c with one rounding; floats.</summary>
    FusedMultiplyAdd,

    // Bits: Int32, Int64; And, Or, Xor, Not also on Bool.
    And,
    Or,
    Xor,
    Not,
    ShiftLeft,

    /// <summary>Arithmetic, or logical with Unsigned. The count (second operand) is Int32.</summary>
    ShiftRight,

    /// <summary>Result Int32.</summary>
    PopCount,

    /// <summary>Leading zeros; result Int32; the width for 0.</summary>
    LeadingZeros,

    /// <summary>Trailing zeros; result Int32; the width for 0.</summary>
    TrailingZeros,

    /// <summary>High half of the product; Unsigned or signed; Int32, Int64.</summary>
    MultiplyHigh,

    // Floating-point functions; Float32 and Float64. With Approximate the fastest form the target has (about 1e-6 relative).
    Sqrt,
    ReciprocalSqrt,
    Reciprocal,
    Exp,
    Exp2,
    Log,
    Log2,
    Log10,
    Sin,
    Cos,
    Tan,
    Tanh,
    Sinh,
    Cosh,
    Asin,
    Acos,
    Atan,
    Atan2,
    Pow,
    Floor,
    Ceiling,
    Truncate,

    /// <summary>To the nearest integer, ties to even.</summary>
    RoundEven,

    /// <summary>Magnitude of the first operand, sign of the second.</summary>
    CopySign,

    /// <summary>a * 2^b for a whole number b, also where 2^b is out of range; Float32, from a back end that has it.</summary>
    ScaleByPowerOfTwo,

    // Comparison and choice.
    /// <summary>Bool from two operands of one type, by <see cref="Instruction.Comparison"/>; Unsigned for integers.</summary>
    Compare,

    /// <summary>Operands: condition (Bool), value if true, value if false.</summary>
    Select,

    // Conversion.
    /// <summary>
    /// From the operand's type to T. Int32 to Int64 extends the sign, or zeros with Unsigned; Int64 to Int32 drops the high half;
    /// integer to float rounds to nearest even, reading the integer as unsigned with Unsigned; float to integer truncates and
    /// saturates (NaN gives 0), to an unsigned range with Unsigned; float to float rounds to nearest even; Bool to Int32 gives 0 or 1.
    /// </summary>
    Convert,

    /// <summary>Int32 to Int32: the low 8 or 16 bits (in Immediate), sign- or, with Unsigned, zero-extended.</summary>
    Extend,

    /// <summary>Same bits: Int32 and Float32, Int64 and Float64; Float16 or BFloat16 to Int32 (zero-extended) and back (low 16 bits).</summary>
    Bitcast,

    // Memory. Addresses are in bytes; a pointer's type names the address space.
    /// <summary>pointer + index * Immediate bytes. Operands: pointer, index (Int32, sign-extended, or Int64). T is the pointer's type.</summary>
    Offset,

    /// <summary>
    /// Operand: address. <see cref="Instruction.Memory"/> says how it lies there; T is its register type. Aligned to its size.
    /// </summary>
    Load,

    /// <summary>Operands: address, value. Void.</summary>
    Store,

    /// <summary>
    /// Immediate (2, 4 or 8) consecutive elements of Memory type, at an address aligned to their total size (8 or 16 bytes, 4 for
    /// two 16-bit elements). Void; <see cref="Extract"/> takes the elements.
    /// </summary>
    LoadVector,

    /// <summary>Operands: address, then the elements. Aligned as <see cref="LoadVector"/>. Void.</summary>
    StoreVector,

    /// <summary>Operand: an instruction with several results; Immediate says which one. T is that result's type.</summary>
    Extract,

    /// <summary>Memory of Immediate bytes private to the work item, 16-byte aligned; in the entry block only. LocalPointer.</summary>
    LocalArray,

    /// <summary>Memory of Immediate bytes shared by the group, 128-byte aligned; in the entry block only. SharedPointer.</summary>
    SharedArray,

    /// <summary>Start of the dynamic shared memory, whose bytes the launch gives. SharedPointer.</summary>
    DynamicShared,

    /// <summary>Bytes of the dynamic shared memory of this launch; Int32.</summary>
    DynamicSharedSize,

    /// <summary>
    /// By <see cref="Instruction.Atomic"/> on Memory type (Int32, Int64, Float32, Float64); Unsigned for Min, Max. Operands: address,
    /// value (CompareExchange: address, comparand, value). Result: the old value.
    /// </summary>
    AtomicOp,

    // Cooperation of work items.
    /// <summary>All work items of the group arrive before any goes on; shared and global memory are consistent among them. Void.</summary>
    Barrier,

    /// <summary>All lanes of the warp arrive before any goes on. Void.</summary>
    WarpBarrier,

    /// <summary>Orders memory accesses as seen by the scope in Immediate: 0 group, 1 device, 2 system. Void.</summary>
    Fence,

    /// <summary>
    /// Value of another lane of the warp by <see cref="Instruction.Shuffle"/>. Operands: value (32- or 64-bit), lane or distance (Int32).
    /// A lane out of range gives the own value.
    /// </summary>
    ShuffleOp,

    /// <summary>Operand Bool: true where it is true for all (Immediate 0) or for any (1) lane of the warp. Bool.</summary>
    Vote,

    /// <summary>Operand Bool: a bit for each lane of the warp where it is true. Int32.</summary>
    Ballot,

    // Instructions of one target, described by Data.
    /// <summary>Inline PTX; Data is an <see cref="InlineAssembly"/>; results are taken by Extract. Void. Has side effects.</summary>
    InlinePtx,

    /// <summary>An instruction that only some targets have; Data is a <see cref="TargetIntrinsic"/>; results by Extract. Void.</summary>
    Intrinsic,
}
