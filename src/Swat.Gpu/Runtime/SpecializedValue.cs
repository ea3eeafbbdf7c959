namespace Swat.Gpu.Runtime;

/// <summary>Makes values for kernel parameters of type <see cref="SpecializedValue{T}"/>.</summary>
public static class SpecializedValue
{
    public static SpecializedValue<T> New<T>(T value)
        where T : unmanaged, IEquatable<T> => new(value);
}
