using System.Numerics;
using System.Runtime.InteropServices;
using Swat.Gpu.IR;

namespace Swat.Gpu.Tests.Support;

/// <summary>
/// Runs kernels one work item at a time, an instruction at a time: slow and obviously right, the reference for passes and back ends.
/// A work item runs until a barrier or a warp operation; that goes on when all work items of the group or the warp have come to one.
/// Pointers are real addresses. Integer division by zero gives 0.
/// </summary>
internal sealed unsafe class IrInterpreter : IDisposable
{
    private const int WarpSize = 32;
    private readonly KernelFunction function;
    private readonly byte[] arguments;
    private readonly (int X, int Y, int Z) grid;
    private readonly (int X, int Y, int Z) group;
    private readonly int dynamicSharedBytes;
    private readonly Dictionary<Instruction, int> sharedOffsets = [];
    private readonly Dictionary<Instruction, int> localOffsets = [];
    private readonly byte* shared;
    private readonly int sharedBytes;
    private readonly byte* local;
    private readonly int localBytes;

    private IrInterpreter(
        KernelFunction function, (int X, int Y, int Z) grid, (int X, int Y, int Z) group, byte[] arguments, int dynamicSharedBytes)
    {
        function.Number();
        this.function = function;
        this.arguments = arguments;
        this.grid = grid;
        this.group = group;
        this.dynamicSharedBytes = dynamicSharedBytes;
        foreach (var i in function.Instructions)
        {
            if (i.Op == Op.SharedArray)
            {
                sharedOffsets[i] = sharedBytes;
                sharedBytes += ((int)i.Immediate + 127) / 128 * 128;
            }
            if (i.Op == Op.LocalArray)
            {
                localOffsets[i] = localBytes;
                localBytes += ((int)i.Immediate + 15) / 16 * 16;
            }
        }
        shared = (byte*)NativeMemory.AlignedAlloc((nuint)(sharedBytes + dynamicSharedBytes + 128), 128);
        local = (byte*)NativeMemory.AlignedAlloc((nuint)((localBytes * group.X * group.Y * group.Z) + 128), 128);
    }

    /// <summary>Runs a whole launch.</summary>
    public static void Run(
        KernelFunction function,
        (int X, int Y, int Z) grid,
        (int X, int Y, int Z) group,
        byte[] arguments,
        int dynamicSharedBytes = 0)
    {
        using var interpreter = new IrInterpreter(function, grid, group, arguments, dynamicSharedBytes);
        for (var z = 0; z < grid.Z; z++)
        {
            for (var y = 0; y < grid.Y; y++)
            {
                for (var x = 0; x < grid.X; x++)
                    interpreter.RunGroup((x, y, z));
            }
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(shared);
        NativeMemory.AlignedFree(local);
    }

    private void RunGroup((int X, int Y, int Z) groupIndex)
    {
        new Span<byte>(shared, sharedBytes + dynamicSharedBytes).Fill(0xCD);
        var items = new WorkItem[group.X * group.Y * group.Z];
        for (var i = 0; i < items.Length; i++)
            items[i] = new WorkItem(i, (i % group.X, i / group.X % group.Y, i / group.X / group.Y), groupIndex, function.Entry);
        new Span<byte>(local, localBytes * items.Length).Fill(0xCD);
        while (true)
        {
            var anyWarpOperation = false;
            foreach (var warp in items.Chunk(WarpSize))
            {
                foreach (var item in warp)
                    RunUntilBlocked(item);
                foreach (var together in warp.Where(w => IsWarpOperation(w.BlockedAt)).GroupBy(w => w.BlockedAt!))
                {
                    anyWarpOperation = true;
                    RunWarpOperation(together.Key, [.. together]);
                }
            }
            if (anyWarpOperation)
                continue;
            if (items.All(i => i.Finished))
                return;
            var barriers = items.Select(i => i.BlockedAt).Distinct().ToList();
            if (barriers is not [{ Op: Op.Barrier }])
                throw new InvalidOperationException($"{function.Name}: work items wait at different barriers.");
            foreach (var item in items)
                item.Advance();
        }
    }

    private static bool IsWarpOperation(Instruction? i) => i?.Op is Op.ShuffleOp or Op.Vote or Op.Ballot or Op.WarpBarrier;

    private void RunUntilBlocked(WorkItem item)
    {
        while (!item.Finished && item.BlockedAt is null)
        {
            if (item.Position < item.Block.Instructions.Count)
            {
                var instruction = item.Block.Instructions[item.Position];
                if (instruction.Op == Op.Barrier || IsWarpOperation(instruction))
                {
                    item.BlockedAt = instruction;
                    return;
                }
                if (instruction.Op != Op.Phi)
                    Execute(item, instruction);
                item.Position++;
                continue;
            }
            var end = item.Block.Terminator!;
            if (end.IsReturn)
                item.Finished = true;
            else
                Enter(item, end.Targets[end.IsBranch && Read(item, end.Condition!) == 0 ? 1 : 0]);
        }
    }

    private void Enter(WorkItem item, BasicBlock target)
    {
        var edge = target.Predecessors.IndexOf(item.Block);
        var values = target.Phis.Select(p => (p, Read(item, p.Operands[edge]))).ToList();
        foreach (var (phi, value) in values)
            item.Registers[phi] = value;
        item.Block = target;
        item.Position = 0;
    }

    private void RunWarpOperation(Instruction i, WorkItem[] lanes)
    {
        var results = new List<long>();
        foreach (var lane in lanes)
        {
            results.Add(i.Op switch
            {
                Op.ShuffleOp => Shuffle(lane),
                Op.Vote => i.Immediate == 0 ? Bit(lanes.All(l => Read(l, i.Operands[0]) != 0)) : Bit(lanes.Any(l => Read(l, i.Operands[0]) != 0)),
                Op.Ballot => lanes.Where(l => Read(l, i.Operands[0]) != 0).Aggregate(0, (bits, l) => bits | (1 << (l.Linear % WarpSize))),
                _ => 0,
            });
        }
        for (var k = 0; k < lanes.Length; k++)
        {
            if (i.Type != IrType.Void)
                lanes[k].Registers[i] = results[k];
            lanes[k].Advance();
        }

        long Shuffle(WorkItem lane)
        {
            var own = lane.Linear % WarpSize;
            var by = (int)Read(lane, i.Operands[1]);
            var source = i.Shuffle switch
            {
                ShuffleKind.Index => by,
                ShuffleKind.Down => own + by,
                ShuffleKind.Up => own - by,
                _ => own ^ by,
            };
            return Read(lanes.FirstOrDefault(l => l.Linear % WarpSize == source) ?? lane, i.Operands[0]);
        }
    }

    private long Read(WorkItem item, Value value) => value switch
    {
        Constant { Type: IrType.Float32 or IrType.Int32 } c => (int)c.Bits,
        Constant c => c.Bits,
        Parameter p => ReadParameter(p),
        Instruction i => item.Registers[i],
        _ => throw new InvalidOperationException($"Unknown value {value}."),
    };

    private long ReadParameter(Parameter p)
    {
        fixed (byte* start = arguments)
            return LoadBits(p.Memory, start + p.Offset);
    }

    private static long LoadBits(MemoryType memory, byte* p) => memory switch
    {
        MemoryType.Int8 => *(sbyte*)p,
        MemoryType.UInt8 => *p,
        MemoryType.Int16 => *(short*)p,
        MemoryType.UInt16 or MemoryType.Float16 or MemoryType.BFloat16 => *(ushort*)p,
        MemoryType.Int32 or MemoryType.Float32 => *(int*)p,
        _ => *(long*)p,
    };

    private static void StoreBits(MemoryType memory, byte* p, long value)
    {
        switch (memory.Size())
        {
            case 1:
                *p = (byte)value;
                break;
            case 2:
                *(short*)p = (short)value;
                break;
            case 4:
                *(int*)p = (int)value;
                break;
            default:
                *(long*)p = value;
                break;
        }
    }

    private static long Bit(bool value) => value ? 1 : 0;

    private static float F(long bits) => BitConverter.Int32BitsToSingle((int)bits);

    private static double D(long bits) => BitConverter.Int64BitsToDouble(bits);

    private static long B(float value) => BitConverter.SingleToInt32Bits(value);

    private static long B(double value) => BitConverter.DoubleToInt64Bits(value);

    private void Execute(WorkItem item, Instruction i)
    {
        var operand = i.Operands.Select(o => o.Type == IrType.Void ? 0 : Read(item, o)).ToArray();
        switch (i.Op)
        {
            case Op.Store:
                StoreBits(i.Memory, (byte*)operand[0], operand[1]);
                return;
            case Op.StoreVector:
                for (var k = 1; k < operand.Length; k++)
                    StoreBits(i.Memory, (byte*)operand[0] + ((k - 1) * i.Memory.Size()), operand[k]);
                return;
            case Op.LoadVector:
                item.Results[i] = [.. Enumerable.Range(0, (int)i.Immediate).Select(k => LoadBits(i.Memory, (byte*)operand[0] + (k * i.Memory.Size())))];
                return;
            case Op.Fence:
                return;
            case Op.InlinePtx or Op.Intrinsic:
                throw new NotSupportedException($"The interpreter has no {i.Op}.");
            default:
                item.Registers[i] = Evaluate(item, i, operand);
                return;
        }
    }

    private long Evaluate(WorkItem item, Instruction i, long[] x) => i.Op switch
    {
        Op.ThreadIndex => Component(item.Thread, i.Immediate),
        Op.GroupIndex => Component(item.Group, i.Immediate),
        Op.GroupSize => Component(group, i.Immediate),
        Op.GridSize => Component(grid, i.Immediate),
        Op.LaneIndex => item.Linear % WarpSize,
        Op.LocalArray => (long)(local + (item.Linear * localBytes) + localOffsets[i]),
        Op.SharedArray => (long)(shared + sharedOffsets[i]),
        Op.DynamicShared => (long)(shared + sharedBytes),
        Op.DynamicSharedSize => dynamicSharedBytes,
        Op.Offset => x[0] + (x[1] * i.Immediate),
        Op.Load => LoadBits(i.Memory, (byte*)x[0]),
        Op.Extract => item.Results[(Instruction)i.Operands[0]][i.Immediate],
        Op.AtomicOp => Atomic(i, x),
        Op.Compare => Bit(Compare(i, x[0], x[1])),
        Op.Select => x[0] != 0 ? x[1] : x[2],
        Op.Convert => Convert(i.Operands[0].Type, i.Type, i.Unsigned, x[0]),
        Op.Bitcast => i.Type is IrType.Float16 or IrType.BFloat16 ? (ushort)x[0] : x[0],
        Op.Extend => (i.Immediate, i.Unsigned) switch
        {
            (8, false) => (sbyte)x[0],
            (8, true) => (byte)x[0],
            (_, false) => (short)x[0],
            _ => (ushort)x[0],
        },
        _ => i.Operands[0].Type switch
        {
            IrType.Bool => Logic(i.Op, x),
            IrType.Int32 => Integer32(i, x),
            IrType.Int64 => Integer64(i, x),
            IrType.Float32 => B(Single(i.Op, [.. x.Select(F)])),
            IrType.Float64 => B(Double(i.Op, [.. x.Select(D)])),
            _ => throw new NotSupportedException($"{i.Op} on {i.Operands[0].Type}"),
        },
    };

    private static int Component((int X, int Y, int Z) triple, long dimension) => dimension switch
    {
        0 => triple.X,
        1 => triple.Y,
        _ => triple.Z,
    };

    private static long Logic(Op op, long[] x) => op switch
    {
        Op.And => x[0] & x[1],
        Op.Or => x[0] | x[1],
        Op.Xor => x[0] ^ x[1],
        Op.Not => x[0] ^ 1,
        _ => throw new NotSupportedException($"{op} on Bool"),
    };

    private static bool Compare(Instruction i, long a, long b)
    {
        var type = i.Operands[0].Type;
        if (type == IrType.Float32)
            return Relation(i.Comparison, F(a), F(b));
        if (type == IrType.Float64)
            return Relation(i.Comparison, D(a), D(b));
        if (!i.Unsigned)
            return Relation(i.Comparison, a, b);
        return type == IrType.Int32 ? Relation(i.Comparison, (uint)a, (uint)b) : Relation(i.Comparison, (ulong)a, (ulong)b);
    }

    private static bool Relation<T>(Comparison comparison, T a, T b)
        where T : INumber<T> => comparison switch
        {
            Comparison.Equal => a == b,
            Comparison.NotEqual => a != b,
            Comparison.Less => a < b,
            Comparison.LessOrEqual => a <= b,
            Comparison.Greater => a > b,
            _ => a >= b,
        };

    private static long Integer32(Instruction i, long[] x)
    {
        var a = (int)x[0];
        var b = x.Length > 1 ? (int)x[1] : 0;
        if (i.Unsigned)
        {
            var (ua, ub) = ((uint)a, (uint)b);
            switch (i.Op)
            {
                case Op.Divide:
                    return (int)(ub == 0 ? 0 : ua / ub);
                case Op.Remainder:
                    return (int)(ub == 0 ? 0 : ua % ub);
                case Op.Min:
                    return (int)Math.Min(ua, ub);
                case Op.Max:
                    return (int)Math.Max(ua, ub);
                case Op.ShiftRight:
                    return (int)(ua >> b);
                case Op.MultiplyHigh:
                    return (int)(((ulong)ua * ub) >> 32);
            }
        }
        return i.Op switch
        {
            Op.Divide => b == 0 ? 0 : (int)((long)a / b),
            Op.Remainder => b == 0 ? 0 : (int)((long)a % b),
            Op.MultiplyHigh => (int)(((long)a * b) >> 32),
            Op.PopCount => BitOperations.PopCount((uint)a),
            Op.LeadingZeros => BitOperations.LeadingZeroCount((uint)a),
            Op.TrailingZeros => BitOperations.TrailingZeroCount(a),
            Op.Abs => a < 0 ? unchecked(-a) : a,
            _ => Common(i.Op, a, b, b),
        };
    }

    private static long Integer64(Instruction i, long[] x)
    {
        var a = x[0];
        var b = x.Length > 1 ? x[1] : 0;
        if (i.Unsigned)
        {
            var (ua, ub) = ((ulong)a, (ulong)b);
            switch (i.Op)
            {
                case Op.Divide:
                    return (long)(ub == 0 ? 0 : ua / ub);
                case Op.Remainder:
                    return (long)(ub == 0 ? 0 : ua % ub);
                case Op.Min:
                    return (long)Math.Min(ua, ub);
                case Op.Max:
                    return (long)Math.Max(ua, ub);
                case Op.ShiftRight:
                    return (long)(ua >> (int)b);
                case Op.MultiplyHigh:
                    return (long)Math.BigMul(ua, ub, out _);
            }
        }
        return i.Op switch
        {
            Op.Divide => b == 0 ? 0 : (long)((Int128)a / b),
            Op.Remainder => b == 0 ? 0 : (long)((Int128)a % b),
            Op.MultiplyHigh => Math.BigMul(a, b, out _),
            Op.PopCount => BitOperations.PopCount((ulong)a),
            Op.LeadingZeros => BitOperations.LeadingZeroCount((ulong)a),
            Op.TrailingZeros => BitOperations.TrailingZeroCount(a),
            Op.Abs => a < 0 ? unchecked(-a) : a,
            _ => Common(i.Op, a, b, (int)b),
        };
    }

    private static T Common<T>(Op op, T a, T b, int count)
        where T : IBinaryInteger<T> => op switch
        {
            Op.Add => unchecked(a + b),
            Op.Subtract => unchecked(a - b),
            Op.Multiply => unchecked(a * b),
            Op.Negate => unchecked(-a),
            Op.Min => T.Min(a, b),
            Op.Max => T.Max(a, b),
            Op.And => a & b,
            Op.Or => a | b,
            Op.Xor => a ^ b,
            Op.Not => ~a,
            Op.ShiftLeft => a << count,
            Op.ShiftRight => a >> count,
            _ => throw new NotSupportedException($"{op} on integers"),
        };

    private static float Single(Op op, float[] x) => op switch
    {
        Op.Add => x[0] + x[1],
        Op.Subtract => x[0] - x[1],
        Op.Multiply => x[0] * x[1],
        Op.Divide => x[0] / x[1],
        Op.Remainder => x[0] % x[1],
        Op.Sqrt => MathF.Sqrt(x[0]),
        Op.FusedMultiplyAdd => MathF.FusedMultiplyAdd(x[0], x[1], x[2]),

        // The remaining functions are exact in double, or the nearest single to a good double result.
        _ => (float)Double(op, [.. x.Select(v => (double)v)]),
    };

    private static double Double(Op op, double[] x) => op switch
    {
        Op.Add => x[0] + x[1],
        Op.Subtract => x[0] - x[1],
        Op.Multiply => x[0] * x[1],
        Op.Divide => x[0] / x[1],
        Op.Remainder => x[0] % x[1],
        Op.Negate => -x[0],
        Op.Min => Math.Min(x[0], x[1]),
        Op.Max => Math.Max(x[0], x[1]),
        Op.Abs => Math.Abs(x[0]),
        Op.FusedMultiplyAdd => Math.FusedMultiplyAdd(x[0], x[1], x[2]),
        Op.Sqrt => Math.Sqrt(x[0]),
        Op.ReciprocalSqrt => 1 / Math.Sqrt(x[0]),
        Op.Reciprocal => 1 / x[0],
        Op.Exp => Math.Exp(x[0]),
        Op.Exp2 => Math.Pow(2, x[0]),
        Op.Log => Math.Log(x[0]),
        Op.Log2 => Math.Log2(x[0]),
        Op.Log10 => Math.Log10(x[0]),
        Op.Sin => Math.Sin(x[0]),
        Op.Cos => Math.Cos(x[0]),
        Op.Tan => Math.Tan(x[0]),
        Op.Tanh => Math.Tanh(x[0]),
        Op.Sinh => Math.Sinh(x[0]),
        Op.Cosh => Math.Cosh(x[0]),
        Op.Asin => Math.Asin(x[0]),
        Op.Acos => Math.Acos(x[0]),
        Op.Atan => Math.Atan(x[0]),
        Op.Atan2 => Math.Atan2(x[0], x[1]),
        Op.Pow => Math.Pow(x[0], x[1]),
        Op.Floor => Math.Floor(x[0]),
        Op.Ceiling => Math.Ceiling(x[0]),
        Op.Truncate => Math.Truncate(x[0]),
        Op.RoundEven => Math.Round(x[0], MidpointRounding.ToEven),
        Op.CopySign => Math.CopySign(x[0], x[1]),
        _ => throw new NotSupportedException($"{op} on floats"),
    };

    private static long Convert(IrType from, IrType to, bool unsigned, long x) => (from, to) switch
    {
        (IrType.Bool, IrType.Int32 or IrType.Int64) => x,
        (IrType.Int32, IrType.Bool) or (IrType.Int64, IrType.Bool) => Bit(x != 0),
        (IrType.Int32, IrType.Int64) => unsigned ? (uint)x : x,
        (IrType.Int64, IrType.Int32) => (int)x,
        (IrType.Int32, IrType.Float32) => B(unsigned ? (uint)x : (float)(int)x),
        (IrType.Int32, IrType.Float64) => B(unsigned ? (uint)x : (double)(int)x),
        (IrType.Int64, IrType.Float32) => B(unsigned ? (float)(ulong)x : x),
        (IrType.Int64, IrType.Float64) => B(unsigned ? (double)(ulong)x : x),
        (IrType.Float32, IrType.Int32 or IrType.Int64) => Truncate(F(x), to, unsigned),
        (IrType.Float64, IrType.Int32 or IrType.Int64) => Truncate(D(x), to, unsigned),
        (IrType.Float32, IrType.Float64) => B((double)F(x)),
        (IrType.Float64, IrType.Float32) => B((float)D(x)),
        (IrType.Float16, IrType.Float32) => B((float)BitConverter.Int16BitsToHalf((short)x)),
        (IrType.Float16, IrType.Float64) => B((double)BitConverter.Int16BitsToHalf((short)x)),
        (IrType.BFloat16, IrType.Float32) => (int)(x << 16),
        (IrType.BFloat16, IrType.Float64) => B((double)F(x << 16)),
        (IrType.Float32, IrType.Float16) => (ushort)BitConverter.HalfToInt16Bits((Half)F(x)),
        (IrType.Float64, IrType.Float16) => (ushort)BitConverter.HalfToInt16Bits((Half)D(x)),
        (IrType.Float32, IrType.BFloat16) => ToBFloat16(F(x)),
        (IrType.Float64, IrType.BFloat16) => ToBFloat16(D(x)),
        _ when from == to => x,
        _ => throw new NotSupportedException($"conversion from {from} to {to}"),
    };

    private static long Truncate(double x, IrType to, bool unsigned)
    {
        if (double.IsNaN(x))
            return 0;
        var (low, high) = (to, unsigned) switch
        {
            (IrType.Int32, false) => ((BigInteger)int.MinValue, (BigInteger)int.MaxValue),
            (IrType.Int32, true) => (0, uint.MaxValue),
            (_, false) => (long.MinValue, long.MaxValue),
            _ => (0, ulong.MaxValue),
        };
        var exact = double.IsInfinity(x) ? (x > 0 ? high : low) : BigInteger.Clamp(new BigInteger(x), low, high);
        return to == IrType.Int32 ? (int)(uint)(exact & uint.MaxValue) : (long)(ulong)(exact & ulong.MaxValue);
    }

    /// <summary>The nearest of the two neighbours, ties to the one with an even pattern.</summary>
    private static ushort ToBFloat16(double x)
    {
        if (double.IsNaN(x))
            return 0x7FC0;
        var sign = double.IsNegative(x) ? 0x8000 : 0;
        var magnitude = Math.Abs(x);

        // Patterns order as their values do; the one above the largest finite one counts as 2^128, and stands for infinity.
        var (low, high) = (0, 0x7F80);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (ValueOf(middle) <= magnitude)
                low = middle;
            else
                high = middle;
        }
        if (magnitude >= ValueOf(0x7F80))
            return (ushort)(sign | 0x7F80);
        var (down, up) = (magnitude - ValueOf(low), ValueOf(high) - magnitude);
        var nearest = down < up ? low : up < down ? high : (low & 1) == 0 ? low : high;
        return (ushort)(sign | nearest);

        static double ValueOf(int pattern) => pattern == 0x7F80 ? Math.ScaleB(1, 128) : F((long)pattern << 16);
    }

    private static long Atomic(Instruction i, long[] x)
    {
        var p = (byte*)x[0];
        var old = LoadBits(i.Memory, p);
        var value = x[^1];
        var type = i.Memory.RegisterType();
        var updated = i.Atomic switch
        {
            AtomicKind.Exchange => value,
            AtomicKind.CompareExchange => old == x[1] ? value : old,
            AtomicKind.And => old & value,
            AtomicKind.Or => old | value,
            AtomicKind.Xor => old ^ value,
            _ => Arithmetic(i.Atomic switch
            {
                AtomicKind.Add => Op.Add,
                AtomicKind.Min => Op.Min,
                _ => Op.Max,
            }),
        };
        StoreBits(i.Memory, p, updated);
        return old;

        long Arithmetic(Op op) => type switch
        {
            IrType.Float32 => B(Single(op, [F(old), F(value)])),
            IrType.Float64 => B(Double(op, [D(old), D(value)])),
            IrType.Int32 => Integer32(new Instruction(op, type) { Unsigned = i.Unsigned }, [old, value]),
            _ => Integer64(new Instruction(op, type) { Unsigned = i.Unsigned }, [old, value]),
        };
    }

    private sealed class WorkItem(int linear, (int X, int Y, int Z) thread, (int X, int Y, int Z) group, BasicBlock entry)
    {
        public int Linear { get; } = linear;

        public (int X, int Y, int Z) Thread { get; } = thread;

        public (int X, int Y, int Z) Group { get; } = group;

        public Dictionary<Instruction, long> Registers { get; } = [];

        /// <summary>Of instructions with several results.</summary>
        public Dictionary<Instruction, long[]> Results { get; } = [];

        public BasicBlock Block { get; set; } = entry;

        public int Position { get; set; }

        public Instruction? BlockedAt { get; set; }

        public bool Finished { get; set; }

        public void Advance()
        {
            BlockedAt = null;
            Position++;
        }
    }
}
