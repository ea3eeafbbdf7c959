using Swat.Gpu.Backends.Cpu;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Backends.Cpu;

/// <summary>What random kernels do not have: each kind of memory access, cooperation of work items, groups of all shapes.</summary>
[TestFixtureSource(typeof(CpuRun), nameof(CpuRun.Settings))]
internal sealed class CpuKernelTests(CpuVectorSettings settings)
{
    private const int Length = 4096;

    private static readonly (int X, int Y, int Z)[] GroupShapes =
        [(64, 1, 1), (1, 1, 1), (3, 1, 1), (33, 1, 1), (16, 16, 1), (8, 3, 2), (5, 7, 1), (1, 40, 1), (32, 2, 2), (2, 2, 16)];

    [TestCaseSource(nameof(GroupShapes))]
    public void Work_items_know_their_place((int X, int Y, int Z) group) => Compare(group, (b, input, output) =>
    {
        var linear = b.LinearThreadIndex();
        Value sum = Constant.Int32(0);
        for (var d = 0; d < 3; d++)
        {
            sum = b.Add(b.Multiply(sum, Constant.Int32(37)), b.ThreadIndex(d));
            sum = b.Add(b.Multiply(sum, Constant.Int32(41)), b.GroupIndex(d));
            sum = b.Add(b.Multiply(sum, Constant.Int32(43)), b.GroupSize(d));
            sum = b.Add(sum, b.Append(new Instruction(Op.GridSize, IrType.Int32) { Immediate = d }));
        }
        b.Store(MemoryType.Int32, output, Own(b, linear), sum);
    });

    [Test]
    public void Vector_accesses_of_all_types_and_sizes(
        [Values(MemoryType.Int8, MemoryType.UInt8, MemoryType.Int16, MemoryType.UInt16, MemoryType.Float16, MemoryType.BFloat16,
            MemoryType.Int32, MemoryType.Float32, MemoryType.Int64, MemoryType.Float64)]
        MemoryType memory,
        [Values(2, 4, 8)] int count,
        [Values] bool divergent)
    {
        if (memory.Size() * count > 16 || memory.Size() * count < 4)
            return;
        Compare((40, 1, 1), (b, input, output) =>
        {
            var linear = b.LinearThreadIndex();
            void Body()
            {
                var elements = b.LoadVector(memory, count, b.Offset(input, linear, memory.Size() * count));
                var reversed = elements.Reverse().Cast<Value>().ToArray();
                b.StoreVector(memory, b.Offset(output, Own(b, linear), memory.Size() * count), reversed);
            }
            if (divergent)
                b.If(b.Compare(Comparison.NotEqual, b.Emit(Op.And, IrType.Int32, linear, Constant.Int32(3)), Constant.Int32(1)), Body);
            else
                Body();
        });
    }

    private static readonly Func<IrBuilder, Value, Instruction[], Instruction[], int, Value>[] ElementFunctions =
    [
        // The same of each element: lanes may have any of them.
        (b, x, first, second, k) => b.Add(b.Multiply(first[k], x), Constant.Int32(3)),
        (b, x, first, second, k) => b.Add(b.Multiply(first[k], first[k]), second[k]),
        (b, x, first, second, k) => Constant.Int32(5),
        // Not the same.
        (b, x, first, second, k) => b.Add(first[k], b.LinearThreadIndex()),
        (b, x, first, second, k) => b.Add(first[k], Constant.Int32(k)),
        (b, x, first, second, k) => b.Add(first[k], second[0]),
        (b, x, first, second, k) => first[k ^ 1],
        (b, x, first, second, k) => k == 0 ? b.Add(first[k], x) : b.Multiply(first[k], x),
        (b, x, first, second, k) => b.Add(first[k / 2], second[k]),
    ];

    [Test]
    public void Elements_are_stored_as_functions_of_loaded_ones(
        [Values(MemoryType.Int16, MemoryType.UInt16, MemoryType.Int32)] MemoryType memory,
        [Range(0, 8)] int function,
        [Values] bool divergent,
        [Values] bool usesElsewhere,
        [Values(40, 64)] int group) =>
        Compare((group, 1, 1), (b, input, output) =>
        {
            var linear = b.LinearThreadIndex();
            var bytes = memory.Size() * 4;
            void Body()
            {
                var first = b.LoadVector(memory, 4, b.Offset(input, linear, bytes));
                var second = b.LoadVector(memory, 4, b.Offset(input, b.Add(linear, Constant.Int32(100)), bytes));
                var stored = Enumerable.Range(0, 4).Select(k => ElementFunctions[function](b, b.GroupIndex(), first, second, k)).ToArray();
                b.StoreVector(memory, b.Offset(output, Own(b, linear), bytes), stored);
                if (usesElsewhere)
                    b.Store(MemoryType.Int32, b.Offset(output, Constant.Int32(2048), 4), Own(b, linear), b.Add(first[1], second[2]));
            }
            if (divergent)
                b.If(b.Compare(Comparison.NotEqual, b.Emit(Op.And, IrType.Int32, linear, Constant.Int32(3)), Constant.Int32(1)), Body);
            else
                Body();
        });

    [Test]
    public void Accesses_with_every_pattern_of_addresses(
        [Values(MemoryType.Int8, MemoryType.BFloat16, MemoryType.Float32, MemoryType.Int64)]
        MemoryType memory,
        [Values(0, 1, 2, 3, 4, 5, 6)] int pattern,
        [Values] bool divergent) => Compare((40, 1, 1), (b, input, output) =>
        {
            var linear = b.LinearThreadIndex();
            void Body()
            {
                var number = b.Load(MemoryType.UInt8, input, linear);
                Value index = pattern switch
                {
                    0 => Constant.Int32(5),
                    1 => linear,
                    2 => b.Subtract(Constant.Int32(63), linear),
                    3 => b.Multiply(linear, Constant.Int32(3)),
                    4 => number,
                    6 => b.Add(b.Convert(b.Add(b.GroupIndex(), Constant.Int32(2)), IrType.Int64), b.Convert(linear, IrType.Int64)),
                    _ => b.Convert(number, IrType.Int64),
                };
                b.Store(memory, output, Own(b, linear), b.Load(memory, input, index));

                // Every work item has a place of its own here: the pattern, spread by the work item's number where it may repeat.
                var place = pattern >= 4 ? b.Emit(Op.Xor, IrType.Int32, linear, Constant.Int32(21)) : pattern == 0 ? linear : (Value)index;
                b.Store(memory, b.Offset(output, Constant.Int32(8192), 1), place, b.Load(memory, input, linear));
            }
            if (divergent)
                b.If(b.Compare(Comparison.Less, b.Load(MemoryType.Int8, input, linear), Constant.Int32(20)), Body);
            else
                Body();
        }, groups: 1);

    [Test]
    public void The_smaller_or_larger_of_two_floats_by_a_choice(
        [Values(IrType.Float32, IrType.Float64)] IrType type,
        [Values(Comparison.Less, Comparison.Greater)] Comparison comparison,
        [Values] bool crossed) => Compare((40, 1, 1), (b, input, output) =>
        {
            var linear = b.LinearThreadIndex();
            var kind = b.Emit(Op.And, IrType.Int32, linear, Constant.Int32(7));
            var x = Pick(0, 1);
            var y = Pick(2, 3);
            var isFirst = b.Compare(comparison, x, y);
            var (memory, size) = type == IrType.Float32 ? (MemoryType.Float32, 4) : (MemoryType.Float64, 8);
            b.Store(memory, b.Offset(output, Own(b, linear), size), crossed ? b.Select(isFirst, y, x) : b.Select(isFirst, x, y));

            // Zeros of both signs, NaN or a number.
            Value Pick(int zero, int special)
            {
                Value value = b.Convert(b.Load(MemoryType.Int32, input, b.Add(linear, Constant.Int32(zero))), type);
                value = b.Select(b.Compare(Comparison.Equal, kind, Constant.Int32(special)), Number(double.NaN), value);
                value = b.Select(b.Compare(Comparison.Equal, kind, Constant.Int32(4)), Number(zero == 0 ? -0.0 : 0), value);
                return b.Select(b.Compare(Comparison.Equal, kind, Constant.Int32(5)), Number(zero == 0 ? 0 : -0.0), value);
            }

            Constant Number(double number) => type == IrType.Float32 ? Constant.Float32((float)number) : Constant.Float64(number);
        });

    [Test]
    public void Local_arrays_of_one_size_and_of_mixed_sizes([Values] bool mixed) => Compare((20, 1, 1), (b, input, output) =>
    {
        var array = b.LocalArray(64);
        var linear = b.LinearThreadIndex();
        b.For(Constant.Int32(0), Constant.Int32(16), Constant.Int32(1), [], (i, _) =>
        {
            b.Store(MemoryType.Int32, array, i, b.Add(b.Multiply(i, linear), Constant.Int32(0x01020304)));
            return [];
        });
        b.Barrier();
        var index = b.Emit(Op.And, IrType.Int32, b.Load(MemoryType.Int32, input, linear), Constant.Int32(15));
        b.Store(MemoryType.Int32, array, index, linear);
        var result = mixed
            ? b.Load(MemoryType.UInt8, array, b.Add(index, Constant.Int32(3)))
            : b.Load(MemoryType.Int32, array, b.Emit(Op.Xor, IrType.Int32, index, Constant.Int32(1)));
        var sum = b.For(Constant.Int32(0), Constant.Int32(16), Constant.Int32(1), [result], (i, state) =>
            [b.Add(state[0], b.Load(MemoryType.Int32, array, i))]);
        b.Store(MemoryType.Int32, output, Own(b, linear), sum[0]);
    });

    [Test]
    public void Atomics(
        [Values] AtomicKind kind,
        [Values(MemoryType.Int32, MemoryType.Int64, MemoryType.Float32, MemoryType.Float64)] MemoryType memory,
        [Values] bool unsigned)
    {
        var isFloat = memory.RegisterType().IsFloat();
        if (kind == AtomicKind.CompareExchange || (isFloat && (unsigned || kind is AtomicKind.And or AtomicKind.Or or AtomicKind.Xor)))
            return;
        Compare((36, 1, 1), (b, input, output) =>
        {
            var linear = b.LinearThreadIndex();
            var type = memory.RegisterType();
            var value = b.Subtract(b.Emit(Op.And, IrType.Int32, b.Load(MemoryType.Int32, input, linear), Constant.Int32(1023)), Constant.Int32(500));
            var place = b.Emit(Op.And, IrType.Int32, linear, Constant.Int32(kind == AtomicKind.Exchange ? 63 : 3));
            b.If(b.Compare(Comparison.NotEqual, b.Emit(Op.And, IrType.Int32, value, Constant.Int32(7)), Constant.Int32(2)), () =>
                b.Atomic(kind, memory, b.Offset(output, place, memory.Size()), type == IrType.Int32 ? value : b.Convert(value, type), unsigned));
        }, groups: 1);
    }

    [Test]
    public void Exactly_one_work_item_wins_a_compare_and_exchange() => Compare((50, 1, 1), (b, input, output) =>
    {
        var linear = b.LinearThreadIndex();
        var old = b.CompareExchange(MemoryType.Int32, output, Constant.Int32(0), Constant.Int32(7));
        b.If(b.Compare(Comparison.Equal, old, Constant.Int32(0)), () =>
            b.Atomic(AtomicKind.Add, MemoryType.Int32, b.Offset(output, Constant.Int32(1), 4), Constant.Int32(1)));
    }, groups: 1);

    [Test]
    public void Warp_operations([Values(32, 64)] int group) => Compare((group, 1, 1), (b, input, output) =>
    {
        var linear = b.LinearThreadIndex();
        var lane = b.Emit(Op.LaneIndex, IrType.Int32);
        var value = b.Load(MemoryType.Int32, input, linear);
        Value sum = b.Add(value, lane);
        foreach (var kind in Enum.GetValues<ShuffleKind>())
        {
            foreach (var by in new[] { 1, 5, 16, 31 })
                sum = b.Add(b.Multiply(sum, Constant.Int32(31)), b.Shuffle(kind, value, Constant.Int32(by)));
            sum = b.Add(b.Multiply(sum, Constant.Int32(31)), b.Shuffle(kind, value, b.Emit(Op.And, IrType.Int32, value, Constant.Int32(31))));
            var real = b.Shuffle(kind, b.Bitcast(value, IrType.Float32), Constant.Int32(9));
            sum = b.Add(sum, b.Bitcast(real, IrType.Int32));
            sum = b.Add(sum, b.Convert(b.Shuffle(kind, b.Convert(value, IrType.Int64), Constant.Int32(3)), IrType.Int32));
        }
        foreach (var limit in new[] { int.MinValue, 0, int.MaxValue })
        {
            var condition = b.Compare(Comparison.Less, value, Constant.Int32(limit));
            sum = b.Add(sum, b.Emit(Op.Ballot, IrType.Int32, condition));
            foreach (var mode in new[] { 0, 1 })
            {
                var vote = b.Append(new Instruction(Op.Vote, IrType.Bool, condition) { Immediate = mode });
                sum = b.Add(b.Multiply(sum, Constant.Int32(3)), b.Convert(vote, IrType.Int32));
            }
        }
        b.Store(MemoryType.Int32, output, Own(b, linear), sum);
    });

    [Test]
    public void Dynamic_shared_memory_and_barriers_in_a_loop() => Compare((48, 1, 1), (b, input, output) =>
    {
        var shared = b.Emit(Op.DynamicShared, IrType.SharedPointer);
        var linear = b.LinearThreadIndex();
        var size = b.Emit(Op.DynamicSharedSize, IrType.Int32);
        b.Store(MemoryType.Int32, shared, linear, b.Load(MemoryType.Int32, input, linear));
        b.Barrier();
        var scaled = b.Multiply(linear, b.Load(MemoryType.Int32, input, Constant.Int32(3)));
        var last = b.For(Constant.Int32(0), Constant.Int32(5), Constant.Int32(1), [size, scaled], (i, state) =>
        {
            var next = b.Emit(Op.Remainder, IrType.Int32, b.Add(linear, b.Add(i, Constant.Int32(1))), Constant.Int32(48));
            var other = b.Load(MemoryType.Int32, shared, next);
            b.Barrier();
            b.Store(MemoryType.Int32, shared, linear, b.Add(other, i));
            b.Barrier();
            return [b.Add(state[0], other), b.Emit(Op.Xor, IrType.Int32, state[1], state[0])];
        });
        b.Store(MemoryType.Int32, output, Own(b, linear), b.Add(b.Add(last[0], last[1]), scaled));
    }, dynamicSharedBytes: 48 * 4);

    [Test]
    public void Loops_with_different_trip_counts_breaks_and_returns() => Compare((37, 1, 1), (b, input, output) =>
    {
        var linear = b.LinearThreadIndex();
        var limit = b.Emit(Op.And, IrType.Int32, b.Load(MemoryType.Int32, input, linear), Constant.Int32(15));
        var done = b.NewBlock();
        var start = b.NewBlock();
        b.Branch(b.Compare(Comparison.Equal, limit, Constant.Int32(7)), done, start);
        b.Block = start;
        var result = b.For(linear, Constant.Int32(60), b.Add(limit, Constant.Int32(1)), [Constant.Int32(1)], (i, state) =>
        {
            var inner = b.For(Constant.Int32(0), b.Emit(Op.And, IrType.Int32, i, Constant.Int32(3)), Constant.Int32(1), [state[0]], (j, s) =>
                b.If(b.Compare(Comparison.Greater, b.Emit(Op.And, IrType.Int32, b.Add(i, j), Constant.Int32(1)), Constant.Int32(0)),
                    () => [b.Add(s[0], b.Load(MemoryType.Int32, input, j))],
                    () => [b.Multiply(s[0], Constant.Int32(3))]));
            b.Store(MemoryType.Int32, output, Own(b, linear), inner[0]);
            return inner;
        });
        b.Store(MemoryType.Int32, b.Offset(output, Constant.Int32(2048), 4), Own(b, linear), result[0]);
        b.Jump(done);
        b.Block = done;
    });

    [Test]
    public void A_barrier_that_not_all_work_items_reach_is_an_error()
    {
        var b = new IrBuilder();
        b.If(b.Compare(Comparison.Less, b.ThreadIndex(), Constant.Int32(3)), () => b.Barrier());
        b.Return();
        Assert.That(
            () => CpuCompiler.Compile(b.Function, 32, 1, 1, settings),
            Throws.TypeOf<KernelCompilationException>().With.Property("Id").EqualTo(Diagnostic.DivergentBarrier.Id));
    }

    [Test]
    public void Inline_assembly_is_an_error()
    {
        var b = new IrBuilder();
        b.Append(new Instruction(Op.InlinePtx, IrType.Void) { Data = new InlineAssembly("nop;", []) });
        b.Return();
        Assert.That(
            () => CpuCompiler.Compile(b.Function, 32, 1, 1, settings),
            Throws.TypeOf<KernelCompilationException>().With.Property("Id").EqualTo(Diagnostic.NotOnTarget.Id));
    }

    /// <summary>The work item's place in the output: behind those of the groups before.</summary>
    private static Instruction Own(IrBuilder b, Value linear)
    {
        var size = b.Multiply(b.GroupSize(), b.Multiply(b.GroupSize(1), b.GroupSize(2)));
        var group = b.Add(b.GroupIndex(), b.Multiply(b.GroupIndex(1), Constant.Int32(2)));
        return b.Add(linear, b.Multiply(group, size));
    }

    private void Compare(
        (int X, int Y, int Z) group, Action<IrBuilder, Value, Value> write, int groups = 2, int dynamicSharedBytes = 0)
    {
        var b = new IrBuilder();
        var (input, output) = (b.View("input"), b.View("output"));
        write(b, input, output);
        b.Return();
        IrVerifier.Check(b.Function);
        var random = new Random(5);
        using var inputs = new DeviceArray<int>(Length);
        foreach (ref var value in inputs.Span)
            value = random.Next(int.MinValue, int.MaxValue);
        using var outputs = new DeviceArray<int>(Length);
        var arguments = new ArgumentBuffer(b).Set(input, inputs).Set(output, outputs).Bytes;
        var grid = (groups, groups, 1);
        IrInterpreter.Run(b.Function, grid, group, arguments, dynamicSharedBytes);
        var expected = outputs.Span.ToArray();
        outputs.Span.Clear();
        CpuRun.Run(b.Function, grid, group, arguments, settings, dynamicSharedBytes);
        Assert.That(outputs.GuardIsIntact, "writes past the end");
        Assert.That(outputs.Span.ToArray(), Is.EqualTo(expected));
    }
}
