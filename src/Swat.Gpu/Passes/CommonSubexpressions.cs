using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Computes each expression once: a walk down the dominator tree replaces an instruction by an equal one in a dominating place, and a
/// condition by its outcome where a branch on it has been taken. Relies on <see cref="Simplify"/> for canonical operands; leaves
/// memory alone.
/// </summary>
internal sealed class CommonSubexpressions
{
    private readonly Dominators dominators;
    private readonly Dictionary<Instruction, Instruction> available = new(ValueComparer.Instance);
    private readonly Dictionary<Instruction, Constant> decided = [];
    private readonly Dictionary<Value, Value> replaced = new(ReferenceEqualityComparer.Instance);

    /// <summary>What the blocks on the way from the root added, to be taken back on the way up.</summary>
    private readonly Stack<Instruction> added = new();

    private readonly Stack<Instruction> decisions = new();
    private bool changed;

    private CommonSubexpressions(KernelFunction function) => dominators = new Dominators(function);

    public static bool Run(KernelFunction function)
    {
        var pass = new CommonSubexpressions(function);
        pass.Walk(function.Entry);
        function.Substitute(pass.replaced);
        if (pass.replaced.Count > 0)
        {
            foreach (var block in function.Blocks)
                block.RemoveAll(pass.replaced.ContainsKey);
        }
        return pass.changed || pass.replaced.Count > 0;
    }

    private void Walk(BasicBlock root)
    {
        var stack = new Stack<(BasicBlock Block, int Next, int Added, int Decisions)>();
        stack.Push((root, 0, 0, 0));
        while (stack.TryPop(out var top))
        {
            if (top.Next == 0)
            {
                top.Added = added.Count;
                top.Decisions = decisions.Count;
                Enter(top.Block);
            }
            var children = dominators.Children(top.Block);
            if (top.Next < children.Count)
            {
                stack.Push(top with { Next = top.Next + 1 });
                stack.Push((children[top.Next], 0, 0, 0));
                continue;
            }
            while (added.Count > top.Added)
                available.Remove(added.Pop());
            while (decisions.Count > top.Decisions)
                decided.Remove(decisions.Pop());
        }
    }

    private void Enter(BasicBlock block)
    {
        if (block.Predecessors.Count == 1 && block.Predecessors[0].Terminator is { Condition: { } taken } branch)
            Decide(taken, branch.Targets[0] == block);
        foreach (var instruction in block.Instructions)
        {
            // A phi's operands belong to the ends of the predecessors and are resolved from there.
            if (instruction.Op != Op.Phi)
                ResolveAll(instruction.Operands);
            if (!instruction.IsPure && instruction.Op is not (Op.Phi or Op.Extract))
                continue;
            if (available.TryGetValue(instruction, out var equal))
            {
                replaced.Add(instruction, equal);
                continue;
            }
            if (Outcome(instruction) is { } outcome)
            {
                replaced.Add(instruction, outcome);
                continue;
            }
            available.Add(instruction, instruction);
            added.Push(instruction);
        }
        if (block.Terminator?.Condition is { } condition && Resolve(condition) is var resolved && resolved != condition)
        {
            block.Terminator.Condition = resolved;
            changed = true;
        }
        foreach (var successor in block.Successors)
        {
            var edge = successor.Predecessors.IndexOf(block);
            foreach (var phi in successor.Instructions)
            {
                if (phi.Op != Op.Phi)
                    break;
                Replace(ref phi.Operands[edge]);
            }
        }
    }

    /// <summary>Takes note of what a condition is in the blocks below, and what follows for the conditions it is made of.</summary>
    private void Decide(Value condition, bool outcome)
    {
        if (Resolve(condition) is not Instruction instruction || !decided.TryAdd(instruction, Constant.Bool(outcome)))
            return;
        decisions.Push(instruction);
        if (instruction.Op == Op.Not)
        {
            Decide(instruction.Operands[0], !outcome);
        }
        else if ((instruction.Op == Op.And && outcome) || (instruction.Op == Op.Or && !outcome))
        {
            Decide(instruction.Operands[0], outcome);
            Decide(instruction.Operands[1], outcome);
        }
    }

    /// <summary>The outcome of a comparison whose opposite has been decided.</summary>
    private Constant? Outcome(Instruction i)
    {
        if (decided.Count == 0 || i.Op != Op.Compare || i.Operands[0].Type.IsFloat())
            return null;
        var opposite = new Instruction(Op.Compare, IrType.Bool, i.Operands)
        {
            Comparison = Simplifier.Opposite(i.Comparison),
            Unsigned = i.Unsigned,
        };
        return available.TryGetValue(opposite, out var known) && decided.TryGetValue(known, out var outcome)
            ? Constant.Bool(outcome.Bits == 0)
            : null;
    }

    private void ResolveAll(Value[] operands)
    {
        for (var o = 0; o < operands.Length; o++)
            Replace(ref operands[o]);
    }

    private void Replace(ref Value operand)
    {
        var value = Resolve(operand);
        if (value == operand)
            return;
        operand = value;
        changed = true;
    }

    private Value Resolve(Value value)
    {
        while (value is Instruction && replaced.TryGetValue(value, out var next))
            value = next;
        return value is Instruction { Type: IrType.Bool } condition && decided.TryGetValue(condition, out var outcome) ? outcome : value;
    }
}
