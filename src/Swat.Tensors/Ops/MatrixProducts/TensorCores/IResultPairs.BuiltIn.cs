namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// A product's result in memory, of which the tensor cores' layout gives a work item two neighbouring columns at a time, the first of
/// them even.
/// </summary>
/// <typeparam name="T">Its elements.</typeparam>
internal interface IResultPairs<T>
    where T : unmanaged
{
    /// <summary>Two neighbours.</summary>
    /// <param name="memory">The matrix; its rows have an even number of elements.</param>
    /// <param name="first">Index of the first.</param>
    static abstract FloatPair Load(ArrayView<T> memory, long first);

    /// <summary>Two neighbours as one word, of a 16-bit type.</summary>
    static abstract uint Pack(FloatPair value);

    /// <inheritdoc cref="Load"/>
    static abstract void Store(ArrayView<T> memory, long first, FloatPair value);

    /// <summary>What <see cref="Load"/> would give after <see cref="Store"/>.</summary>
    static abstract FloatPair Round(FloatPair value);
}
