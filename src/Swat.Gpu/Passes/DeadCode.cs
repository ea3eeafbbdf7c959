using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Removes instructions whose results nothing needs: what is needed is found from side effects and branch conditions backwards, so
/// cycles of phis that only feed themselves go as well. A store to a local array counts as needed only if something else uses
/// the array. Relies on nothing; does not change control flow.
/// </summary>
internal sealed class DeadCode
{
    private readonly bool[] needed;
    private readonly Stack<Instruction> work = new();

    /// <summary>For a local array that is not needed so far: the stores to it.</summary>
    private readonly Dictionary<Instruction, List<Instruction>> pending = [];

    private DeadCode(int count) => needed = new bool[count];

    public static bool Run(KernelFunction function)
    {
        function.Number();
        var count = 0;
        foreach (var block in function.Blocks)
            count += block.Instructions.Count;
        var pass = new DeadCode(count);
        pass.Mark(function);
        return pass.Sweep(function);
    }

    private void Mark(KernelFunction function)
    {
        foreach (var block in function.Blocks)
        {
            foreach (var instruction in block.Instructions)
            {
                if (!instruction.HasSideEffects)
                    continue;
                if (instruction.Op is Op.Store or Op.StoreVector && LocalArrayOf(instruction.Operands[0]) is { } array)
                {
                    if (!pending.TryGetValue(array, out var stores))
                        pending.Add(array, stores = []);
                    stores.Add(instruction);
                    continue;
                }
                Need(instruction);
            }
            if (block.Terminator?.Condition is { } condition)
                Need(condition);
        }
        while (work.TryPop(out var instruction))
        {
            foreach (var operand in instruction.Operands)
                Need(operand);
            if (instruction.Op == Op.LocalArray && pending.TryGetValue(instruction, out var stores))
            {
                foreach (var store in stores)
                    Need(store);
            }
        }
    }

    private void Need(Value value)
    {
        if (value is not Instruction instruction || needed[instruction.Id])
            return;
        needed[instruction.Id] = true;
        work.Push(instruction);
    }

    private bool Sweep(KernelFunction function)
    {
        var changed = false;
        foreach (var block in function.Blocks)
        {
            var before = block.Instructions.Count;
            block.RemoveAll(i => !needed[i.Id]);
            changed |= block.Instructions.Count < before;
        }
        return changed;
    }

    private static Instruction? LocalArrayOf(Value address)
    {
        while (address is Instruction { Op: Op.Offset } offset)
            address = offset.Operands[0];
        return address is Instruction { Op: Op.LocalArray } array ? array : null;
    }
}
