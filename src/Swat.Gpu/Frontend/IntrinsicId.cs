namespace Swat.Gpu.Frontend;

/// <summary>
/// What a member marked with <see cref="KernelIntrinsicAttribute"/> means inside a kernel. Members of the public surface without the
/// attribute are ordinary C# over these and are inlined.
/// </summary>
internal enum IntrinsicId
{
    /// <summary>The operation in <see cref="KernelIntrinsicAttribute.Op"/> on the arguments; types follow from the signature.</summary>
    Operation,

    // Where the work item is; KernelIntrinsicAttribute.Immediate holds the dimension 0, 1 or 2.
    /// <summary>Group.IdxX, IdxY, IdxZ.</summary>
    ThreadIndex,

    /// <summary>Grid.IdxX, IdxY, IdxZ.</summary>
    GroupIndex,

    /// <summary>Group.DimX, DimY, DimZ.</summary>
    GroupSize,

    /// <summary>Grid.DimX, DimY, DimZ.</summary>
    GridSize,

    /// <summary>A constant of the compilation.</summary>
    WarpSize,
    LaneIndex,

    // Cooperation.
    GroupBarrier,
    WarpBarrier,

    /// <summary>Immediate: 0 group, 1 device, 2 system.</summary>
    Fence,

    /// <summary>Arguments: value of any unmanaged type, lane.</summary>
    Shuffle,

    /// <summary>Arguments: value of any unmanaged type, distance.</summary>
    ShuffleDown,

    /// <summary>Arguments: value of any unmanaged type, distance.</summary>
    ShuffleUp,

    /// <summary>Arguments: value of any unmanaged type, mask.</summary>
    ShuffleXor,

    /// <summary>Bool to bool: true for all lanes.</summary>
    VoteAll,

    /// <summary>Bool to bool: true for any lane.</summary>
    VoteAny,

    /// <summary>Bool to uint.</summary>
    Ballot,

    // Memory of a group or a work item. The result is an ArrayView of the method's type argument.
    /// <summary>Argument: a constant number of elements. Every call site is one array.</summary>
    SharedAllocate,

    /// <summary>The launch's dynamic shared memory, its length in whole elements.</summary>
    SharedDynamic,

    /// <summary>Argument: a constant number of elements. Every call site is one array.</summary>
    LocalAllocate,

    // Atomics on a by-ref first argument; the type (and signedness) follows from it. Result: the old value.
    AtomicAdd,
    AtomicMin,
    AtomicMax,
    AtomicAnd,
    AtomicOr,
    AtomicXor,
    AtomicExchange,

    /// <summary>Arguments: target, comparand, value.</summary>
    AtomicCompareExchange,

    // ArrayView and ArrayView1D members; the first argument is the view (by reference in instance members).
    /// <summary>Index (int or long) to a reference.</summary>
    ViewElement,

    /// <summary>Int64.</summary>
    ViewLength,

    /// <summary>Int32, the length truncated.</summary>
    ViewIntLength,

    /// <summary>Arguments: first element, length (both int or both long).</summary>
    ViewSubView,

    /// <summary>Argument: first element (int or long); to the end of the view.</summary>
    ViewSubViewToEnd,

    /// <summary>Same bytes with another element type; the length is recomputed, rounding down.</summary>
    ViewCast,

    /// <summary>True if the length is positive.</summary>
    ViewIsValid,

    /// <summary>The same view as ArrayView or ArrayView1D: a property, a method or a conversion operator.</summary>
    ViewIdentity,

    // Bits and sizes.
    /// <summary>Same bits: float and (u)int, double and (u)long, Half or BFloat16 and ushort, either direction.</summary>
    Bitcast,

    /// <summary>Int32 constant: bytes of the method's type argument.</summary>
    SizeOf,

    // Target.
    /// <summary>True on a CUDA target; a constant of the compilation.</summary>
    CudaAsmIsSupported,

    /// <summary>First argument: a constant string; an optional second out argument is the result, the others are inputs.</summary>
    CudaAsmEmit,

    /// <summary>First argument: a constant string; the others are ref Input, Output or Ref of a scalar.</summary>
    CudaAsmEmitRef,
}
