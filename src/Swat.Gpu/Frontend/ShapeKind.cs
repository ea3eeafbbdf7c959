namespace Swat.Gpu.Frontend;

/// <summary>The ways <see cref="TypeShape"/> holds a C# type.</summary>
internal enum ShapeKind
{
    Scalar,
    Struct,

    /// <summary>ArrayView: a pointer and a length.</summary>
    View,

    /// <summary>References, pointers, delegates and classes: known while compiling or not at all.</summary>
    Opaque,
}
