using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// Everything decided about a kernel before code is written: shapes, which values are computed where, and the layout of scratch memory.
/// </summary>
internal sealed class KernelPlan
{
    /// <summary>Bytes between lane buffers: 32 lanes of 8 bytes.</summary>
    public const int LaneBufferBytes = 256;

    private const int HeaderBytes = 128;
    private const int LaneBuffers = 40;
    private const int LargestTree = 40;

    private readonly Dictionary<Value, List<(Instruction? User, BasicBlock Block)>> uses = [];
    private readonly HashSet<Instruction> folded = [];
    private readonly HashSet<Instruction> captured = [];
    private readonly Dictionary<Instruction, HoistLevel> hoisted = [];
    private readonly Dictionary<Instruction, HoistLevel> hoistable = [];
    private readonly Dictionary<Instruction, int> slots = [];
    private readonly HashSet<Instruction> groupWide = [];
    private readonly Dictionary<Instruction, int> sharedOffsets = [];
    private readonly Dictionary<Instruction, Instruction[]> extracts = [];
    private readonly RowAccesses rows;

    public KernelPlan(KernelFunction function, CpuLaunchShape launch, int vectorBits)
    {
        Function = function;
        Launch = launch;
        VectorBits = vectorBits;
        Loops = new LoopForest(function);
        Local = new LocalMemoryLayout(function, launch.Lanes);
        Shapes = new LaneShapes(function, Loops, launch, Local.LaneStride);
        Liveness = new Liveness(function);
        Regions = Region.Find(function);
        Uniformity = new GroupUniformity(function, Loops);
        FindUses();
        rows = new RowAccesses(this);
        foreach (var i in function.Instructions)
            hoistable[i] = Hoistable(i);
        foreach (var i in function.Instructions.Reverse())
            Hoist(i);
        foreach (var block in function.Blocks)
            Fold(block);
        LayOut();
    }

    public KernelFunction Function { get; }

    public CpuLaunchShape Launch { get; }

    public int VectorBits { get; }

    /// <summary>Registers of a 32-bit value; a 64-bit one has twice as many. 0 for scalar code.</summary>
    public int Parts => Launch.Lanes == 1 ? 0 : Launch.Lanes * 32 / VectorBits;

    public LoopForest Loops { get; }

    public LocalMemoryLayout Local { get; }

    public LaneShapes Shapes { get; }

    public Liveness Liveness { get; }

    public GroupUniformity Uniformity { get; }

    public List<Region> Regions { get; }

    // Scratch memory, in this order: the launch's and group's numbers, thread indices, lane buffers, values that are the same for the
    // whole group, values of each vector, local arrays, shared memory.
    public int ThreadIndexOffset(long dimension) => HeaderBytes + ((int)dimension * ThreadTableBytes);

    public int ThreadTableBytes => Launch.RowsAreWhole ? 0 : (Launch.Vectors * Launch.Lanes * 4) + 64;

    public int LaneBufferOffset(int index) => index < LaneBuffers
        ? RoundUp(HeaderBytes + (3 * ThreadTableBytes)) + (index * LaneBufferBytes)
        : throw new InvalidOperationException($"{Function.Name} needs more than {LaneBuffers} lane buffers.");

    public int GroupSlotsOffset => LaneBufferOffset(0) + (LaneBuffers * LaneBufferBytes);

    public int GroupSlotBytes { get; private set; }

    public int VectorSlotsOffset => RoundUp(GroupSlotsOffset + GroupSlotBytes);

    /// <summary>Bytes of slots of one vector.</summary>
    public int VectorSlotBytes { get; private set; }

    public int LocalOffset => RoundUp(VectorSlotsOffset + (VectorSlotBytes * Launch.Vectors));

    /// <summary>Vectors keep their local arrays from region to region; in a single region they share them.</summary>
    public bool LocalIsPerVector => Regions.Count > 1;

    public int SharedOffset => RoundUp(LocalOffset + (Local.Bytes * (LocalIsPerVector ? Launch.Vectors : 1)));

    public int SharedBytes { get; private set; }

    public int ScratchBytes => RoundUp(SharedOffset + SharedBytes);

    public int PartsOf(IrType type) => VectorOps.Element(type) is var e && (e == typeof(long) || e == typeof(double)) ? 2 * Parts : Parts;

    public bool IsFolded(Instruction i) => folded.Contains(i);

    public bool IsUsed(Instruction i) => uses.ContainsKey(i);

    /// <summary>What uses the value; null stands for a branch.</summary>
    public IEnumerable<Instruction?> UsersOf(Value value) => uses.GetValueOrDefault(value)?.Select(use => use.User) ?? [];

    public HoistLevel HoistOf(Instruction i) => hoisted.GetValueOrDefault(i);

    /// <summary>The value is used behind a loop that lanes leave at different times.</summary>
    public bool IsCaptured(Instruction i) => captured.Contains(i);

    /// <summary>Where the value lies between regions: in the group's slots if <see cref="IsGroupSlot"/>, else in its vector's; -1 nowhere.</summary>
    public int SlotOf(Instruction i) => slots.GetValueOrDefault(i, -1);

    public bool IsGroupSlot(Instruction i) => groupWide.Contains(i);

    public int SharedOffsetOf(Instruction array) => SharedOffset + sharedOffsets[array];

    /// <summary>The <see cref="Op.Extract"/> instructions on an instruction with several results.</summary>
    public Instruction[] ExtractsOf(Instruction i) => extracts.GetValueOrDefault(i) ?? [];

    public bool IsDefinedIn(Instruction i, Region region) => region.Blocks.Contains(i.Block);

    /// <summary>Worth a register with the value in all lanes, made where the value is.</summary>
    public bool WantsSplat(Value value)
    {
        if (Parts == 0 || !Shapes.Of(value).IsUniform || value is Constant)
            return false;
        var vectorUses = uses.GetValueOrDefault(value)?.Count(u => IsVectorUse(u.User, value)) ?? 0;
        return vectorUses > 1 || (vectorUses == 1 && (value is Parameter || PartsOf(value.Type) > 1 || !IsFolded((Instruction)value)));
    }

    /// <summary>Code with inner control flow, written with nothing on the evaluation stack and never inside an expression.</summary>
    public bool IsStatement(Instruction i)
    {
        if (i.Op is Op.Phi or Op.Extract or Op.LoadVector or Op.AtomicOp or Op.Intrinsic or Op.InlinePtx or Op.Vote or Op.Ballot or Op.ShuffleOp)
            return true;
        if (!Shapes.Of(i).IsVector)
        {
            return i.Op is Op.Select or Op.Min or Op.Max
                || (i.Op is Op.Divide or Op.Remainder && i.Type.IsInteger() && !HasPlainDivisor(i));
        }
        return i.Op == Op.Load ? !IsExpressionLoad(i) : VectorArithmetic.NeedsLaneLoop(i);
    }

    /// <summary>Division by a constant other than 0 and -1, which IL's instruction does as it is.</summary>
    public static bool HasPlainDivisor(Instruction i) => i.Operands[1] is Constant { Bits: not (0 or -1) };

    /// <summary>
    /// Bytes between the addresses of neighbouring lanes where it is fixed; null where it is not. In interleaved local memory the lane's
    /// place comes on top.
    /// </summary>
    public long? AccessStride(Value address, BasicBlock user, int elementSize)
    {
        if (Launch.Lanes == 1)
            return 0;
        var shape = Shapes.At(address, user);
        if (shape.IsVector)
            return null;
        return shape.Stride + (address.Type == IrType.LocalPointer && Local.IsInterleaved ? elementSize : 0);
    }

    /// <summary>
    /// 32-bit words that a lane reads or writes where lanes do so side by side, in elements of 16 or 32 bits; otherwise 0.
    /// </summary>
    public int WordsALane(Instruction i)
    {
        var (address, size) = (i.Operands[0], i.Memory.Size());
        var bytes = size * (int)i.Immediate;
        return size is 2 or 4 && bytes % 4 == 0 && address.Type != IrType.LocalPointer && Launch.Lanes > 1
            && AccessStride(address, i.Block!, size) == bytes ? bytes / 4 : 0;
    }

    /// <summary>A vector load or store of whole registers, if no lane is masked out; see <see cref="RowAccesses"/>.</summary>
    public bool IsByRows(Instruction access) => rows.Contains(access);

    /// <summary>The address is a scalar plus an Int32 vector times a number of bytes.</summary>
    public bool IsIndexed(Value address, BasicBlock user) => address is Instruction { Op: Op.Offset } offset
        && Shapes.Of(offset).IsVector && !Shapes.IsCaptured(offset, user) && IsFolded(offset)
        && Shapes.At(offset.Operands[0], user) is { IsVector: false, Stride: 0 } && offset.Operands[1].Type == IrType.Int32;

    private bool IsExpressionLoad(Instruction load)
    {
        var size = load.Memory.Size();
        var stride = AccessStride(load.Operands[0], load.Block!, size);
        return stride == size || stride == 0 || (size == 4 && (stride is not null || IsIndexed(load.Operands[0], load.Block!)));
    }

    private bool IsVectorUse(Instruction? user, Value value)
    {
        if (user is null || user.Op == Op.Phi || !(Shapes.Of(user).IsVector || user.Op is Op.Store or Op.StoreVector))
            return false;
        var k = Array.IndexOf(user.Operands, value);
        return user.Op switch
        {
            Op.Load or Op.LoadVector or Op.Offset => false,
            Op.Store or Op.StoreVector => k > 0 && AccessStride(user.Operands[0], user.Block!, user.Memory.Size()) != 0,
            Op.ShiftLeft or Op.ShiftRight => k == 0,
            _ => true,
        };
    }

    private void FindUses()
    {
        foreach (var block in Function.Blocks)
        {
            foreach (var i in block.Instructions)
            {
                for (var k = 0; k < i.Operands.Length; k++)
                    Add(i.Operands[k], i, i.Op == Op.Phi ? block.Predecessors[k] : block);
                if (i.Op == Op.SharedArray)
                {
                    sharedOffsets[i] = SharedBytes;
                    SharedBytes += ((int)i.Immediate + 127) / 128 * 128;
                }
            }
            if (block.Terminator!.Condition is { } condition)
                Add(condition, null, block);
        }
        foreach (var group in Function.Instructions.Where(i => i.Op == Op.Extract).GroupBy(i => (Instruction)i.Operands[0]))
            extracts[group.Key] = [.. group.Where(IsUsed)];

        void Add(Value value, Instruction? user, BasicBlock block)
        {
            if (value is Constant)
                return;
            if (!uses.TryGetValue(value, out var list))
                uses[value] = list = [];
            list.Add((user, block));
            if (value is Instruction i && Shapes.IsCaptured(i, block))
                captured.Add(i);
        }
    }

    private void Hoist(Instruction i)
    {
        var level = hoistable[i];
        if (level == HoistLevel.None || captured.Contains(i) || !uses.TryGetValue(i, out var list))
            return;
        if (i.Operands.Length == 0 || Loops.Of(i.Block!) is not null
            || list.Any(u => u.Block != i.Block || u.User is { Op: Op.Phi } || (u.User is { } user && hoisted.ContainsKey(user))))
        {
            hoisted[i] = level;
        }
    }

    /// <summary>
    /// Whether a value may be computed once for the group or once for a vector, before its region's code: cheap, without effects, and
    /// from such values only. It then needs no slot between regions.
    /// </summary>
    private HoistLevel Hoistable(Instruction i)
    {
        switch (i.Op)
        {
            case Op.SharedArray or Op.DynamicShared or Op.DynamicSharedSize or Op.GroupIndex or Op.GridSize or Op.GroupSize:
                return HoistLevel.Group;
            case Op.ThreadIndex or Op.LocalArray or Op.LaneIndex:
                return HoistLevel.Vector;
            case Op.Divide or Op.Remainder when i.Type.IsFloat() || !HasPlainDivisor(i):
                return HoistLevel.None;
        }
        if (Shapes.Of(i).IsVector || !IsCheap(i.Op))
            return HoistLevel.None;
        var level = HoistLevel.Group;
        foreach (var operand in i.Operands.OfType<Instruction>())
        {
            if (!hoistable.TryGetValue(operand, out var of) || of == HoistLevel.None)
                return HoistLevel.None;
            if (of == HoistLevel.Vector)
                level = HoistLevel.Vector;
        }
        return level;
    }

    private static bool IsCheap(Op op) => op is Op.Add or Op.Subtract or Op.Multiply or Op.Negate or Op.Min or Op.Max or Op.Abs or Op.And
        or Op.Or or Op.Xor or Op.Not or Op.ShiftLeft or Op.ShiftRight or Op.Compare or Op.Select or Op.Convert or Op.Extend or Op.Bitcast
        or Op.Offset or Op.Divide or Op.Remainder or Op.FusedMultiplyAdd;

    /// <summary>
    /// Marks values that are written as part of the expression that uses them: used once, in their block, and evaluated once there. A
    /// load stays on its side of stores.
    /// </summary>
    private void Fold(BasicBlock block)
    {
        var count = block.Instructions.Count;
        var position = new Dictionary<Instruction, int>();
        var epoch = new int[count + 1];
        for (var k = 0; k < count; k++)
        {
            position[block.Instructions[k]] = k;
            epoch[k + 1] = epoch[k] + (block.Instructions[k].HasSideEffects ? 1 : 0);
        }
        var root = new Dictionary<Instruction, int>();
        var size = new Dictionary<Instruction, int>();
        for (var k = count - 1; k >= 0; k--)
        {
            var i = block.Instructions[k];
            root.TryAdd(i, k);
            size.TryAdd(i, 1);
            if (i.Type == IrType.Void || HoistOf(i) != HoistLevel.None || captured.Contains(i) || IsStatement(i)
                || !uses.TryGetValue(i, out var list) || list is not [var (user, at)] || at != block)
            {
                continue;
            }
            var end = user is null ? count : -1;
            if (user is not null)
            {
                if (user.Op == Op.Phi || HoistOf(user) != HoistLevel.None || user.Block != block || !EvaluatesOnce(user, i)
                    || size[user] > LargestTree)
                {
                    continue;
                }
                end = root[user];
            }
            if (i.Op == Op.Load && epoch[k] != epoch[end])
                continue;
            if (user is not null)
                size[user] = size[i] = size[user] + 1;
            root[i] = end;
            folded.Add(i);
        }
    }

    private bool EvaluatesOnce(Instruction user, Instruction operand)
    {
        if (Parts == 0)
            return true;
        var isVector = Shapes.Of(operand).IsVector;
        if (user.Op is Op.LoadVector or Op.StoreVector or Op.AtomicOp or Op.ShuffleOp or Op.Vote or Op.Ballot or Op.Intrinsic)
            return false;
        if (user.Op == Op.Store)
        {
            var size = user.Memory.Size();
            var stride = AccessStride(user.Operands[0], user.Block!, size);
            if (stride == 0)
                return !isVector && !Shapes.Of(user.Operands[1]).IsVector;
            if (isVector)
                return user.Operands[0] == operand ? operand.Op == Op.Offset : true;
            return stride == size && PartsOf(user.Operands[1].Type) == 1;
        }
        if (!Shapes.Of(user).IsVector)
            return !isVector;
        if (user.Op == Op.Load && isVector)
            return operand.Op == Op.Offset;
        var wide = PartsOf(user.Type) > PartsOf(operand.Type);
        if (user.Op == Op.Offset)
            return isVector ? operand.Type == IrType.Int32 && !Shapes.At(user.Operands[0], user.Block!).IsVector : Parts == 1 && user.Operands[0] == operand;
        return isVector ? !wide : PartsOf(user.Type) == 1 && PartsOf(operand.Type) == 1;
    }

    private void LayOut()
    {
        foreach (var region in Regions.Skip(1))
        {
            foreach (var i in Liveness.LiveIn(region.Start).OrderBy(i => i.Id))
            {
                if (i.Type == IrType.Void || slots.ContainsKey(i) || HoistOf(i) != HoistLevel.None)
                    continue;
                if (Shapes.Of(i).IsUniform && !IsCaptured(i)
                    && Regions.Skip(1).All(r => !Liveness.LiveIn(r.Start).Contains(i) || Uniformity.IsUniformAt(i, r.Start)))
                {
                    groupWide.Add(i);
                    slots[i] = GroupSlotBytes;
                    GroupSlotBytes += 8;
                    continue;
                }
                var bytes = IsCaptured(i) || Shapes.Of(i).IsVector ? PartsOf(i.Type) * VectorBits / 8 : 8;
                VectorSlotBytes = (VectorSlotBytes + Math.Min(bytes, 64) - 1) / Math.Min(bytes, 64) * Math.Min(bytes, 64);
                slots[i] = VectorSlotBytes;
                VectorSlotBytes += bytes;
            }
        }
        VectorSlotBytes = (VectorSlotBytes + 63) / 64 * 64;
    }

    private static int RoundUp(int bytes) => (bytes + 127) / 128 * 128;
}
