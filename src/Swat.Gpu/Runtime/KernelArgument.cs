using Swat.Gpu.Frontend;

namespace Swat.Gpu.Runtime;

/// <summary>A C# parameter of a kernel in the argument buffer.</summary>
/// <param name="Name">Name of the C# parameter.</param>
/// <param name="Type">Type of the C# parameter; of a specialised one the type of its value.</param>
/// <param name="Offset">
/// Bytes used before it; its scalars follow at their natural alignment, see <see cref="ArgumentLayout"/>. Of a specialised one: where
/// its value lies behind the arguments, where the back ends do not look.
/// </param>
/// <param name="IsSpecialized">A <see cref="SpecializedValue{T}"/>, which is a constant of the compiled kernel.</param>
internal sealed record KernelArgument(string Name, Type Type, int Offset, bool IsSpecialized);
