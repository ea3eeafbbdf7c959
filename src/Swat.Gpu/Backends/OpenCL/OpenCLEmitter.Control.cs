using System.Text;
using Swat.Gpu.Backends.Structure;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>
/// Control flow: ifs and endless loops that are left by break. A goto leads only where neither break nor continue does: out of several
/// loops, or behind code that follows in the same loop.
/// </summary>
internal sealed partial class OpenCLEmitter
{
    /// <summary>Chains of branches, from unrolled loops say, go on with a goto from here: compilers limit how deep braces nest.</summary>
    private const int MaxNesting = 16;

    /// <summary>What the edges that leave the current block assign, for blocks whose successors are still to be written.</summary>
    private readonly Dictionary<(BasicBlock From, BasicBlock To), ParallelCopy> copies = [];

    /// <summary>Blocks that a goto leads to: their labels stand behind the code that jumps.</summary>
    private readonly HashSet<BasicBlock> labels = [];

    private void WriteStructured()
    {
        WriteNode(ControlTreeBuilder.Build(function), new Surroundings(IsEnd: true, Next: null, Break: null, Loop: null));
    }

    /// <summary>Writes a node; whether control can come to its end.</summary>
    private bool WriteNode(ControlNode node, Surroundings around)
    {
        switch (node)
        {
            case SequenceNode sequence:
                return WriteSequence(sequence, around);
            case CodeNode code:
                WriteCode(code.Block);
                return true;
            case EdgeNode edge:
                return WriteEdge(edge, around);
            case IfNode branch:
                return WriteIf(branch, around);
            case LabelNode label:
                WriteNode(label.Body, around with { IsEnd = false, Next = label.Target });
                WriteLabel(label.Target);
                return true;
            case LoopNode loop:
                return WriteLoop(loop, around);
            case ReturnNode:
                if (around.IsEnd)
                    return true;
                Line("return;");
                return false;
            default:
                throw new InvalidOperationException($"{node.GetType().Name} has no form in C.");
        }
    }

    private bool WriteSequence(SequenceNode sequence, Surroundings around)
    {
        var goesOn = true;
        foreach (var node in sequence.Nodes)
            goesOn = WriteNode(node, around);
        return goesOn;
    }

    private void WriteCode(BasicBlock block)
    {
        StartBlock();
        foreach (var instruction in block.Instructions)
            Write(instruction);
        foreach (var successor in block.Successors)
            copies[(block, successor)] = CopiesInto(block, successor);
    }

    private void StartBlock()
    {
        pending.Clear();
        elements.Clear();
        consumed.Clear();
    }

    private bool WriteEdge(EdgeNode edge, Surroundings around)
    {
        WriteCopies(copies[(edge.From, edge.To)]);
        if (edge.Kind == EdgeKind.Next || edge.To == around.Next)
            return true;
        if (edge.To == around.Break)
        {
            around.Loop!.IsLeft = true;
            Line("break;");
        }
        else if (edge.To == around.Loop?.Header)
        {
            Line("continue;");
        }
        else
        {
            labels.Add(edge.To);
            Line($"goto {Label(edge.To)};");
        }
        return false;
    }

    private void WriteCopies(ParallelCopy copy)
    {
        var statements = copy.Statements().ToList();
        // Temporaries of different edges share their names.
        var hasTemporaries = statements.Count > copy.Count;
        if (hasTemporaries)
            OpenBrace();
        foreach (var statement in statements)
            Line(statement);
        if (hasTemporaries)
            CloseBrace();
    }

    private bool WriteIf(IfNode branch, Surroundings around)
    {
        var condition = Read(branch.Condition);
        var negated = $"!{condition.Within(Precedence.Primary)}";
        // What follows a side that leaves needs no else.
        if (LeavesAtOnce(branch.Then, branch.Else, around))
            return WriteLeaving(condition.Text, branch.Then, branch.Else, around);
        if (LeavesAtOnce(branch.Else, branch.Then, around))
            return WriteLeaving(negated, branch.Else, branch.Then, around);

        var (then, thenGoesOn) = Nested(branch.Then, around, indent + 1);
        var (otherwise, elseGoesOn) = Nested(branch.Else, around, indent + 1);
        if (then.Length > 0)
            WriteBlock($"if ({condition.Text})", then);
        if (otherwise.Length > 0)
            WriteBlock(then.Length > 0 ? "else" : $"if ({negated})", otherwise);
        return thenGoesOn || elseGoesOn;
    }

    private bool LeavesAtOnce(ControlNode node, ControlNode rest, Surroundings around) => node switch
    {
        ReturnNode => !around.IsEnd || Branches(rest),
        EdgeNode { Kind: not EdgeKind.Next } edge => edge.To != around.Next || (indent >= MaxNesting && Branches(rest)),
        _ => false,
    };

    private static bool Branches(ControlNode node) => node switch
    {
        SequenceNode sequence => sequence.Nodes.Any(Branches),
        IfNode or LabelNode or LoopNode => true,
        _ => false,
    };

    private bool WriteLeaving(string condition, ControlNode leaving, ControlNode rest, Surroundings around)
    {
        var (text, _) = Nested(leaving, around with { IsEnd = false, Next = null }, indent + 1);
        WriteBlock($"if ({condition})", text);
        return WriteNode(rest, around);
    }

    private (StringBuilder Text, bool GoesOn) Nested(ControlNode node, Surroundings around, int depth)
    {
        var (outerBody, outerIndent) = (body, indent);
        (body, indent) = (new StringBuilder(), depth);
        var goesOn = WriteNode(node, around);
        var text = body;
        (body, indent) = (outerBody, outerIndent);
        return (text, goesOn);
    }

    private void WriteBlock(string head, StringBuilder text)
    {
        Line(head);
        Line("{");
        body.Append(text);
        Line("}");
    }

    private bool WriteLoop(LoopNode loop, Surroundings around)
    {
        var scope = new LoopScope(loop.Header);
        var (text, _) = Nested(loop.Body, new Surroundings(IsEnd: false, loop.Header, around.Next, scope), indent + 1);
        if (labels.Contains(loop.Header))
            text.Append(' ', (indent + 1) * 4).Append($"{Label(loop.Header)}:;\n");
        WriteBlock("for (;;)", text);
        return scope.IsLeft;
    }

    private void WriteLabel(BasicBlock block)
    {
        if (labels.Contains(block))
            Line($"{Label(block)}:;");
    }

    private static string Label(BasicBlock block) => $"block_{block.Id}";

    private void OpenBrace()
    {
        Line("{");
        indent++;
    }

    private void CloseBrace()
    {
        indent--;
        Line("}");
    }

    private ParallelCopy CopiesInto(BasicBlock from, BasicBlock to)
    {
        var copy = new ParallelCopy();
        var edge = to.Predecessors.IndexOf(from);
        foreach (var phi in to.Phis)
        {
            if (!variables.TryGetValue(phi, out var variable) || phi.Operands[edge] == phi)
                continue;
            var reads = new HashSet<string>();
            CollectReads(phi.Operands[edge], reads);
            copy.Add(CTypes.Of(phi.Type), variable, Read(phi.Operands[edge]).Text, reads);
        }
        return copy;
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

    /// <summary>Where control goes from the code at hand.</summary>
    /// <param name="IsEnd">The end of the code is the kernel's.</param>
    /// <param name="Next">The block that the end of the code leads to.</param>
    /// <param name="Break">The block that break leads to.</param>
    /// <param name="Loop">The loop that break and continue belong to.</param>
    private readonly record struct Surroundings(bool IsEnd, BasicBlock? Next, BasicBlock? Break, LoopScope? Loop);

    private sealed class LoopScope(BasicBlock header)
    {
        public BasicBlock Header { get; } = header;

        /// <summary>A break was written.</summary>
        public bool IsLeft { get; set; }
    }
}
