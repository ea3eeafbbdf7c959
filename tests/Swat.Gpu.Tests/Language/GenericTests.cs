using System.Numerics;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language;

[TestFixtureSource(typeof(LanguageDevices), nameof(LanguageDevices.All))]
public class GenericTests(TestDevice device) : LanguageFixture(device)
{
    private const int Prime = 31;
    private static readonly int Shift = 5;
    private static readonly Weights Table = new(2, 3, 5);

    [Test]
    public void Static_abstract_members_are_called() => Same<StaticAbstract>();

    [Test]
    public void Generic_methods_are_specialised() => Same<GenericMethods>();

    [Test]
    public void Default_implementations_of_interfaces_are_called() => Same<DefaultMembers>();

    [Test]
    public void Constrained_calls_reach_structs() => Same<Constrained>();

    [Test]
    public void Numbers_of_the_base_library_are_generic() => Same<GenericNumbers>();

    [Test]
    public void Type_tests_fold() => Same<TypeTests>();

    [Test]
    public void Local_functions_are_inlined() => Same<LocalFunctions>();

    [Test]
    public void Lambdas_without_captures_are_called() => Same<Lambdas>();

    [Test]
    public void Constants_and_readonly_fields_are_known() => Same<Constants>();

    [Test]
    public void Extension_methods_and_default_arguments_are_ordinary() => Same<Extensions>();

    [Test]
    public void Specialized_values_are_constants_of_the_kernel()
    {
        var kernel = Accelerator.LoadStreamKernel<ArrayView<int>, SpecializedValue<int>, SpecializedValue<Weights>>(Specialized);
        using var output = Accelerator.Allocate1D<int>(100);
        foreach (var length in new[] { 1, 7, 32 })
        {
            kernel((4, 25), output.View, SpecializedValue.New(length), SpecializedValue.New(new Weights(length, 2, 3)));
            var wanted = Enumerable.Range(0, 100).Select(i => Enumerable.Range(0, length).Sum(k => (i + k) * length) + 5);
            Assert.That(output.GetAsArray1D(), Is.EqualTo(wanted));
        }
    }

    private static void Specialized(ArrayView<int> output, SpecializedValue<int> length, SpecializedValue<Weights> weights)
    {
        var buffer = LocalMemory.Allocate<int>(32);
        var index = Grid.GlobalIndex.X;
        for (var k = 0; k < length; k++)
            buffer[k] = (index + k) * weights.Value.A;
        var sum = 0;
        for (var k = 0; k < length; k++)
            sum += buffer[k];
        output[index] = sum + weights.Value.B + weights.Value.C;
    }

    private readonly record struct Weights(int A, int B, int C);

    private interface IOperation
    {
        static abstract int Identity { get; }

        static abstract int Combine(int a, int b);

        static virtual int Twice(int a, int b) => a + b;
    }

    private readonly struct Sum : IOperation
    {
        public static int Identity => 0;

        public static int Combine(int a, int b) => a + b;
    }

    private readonly struct Highest : IOperation
    {
        public static int Identity => int.MinValue;

        public static int Combine(int a, int b) => Math.Max(a, b);

        public static int Twice(int a, int b) => 2 * a - b;
    }

    private readonly struct StaticAbstract : IMapping<int, int>
    {
        public static int Apply(int x) => Fold<Sum>(x) * 3 + Fold<Highest>(x);

        private static int Fold<TOperation>(int x)
            where TOperation : struct, IOperation
        {
            var result = TOperation.Identity;
            for (var i = 0; i < 6; i++)
                result = TOperation.Combine(result, x ^ i);
            return result;
        }
    }

    private readonly struct DefaultMembers : IMapping<int, int>
    {
        public static int Apply(int x) => Call<Sum>(x) * 10 + Call<Highest>(x);

        private static int Call<TOperation>(int x)
            where TOperation : struct, IOperation => TOperation.Twice(x, 7);
    }

    private readonly struct GenericMethods : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var a = Choose(x > 0, x, 5);
            var b = Choose(x > 10, x * 0.5f, 2f);
            var c = Choose(x > -10, (Low: (byte)x, High: x), (Low: (byte)7, High: 9));
            return a + (int)b + c.Low + c.High + Interop.SizeOf<long>() + SizeOf<short>();
        }

        private static T Choose<T>(bool condition, T first, T second) => condition ? first : second;

        private static int SizeOf<T>()
            where T : unmanaged => Interop.SizeOf<T>();
    }

    private interface IShape
    {
        int Area();

        void Grow(int by);
    }

    private struct Square(int side) : IShape
    {
        private int side = side;

        public readonly int Area() => side * side;

        public void Grow(int by) => side += by;
    }

    private struct Rectangle(int width, int height) : IShape
    {
        private int width = width;

        public readonly int Area() => width * height;

        public void Grow(int by) => width += by;
    }

    private readonly struct Constrained : IMapping<int, int>
    {
        public static int Apply(int x) => Grown(new Square(x)) + 7 * Grown(new Rectangle(x, 3));

        private static int Grown<TShape>(TShape shape)
            where TShape : struct, IShape
        {
            shape.Grow(2);
            return shape.Area();
        }
    }

    private readonly struct GenericNumbers : IMapping<int, int>
    {
        public static int Apply(int x) => Polynomial(x) + (int)Polynomial((long)x) + (int)Polynomial(x * 0.25f) + (int)Polynomial((double)x);

        private static T Polynomial<T>(T x)
            where T : unmanaged, INumber<T>
        {
            var y = x * x - (x + T.One);
            return y > T.Zero ? y : -y;
        }
    }

    private readonly struct TypeTests : IMapping<int, int>
    {
        public static int Apply(int x) => Scale(x) + (int)Scale((float)x);

        private static T Scale<T>(T x)
            where T : unmanaged, INumber<T>
        {
            if (typeof(T) == typeof(float))
                return x + x + x;
            return x + x;
        }
    }

    private readonly struct LocalFunctions : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var offset = x / 2;
            return Twice(x) + WithOffset(3) + Nested(x);

            static int Twice(int y) => 2 * y;

            int WithOffset(int y)
            {
                offset += y;
                return offset;
            }

            static int Nested(int y)
            {
                return Inner(y) * 3;

                static int Inner(int z) => z - 1;
            }
        }
    }

    private readonly struct Lambdas : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            Func<int, int> twice = static y => y * 2;
            return twice(x) + Twofold(static y => y + 3, x) + Twofold(Halve, x);
        }

        private static int Twofold(Func<int, int> function, int x) => function(function(x));

        private static int Halve(int x) => x / 2;
    }

    private readonly struct Constants : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            const float Half = 0.5f;
            return (x << Shift) + Prime * x + (int)(x * Half) + Table.A * x + Table.C + (int)(MathF.PI * 100) + unchecked((int)0xdeadbeef);
        }
    }

    private readonly struct Extensions : IMapping<int, int>
    {
        public static int Apply(int x) => x.Mixed() + x.Mixed(by: 3) + Total(x, x + 1);

        private static int Total(int a, int b, int c = 4) => a * b + c;
    }
}
