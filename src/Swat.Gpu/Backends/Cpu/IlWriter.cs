using System.Reflection;
using System.Reflection.Emit;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>Short names for the IL that the emitter writes.</summary>
internal sealed class IlWriter(ILGenerator il)
{
    public int Offset => il.ILOffset;

    public LocalBuilder Local(Type type) => il.DeclareLocal(type);

    public Label NewLabel() => il.DefineLabel();

    public void Mark(Label label) => il.MarkLabel(label);

    public void Emit(OpCode code) => il.Emit(code);

    public void Jump(Label target) => il.Emit(OpCodes.Br, target);

    public void JumpIf(Label target) => il.Emit(OpCodes.Brtrue, target);

    public void JumpIfNot(Label target) => il.Emit(OpCodes.Brfalse, target);

    public void Branch(OpCode code, Label target) => il.Emit(code, target);

    public void Load(LocalBuilder local) => il.Emit(OpCodes.Ldloc, local);

    public void Store(LocalBuilder local) => il.Emit(OpCodes.Stloc, local);

    public void Argument(int index) => il.Emit(OpCodes.Ldarg_S, (byte)index);

    public void Call(MethodInfo method) => il.Emit(OpCodes.Call, method);

    public void Int32(int value)
    {
        switch (value)
        {
            case >= 0 and <= 8:
                il.Emit(value switch
                {
                    0 => OpCodes.Ldc_I4_0,
                    1 => OpCodes.Ldc_I4_1,
                    2 => OpCodes.Ldc_I4_2,
                    3 => OpCodes.Ldc_I4_3,
                    4 => OpCodes.Ldc_I4_4,
                    5 => OpCodes.Ldc_I4_5,
                    6 => OpCodes.Ldc_I4_6,
                    7 => OpCodes.Ldc_I4_7,
                    _ => OpCodes.Ldc_I4_8,
                });
                break;
            case -1:
                il.Emit(OpCodes.Ldc_I4_M1);
                break;
            case >= sbyte.MinValue and <= sbyte.MaxValue:
                il.Emit(OpCodes.Ldc_I4_S, (sbyte)value);
                break;
            default:
                il.Emit(OpCodes.Ldc_I4, value);
                break;
        }
    }

    public void Int64(long value)
    {
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            Int32((int)value);
            il.Emit(OpCodes.Conv_I8);
            return;
        }
        il.Emit(OpCodes.Ldc_I8, value);
    }

    public void Float32(float value) => il.Emit(OpCodes.Ldc_R4, value);

    public void Float64(double value) => il.Emit(OpCodes.Ldc_R8, value);

    /// <summary>Adds a number of bytes to the address on the stack.</summary>
    public void AddBytes(long bytes)
    {
        if (bytes == 0)
            return;
        if (bytes is >= int.MinValue and <= int.MaxValue)
        {
            Int32((int)bytes);
            il.Emit(OpCodes.Conv_I);
        }
        else
        {
            il.Emit(OpCodes.Ldc_I8, bytes);
            il.Emit(OpCodes.Conv_I);
        }
        il.Emit(OpCodes.Add);
    }
}
