namespace Swat.Gpu.Frontend;

/// <summary>
/// Marks an <see cref="ArrayView{T}"/> parameter of a <see cref="TargetIntrinsicAttribute"/> method whose first elements are the
/// instruction's registers: a view of local memory, whose elements live in registers once loops are unrolled.
/// </summary>
/// <param name="count">Number of elements; the view's length is not looked at.</param>
/// <param name="access">Whether they are operands, results or both.</param>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class RegistersAttribute(int count, RegisterAccess access) : Attribute
{
    public int Count { get; } = count;

    public RegisterAccess Access { get; } = access;
}
