using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Checks every invariant of the intermediate form: edges and predecessor lists agree, control flow is reducible, each value is
/// computed before its uses on every path, and operands have the types that <see cref="Op"/> asks for.
/// </summary>
internal sealed class IrVerifier
{
    private readonly KernelFunction function;
    private readonly Dominators dominators;
    private readonly Dictionary<Instruction, int> positions = [];

    private IrVerifier(KernelFunction function)
    {
        this.function = function;
        CheckBlocks();
        dominators = new Dominators(function);
    }

    /// <summary>Numbers the function and checks it.</summary>
    /// <exception cref="InvalidOperationException">An invariant is broken; the message holds the function as text.</exception>
    public static void Check(KernelFunction function) => new IrVerifier(function).CheckInstructions();

    private void CheckBlocks()
    {
        if (function.Blocks.Count == 0)
            Fail("there is no block");
        if (function.Entry.Predecessors.Count > 0)
            Fail("the entry has a predecessor");
        var edges = new HashSet<(BasicBlock From, BasicBlock To)>();
        var reachable = KernelFunction.ReversePostorder(function.Entry);
        var listed = function.Blocks.ToHashSet();
        foreach (var block in reachable)
        {
            if (block.Terminator is not { } terminator)
            {
                Fail($"{block} has no terminator");
                return;
            }
            if (terminator.IsBranch != (terminator.Condition is not null))
                Fail($"{block} has a condition without a branch, or a branch without a condition");
            foreach (var target in terminator.Targets)
            {
                if (!edges.Add((block, target)))
                    Fail($"{block} leads to {target} twice");
                if (!listed.Contains(target))
                    Fail($"{block} leads to {target}, which is not in the function");
            }
        }
        var known = reachable.ToHashSet();
        foreach (var block in reachable)
        {
            if (block.Predecessors.Distinct().Count() != block.Predecessors.Count)
                Fail($"{block} lists a predecessor twice");
            foreach (var predecessor in block.Predecessors)
            {
                if (known.Contains(predecessor) && !edges.Contains((predecessor, block)))
                    Fail($"{block} lists {predecessor} as predecessor, which does not lead there");
            }
            foreach (var successor in block.Successors)
            {
                if (!successor.Predecessors.Contains(block))
                    Fail($"{successor} does not list {block} as predecessor");
            }
        }
    }

    private void CheckInstructions()
    {
        foreach (var block in function.Blocks)
        {
            foreach (var predecessor in block.Predecessors)
            {
                if (predecessor.Id >= block.Id && !dominators.Dominates(block, predecessor))
                    Fail($"control flow is not reducible: {block} is entered beside {predecessor}'s loop");
            }
            for (var i = 0; i < block.Instructions.Count; i++)
            {
                var instruction = block.Instructions[i];
                if (!positions.TryAdd(instruction, i))
                    Fail(instruction, "stands in two places");
                if (instruction.Block != block)
                    Fail(instruction, "names another block than the one it stands in");
            }
        }
        foreach (var block in function.Blocks)
        {
            var atPhis = true;
            foreach (var instruction in block.Instructions)
            {
                atPhis &= instruction.Op == Op.Phi;
                if (instruction.Op == Op.Phi)
                    CheckPhi(instruction, block, atPhis);
                else
                    CheckOperands(instruction, block);
                if (IrTyping.Error(instruction) is { } error)
                    Fail(instruction, error);
                if (instruction.Op is Op.LocalArray or Op.SharedArray && block != function.Entry)
                    Fail(instruction, "is not in the entry block");
            }
            if (block.Terminator!.Condition is { } condition)
            {
                if (condition.Type != IrType.Bool)
                    Fail($"the condition of {block} is {condition.Type}");
                if (!IsAvailable(condition, block, block.Instructions.Count))
                    Fail($"the condition of {block} is not computed on every path to it");
            }
        }
    }

    private void CheckPhi(Instruction phi, BasicBlock block, bool atPhis)
    {
        if (!atPhis)
            Fail(phi, "stands behind an instruction that is not a phi");
        if (phi.Operands.Length != block.Predecessors.Count)
            Fail(phi, $"has {phi.Operands.Length} operands in a block with {block.Predecessors.Count} predecessors");
        for (var o = 0; o < phi.Operands.Length; o++)
        {
            var predecessor = block.Predecessors[o];
            if (!IsAvailable(phi.Operands[o], predecessor, predecessor.Instructions.Count))
                Fail(phi, $"takes operand {o} from {predecessor}, where it is not computed on every path");
        }
    }

    private void CheckOperands(Instruction instruction, BasicBlock block)
    {
        for (var o = 0; o < instruction.Operands.Length; o++)
        {
            if (!IsAvailable(instruction.Operands[o], block, positions[instruction]))
                Fail(instruction, $"uses operand {o} ({instruction.Operands[o]}), which is not computed on every path to it");
        }
    }

    private bool IsAvailable(Value value, BasicBlock block, int position) => value switch
    {
        null => false,
        Instruction i => positions.TryGetValue(i, out var at)
            && (i.Block == block ? at < position : dominators.Dominates(i.Block!, block)),
        Parameter p => function.Parameters.Contains(p),
        _ => true,
    };

    private void Fail(Instruction instruction, string problem) =>
        Fail($"{instruction.Op} ({instruction} in {instruction.Block}) {problem}");

    private void Fail(string problem) =>
        throw new InvalidOperationException($"Invalid intermediate form of {function.Name}: {problem}.\n{function.Print()}");
}
