using System.Reflection.Emit;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// Writes the method of one region: <c>int Run(byte* arguments, byte* scratch)</c> runs the region for all vectors of the group and
/// returns the number of the next region, -1 at the kernel's end. Values that are wanted before the code they are wanted in (parameters,
/// constants in registers, hoisted values) are noted while that code is written; their own code follows at the end of the method and is
/// jumped to first.
/// </summary>
internal sealed partial class RegionEmitter
{
    private const int ArgumentsArgument = 0;
    private const int ScratchArgument = 1;

    private readonly KernelPlan plan;
    private readonly Region region;
    private readonly IlWriter il;
    private readonly VectorOps ops;
    private readonly bool fastPaths;
    private readonly LocalBuilder nextRegion;
    private readonly LocalBuilder vector;
    private readonly Preparation groupCode = new();
    private Preparation vectorCode = new();

    /// <summary>Which code is being written: the region's own, or what is prepared for a vector or the group.</summary>
    private HoistLevel phase;

    /// <summary>Lanes that run; null for all.</summary>
    private LocalBuilder[]? mask;

    private Label endOfVector;

    private RegionEmitter(KernelPlan plan, Region region, IlWriter il, bool fastPaths)
    {
        this.plan = plan;
        this.region = region;
        this.il = il;
        this.fastPaths = fastPaths;
        ops = VectorOps.For(plan.VectorBits);
        nextRegion = il.Local(typeof(int));
        vector = il.Local(typeof(int));
        controlFlow = ControlModes.Find(region, plan.Shapes);
    }

    private int Lanes => plan.Launch.Lanes;

    private int LanesPerPart => plan.VectorBits / 32;

    /// <param name="plan">The kernel.</param>
    /// <param name="region">The region to write.</param>
    /// <param name="generator">Takes the code.</param>
    /// <param name="fastPaths">Write code twice, once for the case that all lanes go the same way.</param>
    public static void Emit(KernelPlan plan, Region region, ILGenerator generator, bool fastPaths) =>
        new RegionEmitter(plan, region, new IlWriter(generator), fastPaths).EmitMethod();

    private void EmitMethod()
    {
        var start = il.NewLabel();
        var prepare = il.NewLabel();
        il.Jump(prepare);
        il.Mark(start);
        il.Int32(-1);
        il.Store(nextRegion);
        var whole = plan.Launch.Count / Lanes;
        var rest = plan.Launch.Count % Lanes;
        if (whole > 0)
            EmitVectors(whole);
        if (rest > 0)
        {
            il.Int32(whole);
            il.Store(vector);
            EmitVector(TailMask(rest));
        }
        il.Load(nextRegion);
        il.Emit(OpCodes.Ret);
        il.Mark(prepare);
        phase = HoistLevel.Group;
        groupCode.Run();
        il.Jump(start);
    }

    private void EmitVectors(int count)
    {
        var top = il.NewLabel();
        il.Int32(0);
        il.Store(vector);
        il.Mark(top);
        EmitVector(null);
        il.Load(vector);
        il.Int32(1);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Dup);
        il.Store(vector);
        il.Int32(count);
        il.Branch(OpCodes.Blt, top);
    }

    private void EmitVector(LocalBuilder[]? lanes)
    {
        var start = il.NewLabel();
        var prepare = il.NewLabel();
        var end = il.NewLabel();
        endOfVector = il.NewLabel();
        vectorCode = new Preparation();
        mask = lanes;
        LoadSlots();
        il.Jump(prepare);
        il.Mark(start);
        EmitNode(region.Tree);
        il.Mark(endOfVector);
        il.Jump(end);
        il.Mark(prepare);
        phase = HoistLevel.Vector;
        vectorCode.Run();
        phase = HoistLevel.None;
        il.Jump(start);
        il.Mark(end);
        mask = null;
    }

    /// <summary>Has code run before the group or the vector; a second request with the same key is the same code.</summary>
    private void Prepare(HoistLevel level, object key, Action code) =>
        (level == HoistLevel.Group ? groupCode : vectorCode).Request(key, code, phase == level);

    private LocalBuilder[] TailMask(int lanes)
    {
        var parts = new LocalBuilder[plan.Parts];
        for (var p = 0; p < parts.Length; p++)
        {
            parts[p] = il.Local(ops.Of(typeof(int)));
            var part = p;
            Prepare(HoistLevel.Group, parts[part], () =>
            {
                PushIota(typeof(int), 1, part);
                il.Int32(lanes);
                il.Call(ops.Create(typeof(int)));
                il.Call(ops.Generic("LessThan", typeof(int), 2));
                il.Store(parts[part]);
            });
        }
        return parts;
    }

    /// <summary>
    /// Values from earlier regions. Those of the group are read once, as vectors may write them anew for the next region before others
    /// have run this one.
    /// </summary>
    private void LoadSlots()
    {
        if (region.Index == 0)
            return;
        foreach (var i in plan.Liveness.LiveIn(region.Start).OrderBy(i => i.Id))
        {
            var slot = plan.SlotOf(i);
            if (slot < 0 || !UsedInRegion(i))
                continue;
            if (plan.IsGroupSlot(i))
            {
                var local = ScalarLocal(i);
                var defined = plan.IsDefinedIn(i, region);
                if (groupSlots.TryGetValue(i, out var kept))
                {
                    CopyGroupSlot(i, kept, local);
                    continue;
                }
                kept = defined ? il.Local(local.LocalType) : local;
                groupSlots[i] = kept;
                Prepare(HoistLevel.Group, kept, () =>
                {
                    PushScratch(plan.GroupSlotsOffset + slot);
                    LoadScalarFrom(i.Type);
                    il.Store(kept);
                    if (!defined && plan.WantsSplat(i))
                        SetSplat(i);
                });
                CopyGroupSlot(i, kept, local);
                continue;
            }
            var (type, parts) = (i.Type, i);
            Prepare(HoistLevel.Vector, ("slot", i), () =>
            {
                if (plan.Shapes.Of(i).IsVector || plan.IsCaptured(i))
                {
                    var locals = plan.IsCaptured(i) ? CaptureLocals(i) : PartLocals(i);
                    for (var p = 0; p < locals.Length; p++)
                    {
                        PushVectorSlot(slot + (p * plan.VectorBits / 8));
                        il.Call(ops.Load(VectorOps.Element(type)));
                        il.Store(locals[p]);
                    }
                    return;
                }
                PushVectorSlot(slot);
                LoadScalarFrom(type);
                il.Store(ScalarLocal(i));
                if (plan.WantsSplat(i))
                    SetSplat(i);
            });
        }
    }

    private void CopyGroupSlot(Instruction i, LocalBuilder kept, LocalBuilder local)
    {
        if (kept == local)
            return;
        Prepare(HoistLevel.Vector, ("slot", i), () =>
        {
            il.Load(kept);
            il.Store(local);
            if (plan.WantsSplat(i))
                SetSplat(i);
        });
    }

    private bool UsedInRegion(Instruction i) => usedInRegion.Contains(i) || plan.IsDefinedIn(i, region);

    private HashSet<Instruction> usedInRegion => field ??=
    [
        .. region.Blocks.SelectMany(b => b.Instructions).SelectMany(i => i.Operands).OfType<Instruction>(),
        .. region.Blocks.Select(b => b.Terminator!.Condition).OfType<Instruction>(),
        .. region.Blocks.SelectMany(b => b.Instructions).Where(i => i.Op != Op.Phi).SelectMany(HoistedOperands),
    ];

    private IEnumerable<Instruction> HoistedOperands(Instruction i) => i.Operands.OfType<Instruction>()
        .Where(o => plan.HoistOf(o) != HoistLevel.None).SelectMany(o => HoistedOperands(o).Append(o));

    private void SaveSlots(BasicBlock next)
    {
        foreach (var i in plan.Liveness.LiveIn(next).OrderBy(i => i.Id))
        {
            var slot = plan.SlotOf(i);
            if (slot < 0 || !plan.IsDefinedIn(i, region))
                continue;
            if (plan.IsGroupSlot(i))
            {
                PushScratch(plan.GroupSlotsOffset + slot);
                PushScalar(i, i.Block!);
                StoreScalarTo(i.Type);
                continue;
            }
            if (plan.Shapes.Of(i).IsVector || plan.IsCaptured(i))
            {
                var locals = plan.IsCaptured(i) ? CaptureLocals(i) : PartLocals(i);
                for (var p = 0; p < locals.Length; p++)
                {
                    var part = p;
                    StoreRegister(
                        VectorOps.Element(i.Type), () => PushVectorSlot(slot + (part * plan.VectorBits / 8)), () => il.Load(locals[part]));
                }
                continue;
            }
            PushVectorSlot(slot);
            PushScalar(i, i.Block!);
            StoreScalarTo(i.Type);
        }
    }

    private void PushScratch(int offset)
    {
        il.Argument(ScratchArgument);
        il.AddBytes(offset);
    }

    /// <summary>An address in this vector's slots.</summary>
    private void PushVectorSlot(int offset)
    {
        il.Load(VectorLocal("slots", typeof(byte*), () =>
        {
            PushScratch(plan.VectorSlotsOffset);
            il.Load(vector);
            il.Int32(plan.VectorSlotBytes);
            il.Emit(OpCodes.Mul);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Add);
        }));
        il.AddBytes(offset);
    }
}
