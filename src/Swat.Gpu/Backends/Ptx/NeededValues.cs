using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

/// <summary>Finds the values that must be computed into registers: addresses that fold into memory operands need none.</summary>
internal static class NeededValues
{
    public static IReadOnlySet<Value> Of(KernelFunction kernel)
    {
        var needed = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        var work = new Stack<Value>();
        foreach (var block in kernel.Blocks)
        {
            foreach (var instruction in block.Instructions)
            {
                if (instruction.HasSideEffects)
                    Need(instruction);
            }
            if (block.Terminator?.Condition is { } condition)
                Need(condition);
        }
        while (work.TryPop(out var value))
        {
            if (value is not Instruction instruction)
                continue;
            for (var i = 0; i < instruction.Operands.Length; i++)
                Need(i == 0 && HasAddress(instruction.Op) ? PtxAddress.Of(instruction.Operands[i]).Base : instruction.Operands[i]);
        }
        return needed;

        void Need(Value value)
        {
            if (value is not Constant && needed.Add(value))
                work.Push(value);
        }
    }

    /// <summary>The first operand is a memory operand of the PTX instruction, which can add a constant.</summary>
    public static bool HasAddress(Op op) => op is Op.Load or Op.Store or Op.LoadVector or Op.StoreVector or Op.AtomicOp;
}
