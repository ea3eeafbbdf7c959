using System.Text;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>
/// Functions that generated kernels call where C has no operator and OpenCL C 1.2 no built-in of the wanted meaning. A program holds
/// those that its kernel needs.
/// </summary>
internal sealed class HelperFunctions
{
    private static readonly string[] Integers = ["int", "uint", "long", "ulong"];
    private static readonly Dictionary<string, string> Sources = Create();

    private readonly SortedSet<string> used = new(StringComparer.Ordinal);

    /// <summary>Notes that the program needs the function; gives its name back.</summary>
    public string Use(string name)
    {
        if (!Sources.ContainsKey(name))
            throw new ArgumentException($"There is no helper function {name}.", nameof(name));
        used.Add(name);
        return name;
    }

    /// <summary>Definitions of the functions in use, callees first.</summary>
    public string Definitions()
    {
        var text = new StringBuilder();
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in used)
            Write(name);
        return text.ToString();

        void Write(string name)
        {
            if (!written.Add(name))
                return;
            foreach (var callee in Sources.Keys)
            {
                if (callee != name && Sources[name].Contains(callee + "(", StringComparison.Ordinal))
                    Write(callee);
            }
            text.Append(Sources[name].Trim()).Append("\n\n");
        }
    }

    private static Dictionary<string, string> Create()
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in Integers)
            AddDivision(sources, type);
        foreach (var (type, unsigned) in new[] { ("float", "uint"), ("double", "ulong") })
            AddMinMax(sources, type, unsigned);
        foreach (var (type, unsigned) in new[] { ("int", "uint"), ("long", "ulong") })
        {
            sources[$"swat_trailing_zeros_{type}"] = $$"""
                static int swat_trailing_zeros_{{type}}({{type}} a)
                {
                    return (int)popcount(~({{unsigned}})a & (({{unsigned}})a - 1));
                }
                """;
        }
        foreach (var source in new[] { "float", "double" })
            AddSaturation(sources, source);
        AddStorageTypes(sources);
        AddWorkItems(sources);
        AddInlinePtx(sources);
        foreach (var space in new[] { "global", "local" })
            AddAtomics(sources, space);
        return sources;
    }

    // Division by zero gives 0. Divisors that would trap become 1, without a branch: compilers vectorise across work items.
    private static void AddDivision(Dictionary<string, string> sources, string type)
    {
        var traps = type switch
        {
            "int" => "(b == 0) | ((b == -1) & (a == INT_MIN))",
            "long" => "(b == 0) | ((b == -1) & (a == LONG_MIN))",
            _ => "b == 0",
        };
        foreach (var (name, symbol) in new[] { ("divide", "/"), ("remainder", "%") })
        {
            sources[$"swat_{name}_{type}"] = $$"""
                static {{type}} swat_{{name}}_{{type}}({{type}} a, {{type}} b)
                {
                    {{type}} result = a {{symbol}} ({{traps}} ? 1 : b);
                    return b == 0 ? 0 : result;
                }
                """;
        }
    }

    // NaN if an operand is NaN; -0 is below +0: the sign bits of equal operands are combined.
    private static void AddMinMax(Dictionary<string, string> sources, string type, string unsigned)
    {
        foreach (var (name, relation, combine) in new[] { ("min", "<", "|"), ("max", ">", "&") })
        {
            sources[$"swat_{name}_{type}"] = $$"""
                static {{type}} swat_{{name}}_{{type}}({{type}} a, {{type}} b)
                {
                    {{type}} equal = as_{{type}}(as_{{unsigned}}(a) {{combine}} as_{{unsigned}}(b));
                    {{type}} ordered = a {{relation}} b ? a : b {{relation}} a ? b : equal;
                    return isunordered(a, b) ? a + b : ordered;
                }
                """;
        }
    }

    // What NaN saturates to is the driver's choice; here it is 0.
    private static void AddSaturation(Dictionary<string, string> sources, string source)
    {
        foreach (var type in Integers)
        {
            sources[$"swat_{source}_to_{type}"] = $$"""
                static {{type}} swat_{{source}}_to_{{type}}({{source}} a)
                {
                    {{type}} result = convert_{{type}}_sat(a);
                    return a == a ? result : 0;
                }
                """;
        }
    }

    private static void AddStorageTypes(Dictionary<string, string> sources)
    {
        sources["swat_half_to_float"] = """
            static float swat_half_to_float(ushort bits)
            {
                return vload_half(0, (const __private half*)&bits);
            }
            """;
        foreach (var type in new[] { "float", "double" })
        {
            sources[$"swat_{type}_to_half"] = $$"""
                static ushort swat_{{type}}_to_half({{type}} a)
                {
                    ushort bits;
                    vstore_half_rte(a, 0, (__private half*)&bits);
                    return bits;
                }
                """;
        }
        sources["swat_float_to_bfloat16"] = """
            static ushort swat_float_to_bfloat16(float a)
            {
                uint bits = as_uint(a);
                uint rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
                return (ushort)(isnan(a) ? (bits >> 16) | 0x40u : rounded);
            }
            """;

        // Rounding twice gives the same as rounding once if the first rounding is to odd.
        sources["swat_double_to_bfloat16"] = """
            static ushort swat_double_to_bfloat16(double a)
            {
                float truncated = convert_float_rtz(a);
                uint inexact = (double)truncated != a && !isnan(a) ? 1u : 0u;
                return swat_float_to_bfloat16(as_float(as_uint(truncated) | inexact));
            }
            """;
    }

    private static void AddWorkItems(Dictionary<string, string> sources)
    {
        sources["swat_item_in_group"] = """
            static int swat_item_in_group(void)
            {
                return (int)(get_local_id(0) + get_local_size(0) * (get_local_id(1) + get_local_size(1) * get_local_id(2)));
            }
            """;
        sources["swat_items_of_group"] = """
            static int swat_items_of_group(void)
            {
                return (int)(get_local_size(0) * get_local_size(1) * get_local_size(2));
            }
            """;

        // The work item to read from; the own one where the lane does not exist.
        sources["swat_source_of_shuffle"] = """
            static int swat_source_of_shuffle(int lane)
            {
                int own = swat_item_in_group();
                int source = (own & ~31) + lane;
                return (uint)lane < 32u && source < swat_items_of_group() ? source : own;
            }
            """;
        sources["swat_ballot"] = """
            static int swat_ballot(__local const int* predicates)
            {
                int first = swat_item_in_group() & ~31;
                int lanes = min(swat_items_of_group() - first, 32);
                uint result = 0;
                for (int lane = 0; lane < lanes; lane++)
                    result |= (predicates[first + lane] != 0 ? 1u : 0u) << lane;
                return (int)result;
            }
            """;
    }

    private static void AddInlinePtx(Dictionary<string, string> sources)
    {
        sources["swat_ptx_shuffle_int"] = """
            static int swat_ptx_shuffle_int(int a, int lane)
            {
                int result;
                asm volatile("shfl.sync.idx.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=r"(result) : "r"(a), "r"(lane));
                return (uint)lane < 32u ? result : a;
            }
            """;
        sources["swat_ptx_shuffle_float"] = """
            static float swat_ptx_shuffle_float(float a, int lane)
            {
                return as_float(swat_ptx_shuffle_int(as_int(a), lane));
            }
            """;
        sources["swat_ptx_shuffle_long"] = """
            static long swat_ptx_shuffle_long(long a, int lane)
            {
                return as_long((int2)(swat_ptx_shuffle_int((int)a, lane), swat_ptx_shuffle_int((int)(a >> 32), lane)));
            }
            """;
        sources["swat_ptx_shuffle_double"] = """
            static double swat_ptx_shuffle_double(double a, int lane)
            {
                return as_double(swat_ptx_shuffle_long(as_long(a), lane));
            }
            """;
        sources["swat_ptx_ballot"] = """
            static int swat_ptx_ballot(int predicate)
            {
                int result;
                asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.s32 p, %1, 0;\n\tvote.sync.ballot.b32 %0, p, 0xffffffff;\n\t}"
                    : "=r"(result) : "r"(predicate));
                return result;
            }
            """;
        sources["swat_ptx_warp_barrier"] = """
            static void swat_ptx_warp_barrier(void)
            {
                asm volatile("bar.warp.sync 0xffffffff;" : : : "memory");
            }
            """;
    }

    // Read-modify-write operations that OpenCL C 1.2 lacks, by compare and exchange on the bits.
    private static void AddAtomics(Dictionary<string, string> sources, string space)
    {
        foreach (var (type, bits, exchange) in new[]
        {
            ("float", "uint", "atomic_cmpxchg"), ("double", "ulong", "atom_cmpxchg"), ("long", "ulong", "atom_cmpxchg"),
            ("ulong", "ulong", "atom_cmpxchg"),
        })
        {
            var isFloat = type is "float" or "double";
            foreach (var (name, update) in new[]
            {
                ("add", "old + a"),
                ("min", isFloat ? $"swat_min_{type}(old, a)" : "min(old, a)"),
                ("max", isFloat ? $"swat_max_{type}(old, a)" : "max(old, a)"),
                ("and", "old & a"), ("or", "old | a"), ("xor", "old ^ a"),
            })
            {
                if (isFloat && name is ("and" or "or" or "xor"))
                    continue;
                sources[$"swat_atomic_{name}_{type}_{space}"] = $$"""
                    static {{type}} swat_atomic_{{name}}_{{type}}_{{space}}(volatile __{{space}} {{bits}}* address, {{type}} a)
                    {
                        {{bits}} seen = *address;
                        {{bits}} expected;
                        do
                        {
                            {{type}} old = as_{{type}}(seen);
                            expected = seen;
                            seen = {{exchange}}(address, expected, as_{{bits}}({{update}}));
                        }
                        while (seen != expected);
                        return as_{{type}}(seen);
                    }
                    """;
            }
        }
        // Bits of a double are exchanged as a long: OpenCL's 64-bit exchange takes integers only.
        sources[$"swat_atomic_exchange_double_{space}"] = $$"""
            static double swat_atomic_exchange_double_{{space}}(volatile __{{space}} ulong* address, double a)
            {
                return as_double(atom_xchg(address, as_ulong(a)));
            }
            """;
    }
}
