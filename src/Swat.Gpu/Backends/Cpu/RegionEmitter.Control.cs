using System.Reflection.Emit;
using Swat.Gpu.Backends.Structure;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// Control flow. Where all lanes that run go the same way, it is IL's own. Where they part, both sides of an if run one after the other,
/// each under a mask, a loop runs while any lane is left in it, and an edge adds its lanes to its target's mask instead of jumping.
/// </summary>
internal sealed partial class RegionEmitter
{
    private const int LargestCheapSide = 6;

    private readonly ControlModes controlFlow;
    private readonly List<Frame> frames = [];
    private readonly Dictionary<Instruction, LocalBuilder> shadows = [];

    private void EmitNode(ControlNode node)
    {
        switch (node)
        {
            case SequenceNode sequence:
                EmitSequence(sequence);
                break;
            case CodeNode code:
                EmitCode(region.Original(code.Block));
                break;
            case EdgeNode edge:
                EmitEdge(edge);
                break;
            case IfNode branch:
                EmitIf(branch);
                break;
            case LabelNode label:
                EmitLabel(label);
                break;
            case LoopNode loop:
                EmitLoop(loop);
                break;
            case ReturnNode end:
                EmitReturn(region.Original(end.Block));
                break;
        }
    }

    private void EmitSequence(SequenceNode sequence)
    {
        var outer = mask;
        Label? end = null;
        foreach (var node in sequence.Nodes)
        {
            EmitNode(node);
            if (node is not LabelNode label || !controlFlow.Collects(label))
                continue;
            mask = collected;
            end ??= il.NewLabel();
            PushAny(mask!);
            il.JumpIfNot(end.Value);
        }
        if (end is { } here)
            il.Mark(here);
        mask = outer;
    }

    /// <summary>Set by a label that collects: the lanes that have come to it.</summary>
    private LocalBuilder[]? collected;

    private void EmitLabel(LabelNode label)
    {
        var frame = new Frame(FrameKind.Label, label.Target) { Start = il.NewLabel(), Mask = mask };
        if (controlFlow.Collects(label))
        {
            frame.Lanes = NewParts(IrType.Bool);
            SetMask(frame.Lanes, PushNoLanes);
        }
        frames.Add(frame);
        EmitNode(label.Body);
        frames.RemoveAt(frames.Count - 1);
        il.Mark(frame.Start);
        collected = frame.Lanes;
    }

    private void EmitReturn(BasicBlock block)
    {
        if (Region.EndsAtBarrier(block))
        {
            var next = block.Terminator!.Targets[0];
            SaveSlots(next);
            il.Int32(plan.Regions.First(r => r.Start == next).Index);
            il.Store(nextRegion);
        }
        if (CanJumpOver(0))
            il.Jump(endOfVector);
    }

    /// <summary>No lanes wait in the constructs from that depth inwards, so that control may leave them at once.</summary>
    private bool CanJumpOver(int depth)
    {
        for (var k = depth; k < frames.Count; k++)
        {
            var frame = frames[k];
            if (frame.Kind == FrameKind.DivergentIf)
                return false;
            if (frame.Lanes is not null && mask is not null)
                return false;
        }
        return true;
    }

    private void EmitEdge(EdgeNode edge)
    {
        var from = region.Original(edge.From);
        var to = region.Original(edge.To);
        if (edge.Kind == EdgeKind.Next)
        {
            AssignPhis(from, to, blend: false, frame: null);
            return;
        }
        var kind = edge.Kind == EdgeKind.Back ? FrameKind.Loop : FrameKind.Label;
        var depth = frames.FindLastIndex(f => f.Kind == kind && f.Target == edge.To);
        var frame = frames[depth];
        var canJump = CanJumpOver(depth + 1);
        if (kind == FrameKind.Loop && frame.Lanes is not null && mask is not null)
            canJump = false;
        // Lanes that came before, and could not jump, keep their values.
        var comeTogether = canJump && frame.Lanes is null && mask == frame.Mask;
        AssignPhis(from, to, mask is not null && !comeTogether, frame);
        if (frame.Lanes is not null && !(kind == FrameKind.Loop && canJump))
            SetMask(frame.Lanes, p => PushUnion(frame.Lanes, p));
        if (canJump)
            il.Jump(frame.Start);
    }

    private void PushUnion(LocalBuilder[] lanes, int p)
    {
        if (mask is null)
        {
            PushAllLanes(p);
            return;
        }
        il.Load(lanes[p]);
        il.Load(mask[p]);
        il.Call(ops.Generic("BitwiseOr", typeof(int), 2));
    }

    private void PushNoLanes(int p) => il.Call(ops.Of(typeof(int)).GetProperty("Zero")!.GetMethod!);

    private void PushAllLanes(int p) => il.Call(ops.Of(typeof(int)).GetProperty("AllBitsSet")!.GetMethod!);

    private void SetMask(LocalBuilder[] lanes, Action<int> push)
    {
        for (var p = 0; p < lanes.Length; p++)
        {
            push(p);
            il.Store(lanes[p]);
        }
    }

    /// <summary>
    /// Gives the phis behind an edge their values. In a loop that lanes leave at different times, scalar phis change only when the next
    /// round starts, as other lanes may still need this round's value.
    /// </summary>
    private void AssignPhis(BasicBlock from, BasicBlock to, bool blend, Frame? frame)
    {
        var edge = to.Predecessors.IndexOf(from);
        var moves = to.Phis.Where(p => plan.IsUsed(p) && p.Operands[edge] != p).Select(p => (Phi: p, Value: p.Operands[edge])).ToList();
        var phis = moves.Select(m => (Value)m.Phi).ToHashSet();
        var parallel = moves.Any(m => phis.Contains(m.Value));
        var stores = new Stack<LocalBuilder>();
        foreach (var (phi, value) in moves)
        {
            if (IsVector(phi))
            {
                var locals = PartLocals(phi);
                for (var p = 0; p < locals.Length; p++)
                {
                    var part = p;
                    if (blend)
                        Blend(mask!, phi.Type, p, () => PushVector(value, part, from), locals[p]);
                    else
                        PushVector(value, p, from);
                    Finish(locals[p]);
                }
                continue;
            }
            PushScalar(value, from);
            Finish(frame is { Shadows: true } ? Shadow(phi) : ScalarLocal(phi));
        }
        while (stores.TryPop(out var local))
            il.Store(local);

        void Finish(LocalBuilder local)
        {
            if (parallel)
                stores.Push(local);
            else
                il.Store(local);
        }
    }

    private LocalBuilder Shadow(Instruction phi)
    {
        if (!shadows.TryGetValue(phi, out var local))
            shadows[phi] = local = il.Local(ScalarOps.ClrType(phi.Type));
        return local;
    }

    private IEnumerable<Instruction> ScalarPhis(BasicBlock block) => block.Phis.Where(p => plan.IsUsed(p) && !IsVector(p));

    private void EmitLoop(LoopNode loop)
    {
        var header = region.Original(loop.Header);
        if (!controlFlow.IsDivergent(loop))
        {
            var frame = new Frame(FrameKind.Loop, loop.Header) { Start = il.NewLabel(), Mask = mask };
            il.Mark(frame.Start);
            frames.Add(frame);
            EmitNode(loop.Body);
            frames.RemoveAt(frames.Count - 1);
            return;
        }
        var outer = mask;
        var end = il.NewLabel();
        var rounds = il.NewLabel();
        var waiting = NewParts(IrType.Bool);
        var running = NewParts(IrType.Bool);
        foreach (var phi in ScalarPhis(header))
        {
            il.Load(ScalarLocal(phi));
            il.Store(Shadow(phi));
        }
        if (mask is null && fastPaths)
        {
            // While all lanes go round together, no mask is needed; the first round in which they part goes on below.
            SetMask(waiting, PushNoLanes);
            var together = new Frame(FrameKind.Loop, loop.Header) { Start = il.NewLabel(), Lanes = waiting, Shadows = true };
            var apart = il.NewLabel();
            if (!plan.Shapes.IsDivergent(header) || header.Instructions.Any(i => i.HasSideEffects))
                apart = default;
            else
                together.Apart = apart;
            il.Mark(together.Start);
            StartRound(header);
            frames.Add(together);
            EmitNode(loop.Body);
            frames.RemoveAt(frames.Count - 1);
            PushAny(waiting);
            il.JumpIfNot(end);
            SetMask(running, p => il.Load(waiting[p]));
            if (together.Apart is not null)
            {
                il.Jump(rounds);
                il.Mark(apart);
                SetMask(running, PushAllLanes);
            }
        }
        else
        {
            SetMask(running, p =>
            {
                if (outer is null)
                    PushAllLanes(p);
                else
                    il.Load(outer[p]);
            });
        }
        il.Mark(rounds);
        SetMask(waiting, PushNoLanes);
        StartRound(header);
        mask = running;
        frames.Add(new Frame(FrameKind.Loop, loop.Header) { Start = rounds, Lanes = waiting, Shadows = true });
        EmitNode(loop.Body);
        frames.RemoveAt(frames.Count - 1);
        SetMask(running, p => il.Load(waiting[p]));
        PushAny(running);
        il.JumpIf(rounds);
        il.Mark(end);
        mask = outer;
    }

    private void StartRound(BasicBlock header)
    {
        foreach (var phi in ScalarPhis(header))
        {
            il.Load(Shadow(phi));
            il.Store(ScalarLocal(phi));
        }
    }

    private void EmitIf(IfNode node)
    {
        var block = region.Original(node.Block);
        var condition = node.Condition;
        var end = il.NewLabel();
        if (!controlFlow.IsDivergent(node))
        {
            var otherwise = il.NewLabel();
            PushScalar(condition, block);
            il.JumpIfNot(otherwise);
            EmitNode(node.Then);
            il.Jump(end);
            il.Mark(otherwise);
            EmitNode(node.Else);
            il.Mark(end);
            return;
        }
        var outer = mask;
        var lanes = NewParts(IrType.Bool);
        SetMask(lanes, p =>
        {
            PushVector(condition, p, block);
            if (outer is null)
                return;
            il.Load(outer[p]);
            il.Call(ops.Generic("BitwiseAnd", typeof(int), 2));
        });
        var isCheap = IsCheap(node.Then) && IsCheap(node.Else);
        if (outer is null && fastPaths && !isCheap)
        {
            EmitTogether(lanes, FullPart, node.Then, end, all: true);
            EmitTogether(lanes, 0, node.Else, end, all: false);
            if (frames is [.., { Kind: FrameKind.Loop, Apart: { } apart, Target: var header }] && header == node.Block)
            {
                il.Jump(apart);
                il.Mark(end);
                return;
            }
        }
        var others = NewParts(IrType.Bool);
        SetMask(others, p =>
        {
            if (outer is null)
            {
                il.Load(lanes[p]);
                il.Call(ops.Generic("OnesComplement", typeof(int), 1));
                return;
            }
            il.Load(outer[p]);
            il.Load(lanes[p]);
            il.Call(ops.Generic("AndNot", typeof(int), 2));
        });
        frames.Add(new Frame(FrameKind.DivergentIf, null));
        EmitSide(node.Then, lanes, isCheap);
        EmitSide(node.Else, others, isCheap);
        frames.RemoveAt(frames.Count - 1);
        mask = outer;
        il.Mark(end);
    }

    /// <summary>The side that all lanes take: without a mask, as if the branch were uniform.</summary>
    private void EmitTogether(LocalBuilder[] lanes, int bits, ControlNode side, Label end, bool all)
    {
        var skip = il.NewLabel();
        if (all)
            PushAllBits(lanes);
        else
            PushAny(lanes);
        il.Int32(bits);
        il.Branch(OpCodes.Bne_Un, skip);
        EmitNode(side);
        il.Jump(end);
        il.Mark(skip);
    }

    private void EmitSide(ControlNode side, LocalBuilder[] lanes, bool isCheap)
    {
        mask = lanes;
        var skip = il.NewLabel();
        if (!isCheap && side is not EdgeNode and not ReturnNode)
        {
            PushAny(lanes);
            il.JumpIfNot(skip);
        }
        EmitNode(side);
        il.Mark(skip);
    }

    /// <summary>So little, and without effects, that running it for no lane costs less than asking whether one wants it.</summary>
    private bool IsCheap(ControlNode node)
    {
        var count = 0;
        return Visit(node) && count <= LargestCheapSide;

        bool Visit(ControlNode part)
        {
            switch (part)
            {
                case EdgeNode { Kind: EdgeKind.Back }:
                    return false;
                case EdgeNode or ReturnNode:
                    return true;
                case SequenceNode sequence:
                    return sequence.Nodes.All(Visit);
                case CodeNode code:
                    var instructions = region.Original(code.Block).Instructions;
                    count += instructions.Count;
                    return !Region.EndsAtBarrier(region.Original(code.Block)) && instructions.All(i => i.IsPure && !IsSlow(i));
                default:
                    return false;
            }
        }
    }

    private bool IsSlow(Instruction i) => IsVector(i)
        ? plan.IsStatement(i) || i.Op is Op.Exp or Op.Log or Op.Log2 or Op.Sin or Op.Cos
        : i.Op is Op.Divide or Op.Remainder;

    private enum FrameKind
    {
        Label,
        Loop,
        DivergentIf,
    }

    /// <summary>A construct around the code that is being written.</summary>
    private sealed class Frame(FrameKind kind, BasicBlock? target)
    {
        public FrameKind Kind { get; } = kind;

        public BasicBlock? Target { get; } = target;

        /// <summary>Where edges to the target jump.</summary>
        public Label Start { get; init; }

        /// <summary>Lanes that have come to the label, or wait for the loop's next round; null if all come together.</summary>
        public LocalBuilder[]? Lanes { get; set; }

        /// <summary>The lanes that run when the construct is entered; null for all.</summary>
        public LocalBuilder[]? Mask { get; init; }

        /// <summary>Scalar phis of the loop's header are set by way of their shadows.</summary>
        public bool Shadows { get; init; }

        /// <summary>Where a loop that has run without masks goes on with them, for all lanes from the header on.</summary>
        public Label? Apart { get; set; }
    }
}
