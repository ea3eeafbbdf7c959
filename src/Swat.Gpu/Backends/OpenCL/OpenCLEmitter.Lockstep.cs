using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>
/// Control flow for work items that must reach warp operations together though they take different ways: every work item walks past
/// all blocks in order and runs those it is due at. A loop with warp operations or barriers in it is repeated until no work item of the
/// group is due at its start.
/// </summary>
internal sealed partial class OpenCLEmitter
{
    private const string NextBlock = "next_block";
    private const string Again = "again";

    private void WriteLockstep()
    {
        declarations.Append($"    int {NextBlock} = {function.Entry.Id};\n    int {Again};\n");
        WriteRegion(new LoopForest(function), null);
    }

    private void WriteRegion(LoopForest loops, Loop? loop)
    {
        foreach (var block in loop?.Blocks ?? [.. function.Blocks])
        {
            var innermost = loops.Of(block);
            if (innermost == loop)
            {
                WriteLockstepBlock(block);
                continue;
            }
            // A loop stands where its header stands; its other blocks were written with it.
            while (innermost!.Parent != loop && innermost.Parent is { } parent)
                innermost = parent;
            if (innermost.Header == block && innermost.Parent == loop)
                WriteLoop(loops, innermost);
        }
    }

    private void WriteLoop(LoopForest loops, Loop loop)
    {
        Line("do");
        Line("{");
        indent++;
        WriteRegion(loops, loop);
        var due = IsDue(loop.Header);
        if (!loop.Blocks.SelectMany(b => b.Instructions).Any(LockstepBlocks.IsSynchronization))
        {
            indent--;
            Line("}");
            Line($"while ({due});");
            return;
        }
        var flag = $"((__local int*){WarpScratch})[0]";
        Line($"if ({helpers.Use("swat_item_in_group")}() == 0)");
        Line($"    {flag} = 0;");
        Line(LocalBarrier);
        Line($"if ({due})");
        Line($"    {flag} = 1;");
        Line(LocalBarrier);
        Line($"{Again} = {flag};");
        Line(LocalBarrier);
        indent--;
        Line("}");
        Line($"while ({Again} != 0);");
    }

    private static string IsDue(BasicBlock block) => $"{NextBlock} == {block.Id}";

    private void WriteLockstepBlock(BasicBlock block)
    {
        StartBlock();
        if (block.Instructions is [var alone] && LockstepBlocks.IsSynchronization(alone))
        {
            due = IsDue(block);
            WriteEffect(alone);
            due = null;
            Line($"if ({IsDue(block)})");
            Line($"    {NextBlock} = {block.Terminator!.Targets[0].Id};");
            return;
        }
        Line($"if ({IsDue(block)})");
        Line("{");
        indent++;
        foreach (var instruction in block.Instructions)
            Write(instruction);
        var end = block.Terminator!;
        if (end.IsBranch)
        {
            Line($"if ({Read(end.Condition!)})");
            WriteTurn(block, end.Targets[0]);
            Line("else");
            WriteTurn(block, end.Targets[1]);
        }
        else if (end.IsReturn)
        {
            Line($"{NextBlock} = -1;");
        }
        else
        {
            WriteDue(block, end.Targets[0]);
        }
        indent--;
        Line("}");
    }

    private void WriteTurn(BasicBlock from, BasicBlock to)
    {
        Line("{");
        indent++;
        WriteDue(from, to);
        indent--;
        Line("}");
    }

    private void WriteDue(BasicBlock from, BasicBlock to)
    {
        foreach (var statement in CopiesInto(from, to).Statements())
            Line(statement);
        Line($"{NextBlock} = {to.Id};");
    }
}
