using System.Runtime.InteropServices;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language;

[TestFixtureSource(typeof(LanguageDevices), nameof(LanguageDevices.All))]
public class StructTests(TestDevice device) : LanguageFixture(device)
{
    [Test]
    public void Nested_structs_hold_values() => Same<Nested>();

    [Test]
    public void Generic_structs_hold_values() => Same<Generic>();

    [Test]
    public void Structs_are_copied() => Same<Copies>();

    [Test]
    public void Structs_pass_by_ref_in_and_out() => Same<ByReference>();

    [Test]
    public void Methods_change_their_struct() => Same<Mutation>();

    [Test]
    public void Operators_are_methods() => Same<Operators>();

    [Test]
    public void Records_and_tuples_are_structs() => Same<RecordsAndTuples>();

    [Test]
    public void Structs_live_in_loops() => Same<StructsInLoops>();

    [Test]
    public void Ref_locals_name_fields() => Same<RefLocals>();

    [Test]
    public void Enums_are_integers() => Same<Enums>();

    [Test]
    public void Fields_keep_their_narrow_types() => Same<NarrowFields>();

    [Test]
    public void Arrays_of_structs_keep_their_layout()
    {
        var inputs = SmallInts.Select(i => new Mixed { A = (byte)i, B = i * 1000, C = (short)-i, D = i * 0.5, E = (sbyte)(i / 2), F = (Half)i }).ToArray();
        Same<MixedFields, Mixed, Mixed>(inputs);
    }

    [Test]
    public void Packed_structs_keep_their_layout() =>
        Same<PackedFields, Packed, Packed>([.. SmallInts.Select(i => new Packed { A = (byte)i, B = (short)(3 * i), C = (byte)(i / 3) })]);

    [Test]
    public void Structs_are_kernel_parameters()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<double>, Settings>(UseSettings);
        using var output = Accelerator.Allocate1D<double>(101);
        var settings = new Settings
        {
            Flag = true,
            Scale = 1.5f,
            Inner = new Inner { Small = -3, Large = 1L << 40, Letter = 'x' },
            Shift = 200,
            Bias = 0.25,
        };
        kernel(101, output.View, settings);
        var actual = output.GetAsArray1D();
        for (var i = 0; i < actual.Length; i++)
            Assert.That(actual[i], Is.EqualTo(Evaluate(i, settings)));
    }

    [Test]
    public void Views_stand_in_struct_parameters()
    {
        var kernel = Accelerator.LoadAutoGroupedStreamKernel<Index1D, TwoViews>(AddViews);
        using var a = Accelerator.Allocate1D(SmallInts);
        using var b = Accelerator.Allocate1D<int>(SmallInts.Length);
        kernel(SmallInts.Length, new TwoViews { Factor = 3, Input = a.View, Output = b.View });
        Assert.That(b.GetAsArray1D(), Is.EqualTo(SmallInts.Select(i => i * 3)));
    }

    private static void UseSettings(Index1D i, ArrayView<double> output, Settings settings) => output[i] = Evaluate(i, settings);

    private static double Evaluate(int i, Settings settings)
    {
        var value = settings.Flag ? i * settings.Scale : 0;
        return value + settings.Inner.Small + settings.Inner.Large + settings.Inner.Letter + settings.Shift + settings.Bias;
    }

    private static void AddViews(Index1D i, TwoViews views) => views.Output[i] = views.Input[i] * views.Factor;

    private struct TwoViews
    {
        public int Factor;
        public ArrayView<int> Input;
        public ArrayView1D<int, Stride1D.Dense> Output;
    }

    private struct Inner
    {
        public sbyte Small;
        public long Large;
        public char Letter;
    }

    private struct Settings
    {
        public bool Flag;
        public float Scale;
        public Inner Inner;
        public byte Shift;
        public double Bias;
    }

    private struct Mixed
    {
        public byte A;
        public int B;
        public short C;
        public double D;
        public sbyte E;
        public Half F;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = 4)]
    private struct Packed
    {
        public byte A;
        public byte C;
        public short B;
    }

    private readonly struct MixedFields : IMapping<Mixed, Mixed>
    {
        public static Mixed Apply(Mixed x) => new()
        {
            A = (byte)(x.A + 1),
            B = x.B * x.C,
            C = (short)(x.C - x.E),
            D = x.D * 2 + x.A,
            E = (sbyte)(x.E >> 1),
            F = (Half)((float)x.F + 1),
        };
    }

    private readonly struct PackedFields : IMapping<Packed, Packed>
    {
        public static Packed Apply(Packed x) => x with { A = x.C, C = (byte)(x.A * 3), B = (short)(x.B + x.A) };
    }

    private struct Point
    {
        public int X;
        public int Y;
    }

    private struct Line
    {
        public Point From;
        public Point To;
        public int Width;
    }

    private readonly struct Nested : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var line = Make(x);
            line.From.X += line.To.Y;
            line.To = line.From;
            line.To.Y *= 2;
            return line.From.X + 10 * line.From.Y + 100 * line.To.X + 1000 * line.To.Y + line.Width;
        }

        private static Line Make(int x) => new() { From = new Point { X = x, Y = x + 1 }, To = new Point { X = -x, Y = 2 * x }, Width = x / 2 };
    }

    private struct Pair<TFirst, TSecond>(TFirst first, TSecond second)
        where TFirst : unmanaged
        where TSecond : unmanaged
    {
        public TFirst First = first;
        public TSecond Second = second;

        public readonly Pair<TSecond, TFirst> Swapped() => new(Second, First);
    }

    private readonly struct Generic : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var pair = new Pair<int, Pair<float, byte>>(x, new Pair<float, byte>(x * 0.5f, (byte)x));
            var swapped = pair.Swapped();
            return swapped.First.Swapped().First + (int)swapped.First.First * 3 + swapped.Second;
        }
    }

    private readonly struct Copies : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var a = new Point { X = x, Y = 1 };
            var b = a;
            b.X = 100;
            var c = Change(a);
            a = default;
            return a.X + a.Y + b.X * 3 + b.Y * 5 + c.X * 7 + c.Y * 11;
        }

        private static Point Change(Point p)
        {
            p.X++;
            p.Y--;
            return p;
        }
    }

    private readonly struct ByReference : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var p = new Point { X = x, Y = 2 };
            Scale(ref p, 3);
            Split(p, out var low, out var high);
            Exchange(ref p.X, ref p.Y);
            return Sum(in p) * 10 + low - high + p.X;
        }

        private static void Scale(ref Point p, int factor)
        {
            p.X *= factor;
            p.Y *= factor;
        }

        private static void Split(in Point p, out int low, out int high)
        {
            low = Math.Min(p.X, p.Y);
            high = p.X + p.Y - low;
        }

        private static void Exchange(ref int a, ref int b) => (a, b) = (b, a);

        private static int Sum(in Point p) => p.X + p.Y;
    }

    private struct Counter
    {
        private int count;

        public int Step { get; set; }

        public readonly int Count => count;

        public int Next()
        {
            count += Step;
            return count;
        }
    }

    private readonly struct Mutation : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var counter = new Counter { Step = x };
            counter.Next();
            counter.Step++;
            var second = counter.Next();
            var copy = counter;
            copy.Next();
            return counter.Count + second * 3 + copy.Count * 5;
        }
    }

    private readonly struct Complex(int re, int im)
    {
        public int Re { get; } = re;

        public int Im { get; } = im;

        public static Complex operator +(Complex a, Complex b) => new(a.Re + b.Re, a.Im + b.Im);

        public static Complex operator *(Complex a, Complex b) => new(a.Re * b.Re - a.Im * b.Im, a.Re * b.Im + a.Im * b.Re);

        public static Complex operator -(Complex a) => new(-a.Re, -a.Im);

        public static implicit operator Complex(int re) => new(re, 0);

        public static bool operator true(Complex a) => a.Re != 0;

        public static bool operator false(Complex a) => a.Re == 0;
    }

    private readonly struct Operators : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            Complex z = x;
            var c = new Complex(1, x / 3);
            for (var i = 0; i < 3; i++)
                z = z * c + -c;
            if (z)
                z += 5;
            return z.Re ^ z.Im;
        }
    }

    private readonly record struct Interval(int Low, int High)
    {
        public int Length => High - Low;

        public Interval Widened(int by) => this with { Low = Low - by, High = High + by };
    }

    private readonly struct RecordsAndTuples : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var interval = new Interval(x, x + 10).Widened(3);
            var (low, high) = interval;
            var tuple = (Sum: low + high, Interval: interval, Flag: x > 0);
            tuple.Sum += tuple.Interval.Length;
            return tuple.Flag ? tuple.Sum : -tuple.Sum;
        }
    }

    private readonly struct StructsInLoops : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var best = new Point { X = int.MinValue };
            var current = new Point { X = x };
            for (var i = 0; i < 10; i++)
            {
                if (current.X > best.X)
                    best = current;
                current = (i & 1) == 0 ? Turn(current) : current with { X = current.X - 50, Y = i };
            }
            return best.X * 100 + best.Y;
        }

        private static Point Turn(Point p) => new() { X = p.Y + 7, Y = -p.X };
    }

    private readonly struct RefLocals : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var line = default(Line);
            ref var end = ref line.To;
            end.X = x;
            ref var y = ref end.Y;
            y = 3;
            y += x;
            return line.To.X * 100 + line.To.Y;
        }
    }

    private enum Color : byte
    {
        Red = 3,
        Green = 200,
    }

    [Flags]
    private enum Options
    {
        None = 0,
        A = 1,
        B = 4,
    }

    private readonly struct Enums : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var color = x > 0 ? Color.Green : Color.Red;
            var options = (Options)(x & 7) | Options.A;
            var chosen = color switch
            {
                Color.Red => 1,
                Color.Green => 2,
                _ => 3,
            };
            return chosen + (int)color + ((options & Options.B) != Options.None ? 1000 : 0) + (int)options;
        }
    }

    private struct Narrow
    {
        public byte Byte;
        public sbyte SByte;
        public short Short;
        public ushort UShort;
        public bool Bool;
        public char Char;
    }

    private readonly struct NarrowFields : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var n = new Narrow { Byte = (byte)x, SByte = (sbyte)(x * 3), Short = (short)(x * 1000), UShort = (ushort)(x * 1000), Bool = x > 3, Char = (char)x };
            n.Byte += 200;
            n.SByte--;
            n.Short *= 3;
            n.UShort -= 7;
            n.Bool ^= (x & 1) == 0;
            n.Char++;
            return n.Byte + n.SByte * 3 + n.Short * 5 + n.UShort * 7 + (n.Bool ? 11 : 0) + n.Char;
        }
    }
}
