namespace Swat.Tensors;

/// <summary>Kernels take a view in any case; where there is no tensor it is empty, and another argument says so.</summary>
internal static class OptionalTensor
{
    public static ArrayView<T> ViewOrEmpty<T>(this Tensor? tensor)
        where T : unmanaged => tensor is null ? ArrayView<T>.Empty : tensor.View<T>();
}
