namespace Swat.Gpu.Runtime;

/// <summary>
/// A kernel parameter that is a constant in the compiled kernel: the kernel is compiled anew at the first launch with each value.
/// </summary>
public struct SpecializedValue<T> : IEquatable<SpecializedValue<T>>
    where T : unmanaged, IEquatable<T>
{
    public SpecializedValue(T value) => Value = value;

    public T Value { get; set; }

    public readonly bool Equals(SpecializedValue<T> other) => Value.Equals(other.Value);

    public override readonly bool Equals(object? obj) => obj is SpecializedValue<T> other && Equals(other);

    public override readonly int GetHashCode() => Value.GetHashCode();

    public override readonly string? ToString() => Value.ToString();

    public static bool operator ==(SpecializedValue<T> first, SpecializedValue<T> second) => first.Equals(second);

    public static bool operator !=(SpecializedValue<T> first, SpecializedValue<T> second) => !first.Equals(second);

    public static implicit operator T(SpecializedValue<T> value) => value.Value;
}
