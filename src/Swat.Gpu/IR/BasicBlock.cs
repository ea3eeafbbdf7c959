namespace Swat.Gpu.IR;

/// <summary>Instructions that run one after the other, phis first, and a terminator.</summary>
internal sealed class BasicBlock
{
    private readonly List<Instruction> instructions = [];

    /// <summary>Number for printing; given by <see cref="KernelFunction.Number"/>.</summary>
    public int Id { get; set; }

    public IReadOnlyList<Instruction> Instructions => instructions;

    public IEnumerable<Instruction> Phis => instructions.TakeWhile(i => i.Op == Op.Phi);

    /// <summary>Set once the block is complete; its targets' <see cref="Predecessors"/> are kept by <see cref="KernelFunction"/>.</summary>
    public Terminator? Terminator { get; set; }

    /// <summary>Blocks that end in a jump here; phis' operands follow this order. No block is listed twice.</summary>
    public List<BasicBlock> Predecessors { get; } = [];

    public IReadOnlyList<BasicBlock> Successors => Terminator?.Targets ?? [];

    public Instruction Append(Instruction instruction)
    {
        instruction.Block = this;
        instructions.Add(instruction);
        return instruction;
    }

    public Instruction Insert(int index, Instruction instruction)
    {
        instruction.Block = this;
        instructions.Insert(index, instruction);
        return instruction;
    }

    /// <summary>Adds a phi behind the phis that are there.</summary>
    public Instruction AppendPhi(Instruction phi) => Insert(Phis.Count(), phi);

    public void Replace(IEnumerable<Instruction> newInstructions)
    {
        var list = newInstructions.ToList();
        instructions.Clear();
        foreach (var instruction in list)
            Append(instruction);
    }

    public void RemoveAll(Predicate<Instruction> match) => instructions.RemoveAll(match);

    /// <summary>Forgets an incoming edge and the phis' operands for it.</summary>
    public void RemovePredecessor(BasicBlock predecessor)
    {
        var index = Predecessors.IndexOf(predecessor);
        Predecessors.RemoveAt(index);
        foreach (var phi in Phis)
            phi.Operands = [.. phi.Operands.Where((_, i) => i != index)];
    }

    public override string ToString() => $"b{Id}";
}
