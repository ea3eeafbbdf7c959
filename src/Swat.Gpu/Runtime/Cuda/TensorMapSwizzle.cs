namespace Swat.Gpu.Runtime.Cuda;

/// <summary>How a box's rows lie in shared memory: in runs of 8 rows, 16-byte pieces change places by the row's number.</summary>
public enum TensorMapSwizzle
{
    /// <summary>Row after row.</summary>
    None = 0,
    Bytes32 = 1,
    Bytes64 = 2,

    /// <summary>For rows of 128 bytes; the layout <see cref="Intrinsics.WgmmaSwizzle.Bytes128"/>.</summary>
    Bytes128 = 3,
}
