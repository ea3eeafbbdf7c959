namespace Swat.Gpu.Backends.Ptx;

/// <summary>Kinds of virtual registers.</summary>
internal enum PtxRegisterClass
{
    Predicate,
    Bits16,
    Bits32,
    Bits64,
    Float32,
    Float64,
}
