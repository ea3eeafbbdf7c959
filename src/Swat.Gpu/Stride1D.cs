namespace Swat.Gpu;

/// <summary>The strides of one-dimensional views.</summary>
public static class Stride1D
{
    /// <summary>Elements lie next to each other.</summary>
    public readonly struct Dense : IStride1D
    {
        public int XStride => 1;
    }
}
