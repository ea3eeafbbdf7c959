using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>Control flow: labels and gotos over the blocks.</summary>
internal sealed partial class OpenCLEmitter
{
    private void WriteBlocks()
    {
        var targets = JumpTargets();
        for (var i = 0; i < function.Blocks.Count; i++)
        {
            var block = function.Blocks[i];
            if (targets.Contains(block))
                body.Append($"{Label(block)}:\n");
            indent = 1;
            Line("{");
            indent = 2;
            StartBlock();
            foreach (var instruction in block.Instructions)
                Write(instruction);
            WriteEnd(block, i + 1 < function.Blocks.Count ? function.Blocks[i + 1] : null);
            indent = 1;
            Line("}");
        }
    }

    private void StartBlock()
    {
        pending.Clear();
        elements.Clear();
        consumed.Clear();
    }

    private static string Label(BasicBlock block) => $"block_{block.Id}";

    /// <summary>Blocks that some other block than the one before jumps to.</summary>
    private HashSet<BasicBlock> JumpTargets()
    {
        var targets = new HashSet<BasicBlock>();
        for (var i = 0; i < function.Blocks.Count; i++)
        {
            foreach (var successor in function.Blocks[i].Successors)
            {
                if (i + 1 == function.Blocks.Count || function.Blocks[i + 1] != successor)
                    targets.Add(successor);
            }
        }
        return targets;
    }

    private void WriteEnd(BasicBlock block, BasicBlock? next)
    {
        var terminator = block.Terminator!;
        if (terminator.IsReturn)
        {
            if (next is not null)
                Line("return;");
            return;
        }
        if (!terminator.IsBranch)
        {
            WriteEdge(block, terminator.Targets[0], next);
            return;
        }
        var condition = Read(terminator.Condition!);
        var (taken, other) = (terminator.Targets[0], terminator.Targets[1]);
        var text = condition.Text;
        if (taken == next)
        {
            (taken, other) = (other, taken);
            text = $"!{condition.Within(Precedence.Primary)}";
        }
        var copies = CopiesInto(block, taken);
        if (copies.IsEmpty)
        {
            Line($"if ({text})");
            indent++;
            Line($"goto {Label(taken)};");
            indent--;
        }
        else
        {
            Line($"if ({text})");
            Line("{");
            indent++;
            WriteEdge(block, taken, null);
            indent--;
            Line("}");
        }
        WriteEdge(block, other, next);
    }

    private void WriteEdge(BasicBlock from, BasicBlock to, BasicBlock? next)
    {
        foreach (var statement in CopiesInto(from, to).Statements())
            Line(statement);
        if (to != next)
            Line($"goto {Label(to)};");
    }

    private ParallelCopy CopiesInto(BasicBlock from, BasicBlock to)
    {
        var copies = new ParallelCopy();
        var edge = to.Predecessors.IndexOf(from);
        foreach (var phi in to.Phis)
        {
            if (!variables.TryGetValue(phi, out var variable) || phi.Operands[edge] == phi)
                continue;
            var reads = new HashSet<string>();
            CollectReads(phi.Operands[edge], reads);
            copies.Add(CTypes.Of(phi.Type), variable, Read(phi.Operands[edge]).Text, reads);
        }
        return copies;
    }

    /// <summary>The variables that the value's expression names.</summary>
    private void CollectReads(Value value, HashSet<string> reads)
    {
        if (variables.TryGetValue(value, out var variable))
        {
            reads.Add(variable);
            return;
        }
        if (value is not Instruction instruction)
            return;
        foreach (var operand in instruction.Operands)
            CollectReads(operand, reads);
    }
}
