namespace Swat.Gpu.Tests.Language.Random;

/// <summary>Makes a program from a seed.</summary>
internal sealed class ProgramGenerator(int seed)
{
    private readonly System.Random random = new(seed);

    public Node Program() => new(Shape.Block, Sort.None, 0, [.. Enumerable.Range(0, random.Next(2, 9)).Select(_ => Statement(0))]);

    private Node Statement(int depth)
    {
        var choice = random.Next(depth > 2 ? 6 : 14);
        return choice switch
        {
            <= 2 => Assign(),
            3 => SetField(),
            4 => new Node(Shape.Mix, Sort.None, random.Next(2), [Expression(Sort.Int, 1)]),
            5 => random.Next(4) switch
            {
                0 => new Node(Shape.CopyStruct, Sort.None, random.Next(4), []),
                1 => new Node(Shape.BreakIf, Sort.None, 0, [Expression(Sort.Int, 1)]),
                2 => new Node(Shape.ContinueIf, Sort.None, 0, [Expression(Sort.Int, 1)]),
                _ => depth == 0 ? Assign() : new Node(Shape.ReturnIf, Sort.None, 0, [Expression(Sort.Int, 2)]),
            },
            <= 8 => new Node(Shape.If, Sort.None, 0, [Expression(Sort.Int, 1), Block(depth), Block(depth)]),
            <= 11 => new Node(Shape.Loop, Sort.None, random.Next(1, 7), [random.Next(2) == 0 ? One() : Expression(Sort.Int, 1), Block(depth)]),
            _ => new Node(Shape.Switch, Sort.None, 0, [Expression(Sort.Int, 1), Block(depth), Block(depth), Block(depth), Block(depth)]),
        };
    }

    private static Node One() => new(Shape.Constant, Sort.Int, 1, []);

    private Node Block(int depth) =>
        new(Shape.Block, Sort.None, 0, [.. Enumerable.Range(0, random.Next(4)).Select(_ => Statement(depth + 1))]);

    private Node Assign()
    {
        var sort = AnySort();
        return new Node(Shape.Assign, Sort.None, random.Next(2) + 10 * (int)sort, [Expression(sort, 0)]);
    }

    private Node SetField()
    {
        var field = random.Next(4);
        return new Node(Shape.SetField, Sort.None, random.Next(2) * 4 + field, [Expression(FieldSort(field), 1)]);
    }

    public static Sort FieldSort(int field) => field switch { 1 => Sort.Float, 3 => Sort.Long, _ => Sort.Int };

    private Sort AnySort() => (Sort)random.Next(1, 5);

    private Node Expression(Sort sort, int depth)
    {
        if (depth > 4 || random.Next(4) == 0)
            return Leaf(sort);
        Node Child() => Expression(sort, depth + 1);
        if (random.Next(6) == 0)
            return new Node(Shape.Choose, sort, 0, [Expression(Sort.Int, depth + 1), Child(), Child()]);
        if (random.Next(5) == 0)
            return new Node(Shape.Convert, sort, random.Next(6), [Expression(AnySort(), depth + 1)]);
        if (sort is Sort.Float or Sort.Double)
        {
            return random.Next(8) switch
            {
                0 or 1 => new Node(Shape.Add, sort, 0, [Child(), Child()]),
                2 or 3 => new Node(Shape.Subtract, sort, 0, [Child(), Child()]),
                4 => new Node(Shape.Scale, sort, random.Next(-3, 3), [Child()]),
                5 => new Node(random.Next(2) == 0 ? Shape.Divide : Shape.Remainder, sort, 0, [Child(), Child()]),
                6 => new Node(Shape.Negate, sort, 0, [Child()]),
                _ => new Node(random.Next(2) == 0 ? Shape.Min : Shape.Max, sort, 0, [Child(), Child()]),
            };
        }
        if (sort == Sort.Int && random.Next(4) == 0)
        {
            var compared = AnySort();
            return new Node(Shape.Compare, sort, random.Next(8), [Expression(compared, depth + 1), Expression(compared, depth + 1)]);
        }
        if (sort == Sort.Int && random.Next(8) == 0)
            return new Node(Shape.Call, sort, 0, [Child(), Child()]);
        Shape[] binary =
        [
            Shape.Add, Shape.Subtract, Shape.Multiply, Shape.Divide, Shape.Remainder, Shape.And, Shape.Or, Shape.Xor, Shape.Min, Shape.Max,
        ];
        Shape[] shifts = [Shape.ShiftLeft, Shape.ShiftRight, Shape.ShiftRightUnsigned];
        return random.Next(8) switch
        {
            0 => new Node(random.Next(2) == 0 ? Shape.Negate : Shape.Not, sort, 0, [Child()]),
            1 => new Node(shifts[random.Next(shifts.Length)], sort, 0, [Child(), Expression(Sort.Int, depth + 1)]),
            _ => new Node(binary[random.Next(binary.Length)], sort, 0, [Child(), Child()]),
        };
    }

    private Node Leaf(Sort sort)
    {
        switch (random.Next(5))
        {
            case 0:
                return new Node(Shape.Constant, sort, random.Next(3) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(-9, 40), []);
            case 1 when sort == Sort.Int:
                return new Node(Shape.Argument, sort, 0, []);
            case 2 when sort != Sort.Double:
                var field = sort switch { Sort.Float => 1, Sort.Long => 3, _ => random.Next(2) * 2 };
                return new Node(Shape.Field, sort, random.Next(2) * 4 + field, []);
            default:
                return new Node(Shape.Local, sort, random.Next(2), []);
        }
    }
}
