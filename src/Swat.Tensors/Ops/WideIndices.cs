namespace Swat.Tensors.Ops;

/// <summary>
/// Indices of 64 bits, narrowed to the 32 that the kernels take; what does not fit becomes the least 32-bit number, which names nothing.
/// </summary>
internal static class WideIndices
{
    /// <summary>The indices in 32 bits, for the caller to dispose; null if that is what they are.</summary>
    /// <exception cref="ArgumentException">They are no integers; the message names the operation.</exception>
    public static Tensor? Narrow(string operation, Tensor indices)
    {
        indices.ThrowIfDisposed();
        if (indices.DType == DType.Int32)
            return null;
        if (indices.DType != DType.Int64)
            throw new ArgumentException($"{operation}: the indices are {indices.DType}{indices.Shape}; they must be Int32 or Int64");
        var narrow = Tensor.Empty(indices.Device, indices.Shape, DType.Int32);
        if (indices.Count > 0)
            indices.Device.Launch(Kernel, Elementwise.Config(indices.Count), indices.View<long>(), narrow.View<int>());
        return narrow;
    }

    private static void Kernel(ArrayView<long> wide, ArrayView<int> narrow)
    {
        var start = Elementwise.GroupStart();
        var count = Elementwise.GroupCount(narrow.Length);
        for (var i = Group.IdxX; i < count; i += Elementwise.GroupSize)
        {
            var index = wide[start + i];
            narrow[start + i] = index >= int.MinValue & index <= int.MaxValue ? (int)index : int.MinValue;
        }
    }
}
