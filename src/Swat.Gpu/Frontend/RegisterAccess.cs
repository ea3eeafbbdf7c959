namespace Swat.Gpu.Frontend;

/// <summary>What an instruction does with registers that a <see cref="RegistersAttribute"/> parameter gives it.</summary>
internal enum RegisterAccess
{
    Read,
    Write,
    ReadWrite,
}
