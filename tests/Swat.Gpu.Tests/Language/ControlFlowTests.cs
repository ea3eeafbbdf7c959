using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language;

[TestFixtureSource(typeof(LanguageDevices), nameof(LanguageDevices.All))]
public class ControlFlowTests(TestDevice device) : LanguageFixture(device)
{
    [Test]
    public void For_loops_count_up_and_down() => Same<ForLoops>();

    [Test]
    public void While_loops_test_first() => Same<WhileLoop>();

    [Test]
    public void Do_loops_run_at_least_once() => Same<DoLoop>();

    [Test]
    public void Loops_that_depend_on_data_end_at_different_times() => Same<Collatz>();

    [Test]
    public void Nested_loops_break_and_continue() => Same<NestedLoops>();

    [Test]
    public void A_loop_without_condition_leaves_by_break_and_return() => Same<EndlessLoop>();

    [Test]
    public void Early_returns_leave_loops() => Same<EarlyReturn>();

    [Test]
    public void A_dense_switch_chooses() => Same<DenseSwitch>();

    [Test]
    public void A_sparse_switch_chooses() => Same<SparseSwitch>();

    [Test]
    public void Switch_cases_jump_to_each_other() => Same<GotoCase>();

    [Test]
    public void Switch_expressions_match_patterns() => Same<Patterns>();

    [Test]
    public void Switches_stand_in_loops() => Same<SwitchInLoop>();

    [Test]
    public void Goto_jumps_forward_and_back() => Same<Goto>();

    [Test]
    public void Goto_leaves_nested_loops() => Same<GotoOut>();

    [Test]
    public void Conditional_operators_nest() => Same<Conditionals>();

    [Test]
    public void Logical_operators_evaluate_no_more_than_needed() => Same<ShortCircuit>();

    [Test]
    public void Variables_swap_and_rotate_in_loops() => Same<Swaps>();

    [Test]
    public void The_value_before_the_last_turn_is_seen_behind_the_loop() => Same<PreviousValue>();

    [Test]
    public void Many_loops_follow_each_other() => Same<LoopsInSequence>();

    [Test]
    public void Conditions_join_many_ways() => Same<ManyJoins>();

    [Test]
    public void Loops_with_constant_bounds_give_the_same_as_others() => Same<ConstantLoops>();

    private readonly struct ForLoops : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var sum = 0;
            for (var i = 0; i < (x & 15); i++)
                sum += i * x;
            for (var i = x & 31; i >= 0; i -= 3)
                sum ^= i + sum;
            for (int i = 0, j = 20; i < j; i += 2, j--)
                sum += i * j;
            return sum;
        }
    }

    private readonly struct WhileLoop : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var digits = 0;
            var rest = x < 0 ? -x : x;
            while (rest != 0)
            {
                digits += rest % 10;
                rest /= 10;
            }
            return digits;
        }
    }

    private readonly struct DoLoop : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var turns = 0;
            do
            {
                turns++;
                x -= 7;
            }
            while (x > 0);
            return turns * 1000 + x;
        }
    }

    private readonly struct Collatz : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var n = (x & 255) + 1;
            var steps = 0;
            while (n != 1)
            {
                n = (n & 1) == 0 ? n / 2 : 3 * n + 1;
                steps++;
            }
            return steps;
        }
    }

    private readonly struct NestedLoops : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var sum = 0;
            for (var i = 0; i < 10; i++)
            {
                if (i == (x & 7))
                    continue;
                for (var j = 0; j < 10; j++)
                {
                    if (j * i > x)
                        break;
                    if ((j ^ i ^ x) % 3 == 0)
                        continue;
                    sum += i * 10 + j;
                    for (var k = j; k < i; k++)
                    {
                        sum += k;
                        if (sum % 17 == 0)
                            break;
                    }
                }
                if (sum > 5000)
                    break;
            }
            return sum;
        }
    }

    private readonly struct EndlessLoop : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var i = 0;
            while (true)
            {
                i++;
                x = x * 5 + 1;
                if (x % 7 == 3)
                    break;
                if (x % 11 == 2)
                    return -i;
                if (i > 50)
                    break;
            }
            return i * 2;
        }
    }

    private readonly struct EarlyReturn : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            if (x < -100)
                return 1;
            for (var i = 2; i < 20; i++)
            {
                if (x % i == 0)
                    return i;
                for (var j = 0; j < i; j++)
                {
                    if (i * j == x)
                        return i * 100 + j;
                }
            }
            return Find(x) + Find(x + 1);
        }

        private static int Find(int x)
        {
            for (var i = 0; i < 5; i++)
            {
                if (x == i * i)
                    return i;
            }
            return -1;
        }
    }

    private readonly struct DenseSwitch : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            switch (x & 7)
            {
                case 0:
                    return 10;
                case 1:
                case 2:
                    x += 5;
                    break;
                case 3:
                    return x * x;
                case 5:
                    x = -x;
                    break;
                default:
                    x ^= 3;
                    break;
            }
            return x + 1;
        }
    }

    private readonly struct SparseSwitch : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            switch (x)
            {
                case -100: return 1;
                case 5: return 2;
                case 77: return 3;
                case 1000000: return 4;
                case -3: return 5;
                case 120: return 6;
                case 121: return 7;
                case int.MaxValue: return 8;
                default: return 0;
            }
        }
    }

    private readonly struct GotoCase : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var sum = 0;
            switch (x & 3)
            {
                case 0:
                    sum += 1;
                    goto case 2;
                case 1:
                    sum += 2;
                    goto default;
                case 2:
                    sum += 4;
                    break;
                default:
                    sum += 8;
                    if (sum > 9)
                        goto case 2;
                    break;
            }
            return sum;
        }
    }

    private readonly struct Patterns : IMapping<int, int>
    {
        public static int Apply(int x) => (x, x & 1) switch
        {
            ( < -50, 0) => 1,
            ( < -50, _) => 2,
            ( >= -50 and < 0, 1) => 3,
            (0, _) => 4,
            (7 or 9 or 11, _) => 5,
            var (y, z) when y % 5 == z => 6,
            ( > 100, _) => 7,
            _ => x is > 10 and not 42 ? 8 : 9,
        };
    }

    private readonly struct SwitchInLoop : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var state = 0;
            var result = 0;
            for (var i = 0; i < 40; i++)
            {
                switch (state)
                {
                    case 0:
                        state = (x >> (i & 7) & 1) == 0 ? 1 : 2;
                        continue;
                    case 1:
                        result += i;
                        state = 3;
                        break;
                    case 2:
                        result ^= i << 2;
                        state = i % 3 == 0 ? 0 : 3;
                        break;
                    case 3:
                        if (result > 300)
                            return result;
                        state = 0;
                        break;
                }
                result++;
            }
            return -result;
        }
    }

    private readonly struct Goto : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var i = 0;
        again:
            i++;
            if (x > 100)
                goto done;
            x += i * i + 1;
            if ((x & 1) == 0)
                goto again;
            x += 3;
            if (i < 20)
                goto again;
        done:
            return x * 100 + i;
        }
    }

    private readonly struct GotoOut : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var count = 0;
            for (var i = 0; i < 8; i++)
            {
                for (var j = 0; j < 8; j++)
                {
                    for (var k = 0; k < 8; k++)
                    {
                        count++;
                        if (i * 64 + j * 8 + k == x)
                            goto found;
                    }
                }
            }
            return -1;
        found:
            return count;
        }
    }

    private readonly struct Conditionals : IMapping<int, int>
    {
        public static int Apply(int x) =>
            x < 0 ? x < -50 ? x * 2 : (x & 1) == 0 ? x - 1 : x + 1 : x == 0 ? 99 : x > 50 ? x > 90 ? 1 : 2 : Math.Max(x, 25);
    }

    private readonly struct ShortCircuit : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var calls = 0;
            var a = Positive(x, ref calls) && Even(x, ref calls) || Positive(x + 100, ref calls);
            var b = !a && (Even(x / 2, ref calls) | Even(x / 3, ref calls)) && calls < 5;
            if (a && b || x > 20 && !(x < 60 && calls > 1))
                calls += 100;
            return calls + (a ? 1000 : 0) + (b ? 2000 : 0) + (a ^ b ? 4000 : 0);
        }

        private static bool Positive(int x, ref int calls)
        {
            calls++;
            return x > 0;
        }

        private static bool Even(int x, ref int calls)
        {
            calls += 10;
            return x % 2 == 0;
        }
    }

    private readonly struct Swaps : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var (a, b) = (x, 1);
            for (var i = 0; i < (x & 15); i++)
                (a, b) = (b, a + b);
            var (p, q, r) = (a, b, x);
            for (var i = 0; i < (x & 7) + 1; i++)
                (p, q, r) = (q, r, p);
            for (var i = 0; i < (x & 3); i++)
                (p, q) = (q, p);
            return p * 31 + q * 7 + r;
        }
    }

    private readonly struct PreviousValue : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var previous = 0;
            var current = x;
            var before = 0;
            while ((current & 31) != 17)
            {
                before = previous;
                previous = current;
                current = current * 3 + 2;
                if (current == x)
                    break;
                if (before == 5)
                    break;
                if (previous > 100000)
                    break;
            }
            return previous * 13 + before - current;
        }
    }

    private readonly struct LoopsInSequence : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var sum = x;
            for (var i = 0; i < 3; i++)
                sum += i;
            for (var i = 0; i < (x & 3); i++)
            {
                for (var j = i; j < 5; j++)
                    sum += j * i;
                for (var j = 9; j > i; j -= 2)
                    sum -= j;
            }
            if (sum > 0)
            {
                do
                    sum -= 40;
                while (sum > 0);
            }
            else
            {
                while (sum < 0)
                    sum += 30;
            }
            return sum;
        }
    }

    private readonly struct ManyJoins : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            int a;
            int b = 0;
            if (x > 0)
            {
                if (x > 50)
                    a = 1;
                else if (x > 25)
                    a = b = 2;
                else
                    a = x % 3 == 0 ? 5 : b++;
            }
            else if (x < -40)
            {
                a = -x;
                if (a % 2 == 0)
                    b = a;
            }
            else
            {
                a = 7;
            }
            if ((x & 4) != 0)
                b += a;
            return a * 1000 + b;
        }
    }

    private readonly struct ConstantLoops : IMapping<int, int>
    {
        public static int Apply(int x)
        {
            var sum = 0;
            for (var i = 0; i < 4; i++)
            {
                for (var j = 3; j >= 0; j--)
                {
                    if (i == j)
                        continue;
                    sum = sum * 3 + (x >> i) - j;
                }
            }
            for (var bit = 1; bit < 256; bit <<= 1)
                sum += x & bit;
            for (var i = 0; i < 0; i++)
                sum = 0;
            return sum;
        }
    }
}
