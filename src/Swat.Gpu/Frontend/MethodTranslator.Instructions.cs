using System.Reflection;
using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>The instruction table: stack, constants, variables and branches; the other parts have the rest.</summary>
internal sealed partial class MethodTranslator
{
    private void TranslateInstruction(IlInstruction instruction)
    {
        var name = instruction.Code.Name!;
        var operand = instruction.Operand;
        switch (name)
        {
            case "nop" or "break" or "volatile." or "unaligned." or "readonly." or "tail.":
                break;
            case "constrained.":
                constrained = (Type)operand!;
                break;
            case "pop":
                Pop();
                break;
            case "dup":
                Push(stack[^1]);
                break;
            case "ldnull":
                Push(new Symbol.Null());
                break;
            case "ldstr":
                Push(new Symbol.Text((string)operand!));
                break;
            case "ldc.i4.m1":
                Push(Constant.Int32(-1));
                break;
            case "ldc.i4" or "ldc.i4.s":
                Push(Constant.Int32((int)operand!));
                break;
            case "ldc.i8":
                Push(Constant.Int64((long)operand!));
                break;
            case "ldc.r4":
                Push(Constant.Float32((float)operand!));
                break;
            case "ldc.r8":
                Push(Constant.Float64((double)operand!));
                break;
            case "ldarg" or "ldarg.s":
                LoadArgument((int)operand!);
                break;
            case "ldarga" or "ldarga.s":
                Push(AddressOf(argumentVariables[(int)operand!]!));
                break;
            case "starg" or "starg.s":
                Ssa.Write(argumentVariables[(int)operand!]!, block, Pop());
                break;
            case "ldloc" or "ldloc.s":
                Push(Ssa.Read(locals[(int)operand!], block));
                break;
            case "ldloca" or "ldloca.s":
                Push(AddressOf(locals[(int)operand!]));
                break;
            case "stloc" or "stloc.s":
                Ssa.Write(locals[(int)operand!], block, Pop());
                break;
            case "br" or "br.s":
                JumpTo(Successor((int)operand!));
                break;
            case "ret":
                returns.Add((block, ReturnType() is null || ReturnType() == typeof(void) ? null : Pop()));
                break;
            case "switch":
                Switch(instruction);
                break;
            case "throw" or "rethrow":
                throw Error(Diagnostic.ExceptionHandling, "throw");
            case "newobj":
                NewObject((ConstructorInfo)operand!);
                break;
            case "call" or "callvirt":
                Call((MethodBase)operand!, name == "callvirt");
                break;
            case "ldftn":
                Push(new Symbol.Function((MethodBase)operand!));
                break;
            case "ldtoken":
                Push(operand is Type type ? new Symbol.TypeHandle(type) : throw Error(Diagnostic.UnsupportedInstruction, name));
                break;
            case "sizeof":
                Push(Constant.Int32(TypeShape.Of((Type)operand!).Size));
                break;
            default:
                if (!TryIndexedShortForm(name) && !TryBranch(instruction, name) && !TryArithmetic(name) && !TryMemory(name, operand))
                    throw Error(name is "newarr" or "box" or "localloc" ? Diagnostic.Allocation : Diagnostic.UnsupportedInstruction, name);
                break;
        }
    }

    /// <summary>ldarg.0 … ldarg.3, ldloc.n, stloc.n, ldc.i4.n.</summary>
    private bool TryIndexedShortForm(string name)
    {
        if (name.Length < 7 || name[^2] != '.' || !char.IsAsciiDigit(name[^1]))
            return false;
        var index = name[^1] - '0';
        switch (name[..^2])
        {
            case "ldarg":
                LoadArgument(index);
                return true;
            case "ldloc":
                Push(Ssa.Read(locals[index], block));
                return true;
            case "stloc":
                Ssa.Write(locals[index], block, Pop());
                return true;
            case "ldc.i4":
                Push(Constant.Int32(index));
                return true;
            default:
                return false;
        }
    }

    private void LoadArgument(int index) =>
        Push(argumentVariables[index] is { } variable ? Ssa.Read(variable, block) : arguments[index]);

    /// <summary>The address of a variable that itself holds a reference (a ref local) is that of the variable, as for any other.</summary>
    private static Symbol AddressOf(Variable variable) => new Symbol.Reference(variable);

    private bool TryBranch(IlInstruction instruction, string name)
    {
        if (name.EndsWith(".s", StringComparison.Ordinal))
            name = name[..^2];
        if (name is "brtrue" or "brfalse")
        {
            var symbol = Pop();
            var isTrue = symbol switch
            {
                Symbol.Null => Constant.Bool(false),
                Symbol.Scalar { Value: var value } when !value.Type.IsPointer() => IsNotZero(value),
                _ => Constant.Bool(true),
            };
            Branch(instruction, name == "brtrue" ? isTrue : Emit(Op.Not, IrType.Bool, isTrue));
            return true;
        }
        if (name is "beq" or "bne.un" or "bge" or "bge.un" or "bgt" or "bgt.un" or "ble" or "ble.un" or "blt" or "blt.un")
        {
            Branch(instruction, CompareTop(name[1..3], name.EndsWith(".un", StringComparison.Ordinal)));
            return true;
        }
        return false;
    }

    private void Branch(IlInstruction instruction, Value condition)
    {
        var ifTrue = Successor((int)instruction.Operand!);
        var ifFalse = Successor(instruction.Next);
        if (condition is Constant { Bits: var bits })
            JumpTo(bits != 0 ? ifTrue : ifFalse);
        else if (ifTrue == ifFalse)
            JumpTo(ifTrue);
        else
            KernelFunction.Terminate(block, Terminator.Branch(condition, BlockFor(ifTrue), BlockFor(ifFalse)));
    }

    private void Switch(IlInstruction instruction)
    {
        var value = PopValue();
        var targets = (int[])instruction.Operand!;
        var otherwise = Successor(instruction.Next);
        if (value is Constant { Bits: var known })
        {
            JumpTo(known >= 0 && known < targets.Length ? Successor(targets[known]) : otherwise);
            return;
        }
        for (var i = 0; i < targets.Length; i++)
        {
            var equal = EmitCompare(Comparison.Equal, value, Constant.Int32(i), false);
            var match = BlockFor(Successor(targets[i]));
            if (i == targets.Length - 1)
            {
                KernelFunction.Terminate(block, Terminator.Branch(equal, match, BlockFor(otherwise)));
                return;
            }
            var next = Ssa.NewBlock();
            KernelFunction.Terminate(block, Terminator.Branch(equal, match, next));
            Ssa.Seal(next);
            block = next;
        }
        JumpTo(otherwise);
    }
}
