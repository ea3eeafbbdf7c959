using System.Text;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

/// <summary>Hands out virtual registers and declares them.</summary>
internal sealed class PtxRegisters
{
    private readonly int[] counts = new int[Enum.GetValues<PtxRegisterClass>().Length];

    /// <summary>
    /// The registers that hold values of a type. Addresses of shared and local memory are 32 bits wide: PTX extends them with zeros.
    /// </summary>
    public static PtxRegisterClass ClassOf(IrType type) => type switch
    {
        IrType.Bool => PtxRegisterClass.Predicate,
        IrType.Float16 or IrType.BFloat16 => PtxRegisterClass.Bits16,
        IrType.Int32 or IrType.SharedPointer or IrType.LocalPointer => PtxRegisterClass.Bits32,
        IrType.Int64 or IrType.GlobalPointer => PtxRegisterClass.Bits64,
        IrType.Float32 => PtxRegisterClass.Float32,
        IrType.Float64 => PtxRegisterClass.Float64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No register holds this type."),
    };

    public string New(IrType type) => New(ClassOf(type));

    public string New(PtxRegisterClass kind) => Prefix(kind) + ++counts[(int)kind];

    public void Declare(StringBuilder text)
    {
        foreach (var kind in Enum.GetValues<PtxRegisterClass>())
        {
            if (counts[(int)kind] > 0)
                text.Append($"\t.reg {TypeName(kind)} {Prefix(kind)}<{counts[(int)kind] + 1}>;\n");
        }
    }

    /// <summary>The type suffix of moves and selections.</summary>
    public static string TypeName(PtxRegisterClass kind) => kind switch
    {
        PtxRegisterClass.Predicate => ".pred",
        PtxRegisterClass.Bits16 => ".b16",
        PtxRegisterClass.Bits32 => ".b32",
        PtxRegisterClass.Bits64 => ".b64",
        PtxRegisterClass.Float32 => ".f32",
        _ => ".f64",
    };

    private static string Prefix(PtxRegisterClass kind) => kind switch
    {
        PtxRegisterClass.Predicate => "%p",
        PtxRegisterClass.Bits16 => "%h",
        PtxRegisterClass.Bits32 => "%r",
        PtxRegisterClass.Bits64 => "%rd",
        PtxRegisterClass.Float32 => "%f",
        _ => "%fd",
    };
}
