using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>How often each instruction's result is read, and whether outside its block. A phi reads at the end of its predecessors.</summary>
internal sealed class ValueUses
{
    private readonly Dictionary<Instruction, int> counts = [];
    private readonly HashSet<Instruction> outside = [];

    public ValueUses(KernelFunction function)
    {
        foreach (var block in function.Blocks)
        {
            foreach (var instruction in block.Instructions)
            {
                for (var i = 0; i < instruction.Operands.Length; i++)
                    Add(instruction.Operands[i], instruction.Op == Op.Phi ? block.Predecessors[i] : block);
            }
            if (block.Terminator?.Condition is { } condition)
                Add(condition, block);
        }
    }

    /// <summary>Reads of the value; those of an instruction with several results count through <see cref="Op.Extract"/>.</summary>
    public int Count(Instruction instruction) => counts.GetValueOrDefault(instruction);

    /// <summary>Some read stands in another block than the instruction.</summary>
    public bool LeavesBlock(Instruction instruction) => outside.Contains(instruction);

    private void Add(Value value, BasicBlock reader)
    {
        if (value is not Instruction instruction)
            return;
        // The results of a vector load are named in place, so that their readers are the vector's.
        if (instruction.Op == Op.Extract && instruction.Operands[0] is Instruction source)
            Add(source, reader);
        counts[instruction] = Count(instruction) + 1;
        if (instruction.Block != reader)
            outside.Add(instruction);
    }
}
