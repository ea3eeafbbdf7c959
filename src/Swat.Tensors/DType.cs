namespace Swat.Tensors;

/// <summary>How the elements of a tensor are stored. Arithmetic on the 16-bit types is done in 32-bit floating point.</summary>
public enum DType
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>The upper half of a binary32: 8 bits of exponent, 7 of fraction.</summary>
    BFloat16,

    /// <summary>IEEE 754 binary16: 5 bits of exponent, 10 of fraction.</summary>
    Float16,

    /// <summary>Signed 32-bit integer: token numbers and other indices.</summary>
    Int32,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,
}
