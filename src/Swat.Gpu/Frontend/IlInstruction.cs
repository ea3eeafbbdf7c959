using System.Reflection.Emit;

namespace Swat.Gpu.Frontend;

/// <summary>One decoded instruction of a method body (ECMA-335, III).</summary>
/// <param name="Offset">Byte offset in the body.</param>
/// <param name="Code">Operation.</param>
/// <param name="Operand">
/// By operand type: a boxed integer or float, the target offset (int) of a branch, the target offsets (int[]) of a switch, or the
/// resolved MethodBase, FieldInfo, Type or string.
/// </param>
/// <param name="Next">Offset of the following instruction.</param>
internal readonly record struct IlInstruction(int Offset, OpCode Code, object? Operand, int Next);
