using System.Text;

namespace Swat.Gpu.IR;

/// <summary>
/// A kernel as the back ends get it: one function, all calls inlined, in static single assignment form over scalars.
/// Control flow is reducible. Blocks stand in reverse postorder after <see cref="Number"/>; unreachable ones are gone.
/// </summary>
internal sealed class KernelFunction(string name)
{
    /// <summary>An identifier made from the C# method's name, unique enough for logs.</summary>
    public string Name { get; } = name;

    public List<Parameter> Parameters { get; } = [];

    /// <summary>Where checked accesses note what failed; null in kernels without checks.</summary>
    public BoundsChecks? BoundsChecks { get; init; }

    /// <summary>The first is the entry, which has no predecessors.</summary>
    public List<BasicBlock> Blocks { get; } = [];

    public BasicBlock Entry => Blocks[0];

    public IEnumerable<Instruction> Instructions => Blocks.SelectMany(b => b.Instructions);

    /// <summary>Bytes of static shared memory, each array 128-byte aligned.</summary>
    public int SharedBytes => Instructions.Where(i => i.Op == Op.SharedArray).Sum(i => ((int)i.Immediate + 127) / 128 * 128);

    public bool Uses(Op op) => Instructions.Any(i => i.Op == op);

    /// <summary>Sets a block's terminator and the predecessor lists that follow from it. Phis of new targets are the caller's.</summary>
    public static void Terminate(BasicBlock block, Terminator terminator)
    {
        foreach (var old in block.Successors)
        {
            if (!terminator.Targets.Contains(old))
                old.RemovePredecessor(block);
        }
        var before = block.Successors.ToHashSet();
        block.Terminator = terminator;
        foreach (var target in terminator.Targets)
        {
            if (!before.Contains(target))
                target.Predecessors.Add(block);
        }
    }

    /// <summary>Replaces operands and conditions by the map, following chains in it.</summary>
    public void Substitute(IReadOnlyDictionary<Value, Value> map)
    {
        if (map.Count == 0)
            return;
        foreach (var block in Blocks)
        {
            foreach (var instruction in block.Instructions)
            {
                for (var i = 0; i < instruction.Operands.Length; i++)
                    instruction.Operands[i] = Resolve(instruction.Operands[i]);
            }
            if (block.Terminator is { Condition: { } condition } terminator)
                terminator.Condition = Resolve(condition);
        }

        Value Resolve(Value value)
        {
            while (map.TryGetValue(value, out var next))
                value = next;
            return value;
        }
    }

    /// <summary>Drops unreachable blocks, puts the rest in reverse postorder and numbers blocks and instructions.</summary>
    public void Number()
    {
        var order = ReversePostorder(Entry);
        var reachable = order.ToHashSet();
        foreach (var block in Blocks)
        {
            if (reachable.Contains(block))
                continue;
            foreach (var successor in block.Successors)
            {
                if (reachable.Contains(successor) && successor.Predecessors.Contains(block))
                    successor.RemovePredecessor(block);
            }
        }
        Blocks.Clear();
        Blocks.AddRange(order);
        var id = 0;
        for (var i = 0; i < Blocks.Count; i++)
        {
            Blocks[i].Id = i;
            foreach (var instruction in Blocks[i].Instructions)
                instruction.Id = id++;
        }
    }

    /// <summary>Every block before those it leads to, loops' back edges apart.</summary>
    public static List<BasicBlock> ReversePostorder(BasicBlock entry)
    {
        var postorder = new List<BasicBlock>();
        var seen = new HashSet<BasicBlock> { entry };
        var stack = new Stack<(BasicBlock Block, int Next)>();
        stack.Push((entry, 0));
        while (stack.TryPop(out var top))
        {
            // Successors are taken last to first, so that the branch's first target comes first in the result.
            var index = top.Block.Successors.Count - 1 - top.Next;
            if (index < 0)
            {
                postorder.Add(top.Block);
                continue;
            }
            stack.Push((top.Block, top.Next + 1));
            var successor = top.Block.Successors[index];
            if (seen.Add(successor))
                stack.Push((successor, 0));
        }
        postorder.Reverse();
        return postorder;
    }

    /// <summary>The function as text, for tests and for `Context` dumps.</summary>
    public string Print()
    {
        Number();
        var text = new StringBuilder();
        text.Append(Name).Append('(');
        text.AppendJoin(", ", Parameters.Select(p => $"{p.Type} {p}")).Append(")\n");
        foreach (var block in Blocks)
        {
            text.Append($"{block}:");
            if (block.Predecessors.Count > 0)
                text.Append(" from ").AppendJoin(", ", block.Predecessors);
            text.Append('\n');
            foreach (var i in block.Instructions)
            {
                text.Append("    ");
                if (i.Type != IrType.Void)
                    text.Append($"{i}: {i.Type} = ");
                text.Append(i.Op).Append(Attributes(i)).Append(' ').AppendJoin(", ", i.Operands.AsEnumerable()).Append('\n');
            }
            var end = block.Terminator;
            text.Append(end switch
            {
                null => "    (open)\n",
                { IsReturn: true } => "    return\n",
                { IsBranch: true } => $"    branch {end.Condition} {end.Targets[0]} else {end.Targets[1]}\n",
                _ => $"    jump {end.Targets[0]}\n",
            });
        }
        return text.ToString();
    }

    private static string Attributes(Instruction i)
    {
        var parts = new List<string>();
        if (i.Op == Op.Compare)
            parts.Add(i.Comparison.ToString());
        if (i.Op == Op.AtomicOp)
            parts.Add(i.Atomic.ToString());
        if (i.Op == Op.ShuffleOp)
            parts.Add(i.Shuffle.ToString());
        if (i.Op is Op.Load or Op.Store or Op.LoadVector or Op.StoreVector or Op.AtomicOp)
            parts.Add(i.Memory.ToString());
        if (i.Immediate != 0)
            parts.Add(i.Immediate.ToString());
        if (i.Unsigned)
            parts.Add("unsigned");
        if (i.Approximate)
            parts.Add("approximate");
        if (i.Data is TargetIntrinsic intrinsic)
            parts.Add(intrinsic.Name);
        return parts.Count == 0 ? "" : $"<{string.Join(' ', parts)}>";
    }
}
