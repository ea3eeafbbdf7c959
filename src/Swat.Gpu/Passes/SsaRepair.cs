using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Brings one variable that several blocks define back to single static assignment: finds the definition that reaches a block, with
/// phis where paths with different definitions meet (Braun et al., "Simple and Efficient Construction of Static Single Assignment
/// Form", 2013). May add phis whose operands are all the same, which <see cref="Simplify"/> removes. Where no definition reaches, the
/// variable is zero.
/// </summary>
internal sealed class SsaRepair(IrType type)
{
    private readonly Dictionary<BasicBlock, Value> atStart = [];
    private readonly Dictionary<BasicBlock, Value> atEnd = [];
    private readonly Queue<Instruction> incomplete = new();

    /// <summary>Sets the value that the variable has at the end of the block.</summary>
    public void Define(BasicBlock block, Value value) => atEnd[block] = value;

    /// <summary>The value given to <see cref="Define"/> for this block; null if there was none.</summary>
    public Value? DefinedIn(BasicBlock block) => atEnd.GetValueOrDefault(block);

    public Value AtEnd(BasicBlock block) => atEnd.TryGetValue(block, out var value) ? value : AtStart(block);

    /// <summary>
    /// The value at the start of the block. Definitions in the blocks that dominate it must be there already, others may follow
    /// until <see cref="Complete"/>.
    /// </summary>
    public Value AtStart(BasicBlock block)
    {
        var from = block;
        Value? found = null;
        while (found is null)
        {
            if (atStart.TryGetValue(from, out found))
                break;
            if (from.Predecessors.Count != 1)
            {
                found = from.Predecessors.Count == 0 ? Constant.Zero(type) : NewPhi(from);
                atStart.Add(from, found);
                break;
            }
            from = from.Predecessors[0];
            atEnd.TryGetValue(from, out found);
        }
        if (from != block)
            atStart[block] = found!;
        return found!;
    }

    /// <summary>Gives the new phis their operands.</summary>
    public void Complete()
    {
        while (incomplete.TryDequeue(out var phi))
        {
            var predecessors = phi.Block!.Predecessors;
            var operands = new Value[predecessors.Count];
            for (var i = 0; i < operands.Length; i++)
                operands[i] = AtEnd(predecessors[i]);
            phi.Operands = operands;
        }
    }

    private Instruction NewPhi(BasicBlock block)
    {
        var phi = block.Insert(0, new Instruction(Op.Phi, type));
        incomplete.Enqueue(phi);
        return phi;
    }
}
