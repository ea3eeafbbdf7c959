using Swat.Gpu.IR;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Passes;

/// <summary>
/// A kernel made at random from a seed: arithmetic of all types, nested branches and loops with all kinds of counters and early
/// exits, local arrays, shared memory between barriers, loads and stores. Every work item writes what it computed to the output.
/// </summary>
internal sealed class RandomProgram
{
    public const int Groups = 2;
    private const int InputLength = 64;
    private const int ScratchLength = 16;
    private const int ResultBytes = 1024;

    private readonly Random random;
    private readonly IrBuilder b;
    private readonly List<Value> values = [];
    private readonly List<(Instruction Array, MemoryType Memory, int Length)> locals = [];
    private readonly Parameter input;
    private readonly Parameter output;
    private readonly Parameter scratch;
    private readonly Parameter number;
    private readonly Parameter real;
    private readonly Instruction shared;
    private readonly Instruction ownScratch;
    private int budget;

    /// <param name="seed">The kernel follows from it alone.</param>
    /// <param name="size">About as many statements.</param>
    /// <param name="groupSize">Work items of a group.</param>
    public RandomProgram(int seed, int size = 40, int groupSize = 4)
    {
        GroupSize = groupSize;
        random = new Random(seed);
        budget = size;
        b = new IrBuilder($"random{seed}");
        input = b.View("input");
        output = b.View("output");
        scratch = b.View("scratch");
        number = b.Int32Parameter("number");
        real = b.Float32Parameter("real");
        shared = b.SharedArray(GroupSize * 4);
        for (var i = random.Next(3); i > 0; i--)
            AddLocal();
        var thread = b.ThreadIndex();
        var index = b.GlobalIndex();
        ownScratch = b.Offset(scratch, index, ScratchLength * 4);
        values.AddRange([thread, index, number, real, b.Load(MemoryType.Int32, input, thread), b.Load(MemoryType.Float32, input, index)]);
        Statements(0, uniform: true);
        var result = b.Offset(output, index, ResultBytes);
        for (var v = 0; v < Math.Min(values.Count, ResultBytes / 8); v++)
            Record(result, v, values[^(v + 1)]);
        b.Return();
    }

    public int GroupSize { get; }

    public KernelFunction Function => b.Function;

    /// <summary>Interprets the function as it is now; returns the output and the scratch memory.</summary>
    public byte[] Run() => Run(arguments => IrInterpreter.Run(Function, (Groups, 1, 1), (GroupSize, 1, 1), arguments));

    /// <summary>Has the function run with the given argument buffer; returns the output and the scratch memory.</summary>
    public byte[] Run(Action<byte[]> launch)
    {
        var source = new Random(99);
        using var inputs = new DeviceArray<int>(Math.Max(InputLength, Groups * GroupSize));
        for (var i = 0; i < inputs.Length; i++)
            inputs.Span[i] = source.Next(4) == 0 ? source.Next(-5, 50) : BitConverter.SingleToInt32Bits((source.NextSingle() * 20) - 10);
        using var outputs = new DeviceArray<byte>(Groups * GroupSize * ResultBytes);
        using var scratches = new DeviceArray<int>(Groups * GroupSize * ScratchLength);
        var arguments = new ArgumentBuffer(b).Set(input, inputs).Set(output, outputs).Set(scratch, scratches).Set(number, 7).Set(real, 1.5f);
        launch(arguments.Bytes);
        Assert.That(outputs.GuardIsIntact && scratches.GuardIsIntact, "writes past the end");
        return [.. outputs.Span, .. System.Runtime.InteropServices.MemoryMarshal.AsBytes(scratches.Span)];
    }

    private void AddLocal()
    {
        MemoryType[] types = [MemoryType.Int32, MemoryType.Float32, MemoryType.UInt8, MemoryType.Int16, MemoryType.Int64, MemoryType.Float64];
        var memory = Pick(types);
        var length = random.Next(1, 9);
        var array = b.LocalArray(length * memory.Size());
        locals.Add((array, memory, length));
        for (var i = 0; i < length; i++)
            b.Store(memory, array, Constant.Int32(i), Constant.Zero(memory.RegisterType()));
    }

    /// <summary>NaNs are stored as one pattern, as their sign and payload are nobody's business.</summary>
    private void Record(Value result, int slot, Value value)
    {
        var address = b.Offset(result, Constant.Int32(slot), 8);
        if (value.Type == IrType.Bool)
            value = b.Convert(value, IrType.Int32);
        if (value.Type.IsFloat())
        {
            var nan = value.Type == IrType.Float32 ? Constant.Float32(float.NaN) : (Value)Constant.Float64(double.NaN);
            value = b.Select(b.Compare(Comparison.NotEqual, value, value), nan, value);
        }
        var memory = value.Type switch
        {
            IrType.Int32 => MemoryType.Int32,
            IrType.Int64 => MemoryType.Int64,
            IrType.Float32 => MemoryType.Float32,
            _ => MemoryType.Float64,
        };
        b.Store(memory, address, value);
    }

    private void Statements(int depth, bool uniform)
    {
        for (var count = random.Next(3, 8); count > 0 && budget > 0; count--)
        {
            budget--;
            Statement(depth, uniform);
        }
    }

    private void Statement(int depth, bool uniform)
    {
        var kind = random.Next(20);
        if (depth < 3 && kind < 3)
            Branch(depth);
        else if (depth < 3 && kind < 7)
            Loop(depth, uniform);
        else if (kind < 9 && locals.Count > 0)
            UseLocal();
        else if (kind < 10)
            b.Store(MemoryType.Int32, b.Offset(ownScratch, Masked(ScratchLength), 4), Get(IrType.Int32));
        else if (kind < 11)
            values.Add(b.Load(MemoryType.Int32, b.Offset(ownScratch, Masked(ScratchLength), 4)));
        else if (kind < 12)
            values.Add(b.Load(Pick(MemoryType.Int32, MemoryType.Float32), b.Offset(input, Masked(InputLength), 4)));
        else if (kind < 13 && uniform)
            Exchange();
        else
            values.Add(Expression());
    }

    private void Exchange()
    {
        var thread = values[0];
        b.Barrier();
        b.Store(MemoryType.Int32, shared, thread, Get(IrType.Int32));
        b.Barrier();
        var other = b.Emit(Op.Remainder, IrType.Int32, b.Add(thread, Constant.Int32(random.Next(4))), Constant.Int32(GroupSize));
        values.Add(b.Load(MemoryType.Int32, shared, other));
    }

    private void UseLocal()
    {
        var (array, memory, length) = Pick([.. locals]);
        var powerOfTwo = 1 << (31 - int.LeadingZeroCount(length));
        Value index = random.Next(4) == 0 ? Masked(powerOfTwo) : Constant.Int32(random.Next(length));
        if (random.Next(2) == 0)
            b.Store(memory, array, index, Get(memory.RegisterType()));
        else
            values.Add(b.Load(memory, array, index));
    }

    private void Branch(int depth)
    {
        var scope = values.Count;
        var condition = Get(IrType.Bool);
        var types = Enumerable.Range(0, random.Next(3)).Select(_ => AnyType()).ToArray();
        var empty = random.Next(3) == 0;
        var joined = b.If(condition, () => Side(false), () => Side(empty));
        values.AddRange(joined);

        Value[] Side(bool isEmpty)
        {
            if (!isEmpty)
                Statements(depth + 1, uniform: false);
            var results = types.Select(Get).ToArray();
            values.RemoveRange(scope, values.Count - scope);
            return results;
        }
    }

    private void Loop(int depth, bool uniform)
    {
        var (start, step, relation, bound, next) = Counter();
        var dynamic = random.Next(4) == 0;
        var early = random.Next(3) == 0;
        var atEnd = random.Next(3) == 0;
        var limit = dynamic ? b.Emit(Op.And, IrType.Int32, Get(IrType.Int32), Constant.Int32(3)) : (Value)Constant.Int32(bound);
        if (dynamic)
            (start, step, relation, next) = (0, 1, Comparison.Less, Op.Add);

        var scope = values.Count;
        var state = Enumerable.Range(0, random.Next(4)).Select(_ => Get(AnyType())).ToArray();
        var before = b.Block;
        var (header, body, latch, after) = (b.NewBlock(), b.NewBlock(), b.NewBlock(), b.NewBlock());
        b.Jump(header);
        b.Block = header;
        var i = b.Phi(IrType.Int32);
        var phis = state.Select(s => b.Phi(s.Type)).ToArray();
        if (atEnd)
            b.Jump(body);
        else
            b.Branch(b.Compare(relation, i, limit), body, after);

        b.Block = body;
        values.Add(i);
        values.AddRange(phis);
        Statements(depth + 1, uniform && !dynamic && !early);
        var leave = early ? Get(IrType.Bool) : null;
        var updated = phis.Select(p => random.Next(5) == 0 ? p : Get(p.Type)).ToArray();
        var bodyEnd = b.Block;
        if (leave is not null)
            b.Branch(leave, after, latch);
        else
            b.Jump(latch);

        b.Block = latch;
        var nextI = b.Emit(next, IrType.Int32, i, Constant.Int32(step));
        if (atEnd)
            b.Branch(b.Compare(relation, nextI, limit), header, after);
        else
            b.Jump(header);
        IrBuilder.SetPhi(i, (before, Constant.Int32(start)), (latch, nextI));
        for (var p = 0; p < phis.Length; p++)
            IrBuilder.SetPhi(phis[p], (before, state[p]), (latch, updated[p]));

        values.RemoveRange(scope, values.Count - scope);
        b.Block = after;
        for (var p = 0; p < phis.Length; p++)
        {
            var result = b.Phi(phis[p].Type);
            IrBuilder.SetPhi(result, (header, phis[p]), (bodyEnd, updated[p]), (latch, updated[p]));
            values.Add(result);
        }
        values.Add(leave is null && atEnd ? nextI : i);
    }

    private (int Start, int Step, Comparison Relation, int Bound, Op Next) Counter()
    {
        var step = random.Next(1, 4);
        return random.Next(6) switch
        {
            0 => (random.Next(4, 20), 1, Comparison.Greater, 0, Op.ShiftRight),
            1 => (1, 2, Comparison.LessOrEqual, random.Next(10, 30), Op.Multiply),
            2 => (random.Next(5), -1, Comparison.GreaterOrEqual, 0, Op.Add),
            3 => (0, step, Comparison.NotEqual, step * random.Next(1, 5), Op.Add),
            _ => (random.Next(3), step, Comparison.Less, random.Next(8), Op.Add),
        };
    }

    private Instruction Masked(int powerOfTwo) =>
        b.Emit(Op.And, IrType.Int32, Get(IrType.Int32), Constant.Int32(powerOfTwo - 1));

    private IrType AnyType() => Pick(IrType.Int32, IrType.Int32, IrType.Int64, IrType.Float32, IrType.Float64, IrType.Bool);

    /// <summary>A value of the type: one that is there, or a constant, or a conversion.</summary>
    private Value Get(IrType type)
    {
        var candidates = values.Where(v => v.Type == type).ToList();
        if (candidates.Count > 0 && random.Next(6) > 0)
            return candidates[random.Next(Math.Max(0, candidates.Count - 8), candidates.Count)];
        var small = random.Next(4) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(-3, 10);
        switch (type)
        {
            case IrType.Bool:
                var other = Get(Pick(IrType.Int32, IrType.Float32));
                return b.Compare((Comparison)random.Next(6), other, Get(other.Type), other.Type == IrType.Int32 && random.Next(3) == 0);
            case IrType.Int32:
                return Constant.Int32(small);
            case IrType.Int64:
                return random.Next(2) == 0 ? Constant.Int64(small) : b.Convert(Get(IrType.Int32), IrType.Int64, random.Next(2) == 0);
            case IrType.Float32:
                return random.Next(2) == 0 ? Constant.Float32(random.Next(-8, 8) / 2f) : b.Convert(Get(IrType.Int32), IrType.Float32);
            default:
                return random.Next(2) == 0 ? Constant.Float64(random.Next(-8, 8) / 4.0) : b.Convert(Get(IrType.Float32), IrType.Float64);
        }
    }

    private Value Expression()
    {
        var type = AnyType();
        switch (type)
        {
            case IrType.Bool:
                return random.Next(3) switch
                {
                    0 => b.Emit(Op.Not, type, Get(type)),
                    1 => b.Emit(Pick(Op.And, Op.Or, Op.Xor), type, Get(type), Get(type)),
                    _ => Get(type),
                };
            case IrType.Int32 or IrType.Int64:
                return IntegerExpression(type);
            default:
                return FloatExpression(type);
        }
    }

    private Value IntegerExpression(IrType type)
    {
        switch (random.Next(14))
        {
            case 0:
                return b.Select(Get(IrType.Bool), Get(type), Get(type));
            case 1:
                return b.Emit(Pick(Op.Negate, Op.Not, Op.Abs), type, Get(type));
            case 2:
                return b.Append(new Instruction(
                    Pick(Op.ShiftLeft, Op.ShiftRight), type, Get(type), Constant.Int32(random.Next(type.Size() * 8)))
                { Unsigned = random.Next(2) == 0 });
            case 3:
                var divisor = random.Next(2) == 0 ? (Value)ConstantOf(1 << random.Next(8)) : b.Add(
                    b.Emit(Op.And, type, Get(type), ConstantOf(63)), ConstantOf(1));
                return b.Append(new Instruction(Pick(Op.Divide, Op.Remainder), type, Get(type), divisor) { Unsigned = random.Next(2) == 0 });
            case 4 when type == IrType.Int32:
                return b.Append(new Instruction(Op.Extend, type, Get(type)) { Immediate = Pick(8, 16), Unsigned = random.Next(2) == 0 });
            case 5:
                return b.Convert(Get(type == IrType.Int32 ? Pick(IrType.Int64, IrType.Float32, IrType.Float64, IrType.Bool) : IrType.Int32), type);
            case 6:
                return b.Append(new Instruction(Pick(Op.Min, Op.Max, Op.MultiplyHigh), type, Get(type), Get(type))
                {
                    Unsigned = random.Next(2) == 0,
                });
            case 7:
                return b.Emit(Pick(Op.PopCount, Op.LeadingZeros, Op.TrailingZeros), IrType.Int32, Get(type));
            case 8:
                return b.Emit(Pick(Op.And, Op.Or, Op.Xor), type, b.Convert(Get(IrType.Bool), type), b.Convert(Get(IrType.Bool), type));
            default:
                return b.Emit(Pick(Op.Add, Op.Subtract, Op.Multiply, Op.And, Op.Or, Op.Xor), type, Get(type), Get(type));
        }

        Constant ConstantOf(int value) => new(type, value);
    }

    private Instruction FloatExpression(IrType type) => random.Next(8) switch
    {
        0 => b.Select(Get(IrType.Bool), Get(type), Get(type)),
        1 => b.Emit(Pick(Op.Negate, Op.Abs, Op.Floor, Op.Sqrt), type, Get(type)),
        2 => b.Emit(Pick(Op.Min, Op.Max, Op.Divide, Op.CopySign), type, Get(type), Get(type)),
        3 => b.FusedMultiplyAdd(Get(type), Get(type), Get(type)),
        4 => b.Convert(Get(type == IrType.Float32 ? IrType.Float64 : IrType.Float32), type),
        _ => b.Emit(Pick(Op.Add, Op.Subtract, Op.Multiply), type, Get(type), Get(type)),
    };

    private T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];
}
