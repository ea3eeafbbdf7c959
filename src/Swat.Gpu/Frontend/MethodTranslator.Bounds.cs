using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

internal sealed partial class MethodTranslator
{
    /// <summary>The element's address, or, where the index does not lie in the view, a safe one after noting it in the report.</summary>
    private Value CheckedElement(BoundsChecks checks, Value pointer, Value length, Value index, int size)
    {
        var wide = Convert(index, IrType.Int64);
        var inside = EmitCompare(Comparison.Less, wide, length, true);
        NoteUnless(inside, checks, pointer, wide, length, "element");
        var element = OffsetBy(pointer, Select(inside, wide, Constant.Int64(0)), size);
        return pointer.Type == IrType.GlobalPointer
            ? Select(inside, element, OffsetBy(checks.Report!, BoundsChecks.ScratchOffset))
            : element;
    }

    /// <summary>The sub-view, or an empty one at the start of the view where it does not lie in it.</summary>
    private Symbol CheckedSubView(BoundsChecks checks, Value pointer, Value length, Value first, Value? count, int size)
    {
        first = Convert(first, IrType.Int64);
        var startsInside = EmitCompare(Comparison.LessOrEqual, first, length, true);
        NoteUnless(startsInside, checks, pointer, first, length, "start of a sub-view");
        first = Select(startsInside, first, Constant.Int64(0));
        var rest = Select(startsInside, Binary(Op.Subtract, length, first), Constant.Int64(0));
        if (count is null)
            return View(OffsetBy(pointer, first, size), rest);
        count = Convert(count, IrType.Int64);
        var endsInside = EmitCompare(Comparison.LessOrEqual, count, rest, true);
        NoteUnless(endsInside, checks, pointer, Binary(Op.Add, first, count), length, "end of a sub-view");
        return View(OffsetBy(pointer, first, size), Select(endsInside, count, Constant.Int64(0)));
    }

    private void NoteUnless(Value inside, BoundsChecks checks, Value pointer, Value index, Value length, string what)
    {
        if (inside is Constant { Bits: not 0 })
            return;
        checks.Sites.Add($"{what} of {OriginOf(pointer)}, in {string.Join(" -> ", context.MethodChain)}");
        var number = checks.Sites.Count;
        var (failed, next) = (Ssa.NewBlock(), Ssa.NewBlock());
        KernelFunction.Terminate(block, Terminator.Branch(inside, next, failed));
        Ssa.Seal(failed);
        block = failed;
        var report = checks.Report!;
        var before = Emit(new Instruction(Op.AtomicOp, IrType.Int32, report, Constant.Int32(0), Constant.Int32(number))
        {
            Atomic = AtomicKind.CompareExchange,
            Memory = MemoryType.Int32,
        });
        var isFirst = EmitCompare(Comparison.Equal, before, Constant.Int32(0), false);
        var target = Select(isFirst, report, OffsetBy(report, BoundsChecks.IgnoredOffset));
        Note(target, BoundsChecks.IndexOffset, index);
        Note(target, BoundsChecks.LengthOffset, length);
        KernelFunction.Terminate(block, Terminator.Jump(next));
        Ssa.Seal(next);
        block = next;
    }

    private void Note(Value target, int offset, Value value) =>
        Emit(new Instruction(Op.Store, IrType.Void, OffsetBy(target, offset), value) { Memory = MemoryType.Int64 });

    private Value Select(Value condition, Value ifTrue, Value ifFalse) => Emit(Op.Select, ifTrue.Type, condition, ifTrue, ifFalse);

    /// <summary>The view's name where it is known: a parameter, or the kind of array.</summary>
    private static string OriginOf(Value pointer) => pointer switch
    {
        Parameter parameter => parameter.Name,
        Instruction { Op: Op.Offset or Op.Select } instruction => OriginOf(instruction.Operands[instruction.Op == Op.Select ? 1 : 0]),
        { Type: IrType.SharedPointer } => "a shared array",
        { Type: IrType.LocalPointer } => "a local array",
        _ => "a view",
    };
}
