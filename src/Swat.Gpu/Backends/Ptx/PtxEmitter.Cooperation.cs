using System.Text;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

internal sealed partial class PtxEmitter
{
    private void EmitAtomic(Instruction i)
    {
        var space = Space(i);
        if (space == ".local")
        {
            EmitPrivateAtomic(i);
            return;
        }
        if (i.Atomic is AtomicKind.Min or AtomicKind.Max && i.Memory is MemoryType.Float32 or MemoryType.Float64)
        {
            EmitFloatMinMaxAtomic(i);
            return;
        }
        var width = 8 * i.Memory.Size();
        var (name, suffix) = i.Atomic switch
        {
            AtomicKind.Add => ("add", i.Memory switch
            {
                MemoryType.Int32 => "u32",
                MemoryType.Int64 => "u64",
                MemoryType.Float32 => "f32",
                _ => "f64",
            }),
            AtomicKind.Min => ("min", (i.Unsigned ? "u" : "s") + width),
            AtomicKind.Max => ("max", (i.Unsigned ? "u" : "s") + width),
            AtomicKind.And => ("and", $"b{width}"),
            AtomicKind.Or => ("or", $"b{width}"),
            AtomicKind.Xor => ("xor", $"b{width}"),
            AtomicKind.Exchange => ("exch", $"b{width}"),
            _ => ("cas", $"b{width}"),
        };
        var address = Address(i);
        // Exchanges work on bits only.
        var viaBits = suffix[0] == 'b' && i.Type.IsFloat();
        var values = i.Operands.Skip(1).Select(o => viaBits ? ToBits(o) : Register(o)).ToArray();
        if (!IsUsed(i) && i.Atomic is not (AtomicKind.Exchange or AtomicKind.CompareExchange))
        {
            Line($"red{space}.{name}.{suffix} {address}, {values[0]};");
            return;
        }
        var result = viaBits ? registers.New(BitsOf(i.Type)) : Result(i);
        Line($"atom{space}.{name}.{suffix} {result}, {address}, {string.Join(", ", values)};");
        if (viaBits)
            Line($"mov.b{width} {Result(i)}, {result};");
    }

    private static IrType BitsOf(IrType type) => type.Size() == 8 ? IrType.Int64 : IrType.Int32;

    private string ToBits(Value value)
    {
        var bits = registers.New(BitsOf(value.Type));
        Line($"mov.b{8 * value.Type.Size()} {bits}, {Register(value)};");
        return bits;
    }

    // No atomic minimum of floats exists: swap until nobody else came between.
    private void EmitFloatMinMaxAtomic(Instruction i)
    {
        var (width, suffix, space) = (8 * i.Memory.Size(), SignedOrFloat(i.Type), Space(i));
        var (address, value) = (Address(i), Register(i.Operands[1]));
        var bits = BitsOf(i.Type);
        var (old, seen, wanted) = (registers.New(bits), registers.New(bits), registers.New(bits));
        var wantedFloat = registers.New(i.Type);
        var again = registers.New(IrType.Bool);
        var label = NewLabel();
        Line($"ld{space}{suffix} {Result(i)}, {address};");
        body.Append($"{label}:\n");
        MinMax(i.Atomic == AtomicKind.Min ? "min" : "max", i.Type, wantedFloat, Result(i), value);
        Line($"mov.b{width} {old}, {Result(i)};");
        Line($"mov.b{width} {wanted}, {wantedFloat};");
        Line($"atom{space}.cas.b{width} {seen}, {address}, {old}, {wanted};");
        Line($"setp.ne.b{width} {again}, {seen}, {old};");
        Line($"mov.b{width} {Result(i)}, {seen};");
        Line($"@{again} bra {label};");
    }

    // Nobody else sees local memory.
    private void EmitPrivateAtomic(Instruction i)
    {
        var (address, suffix) = (Address(i), LoadSuffix(i.Memory));
        var (old, value) = (Result(i), Register(i.Operands[1]));
        Line($"ld.local.{suffix} {old}, {address};");
        var stored = value;
        if (i.Atomic == AtomicKind.CompareExchange)
        {
            var isEqual = registers.New(IrType.Bool);
            stored = registers.New(i.Type);
            Line($"setp.eq{(i.Type.IsFloat() ? SignedOrFloat(i.Type) : Bits(i.Type))} {isEqual}, {old}, {value};");
            Line($"selp{Suffix(i.Type)} {stored}, {Register(i.Operands[2])}, {old}, {isEqual};");
        }
        else if (i.Atomic is AtomicKind.Min or AtomicKind.Max && i.Type.IsFloat())
        {
            stored = registers.New(i.Type);
            MinMax(i.Atomic == AtomicKind.Min ? "min" : "max", i.Type, stored, old, value);
        }
        else if (i.Atomic != AtomicKind.Exchange)
        {
            stored = registers.New(i.Type);
            var name = i.Atomic switch
            {
                AtomicKind.Add => "add" + SignedOrFloat(i.Type),
                AtomicKind.Min => "min" + Integer(i),
                AtomicKind.Max => "max" + Integer(i),
                AtomicKind.And => "and" + Bits(i.Type),
                AtomicKind.Or => "or" + Bits(i.Type),
                _ => "xor" + Bits(i.Type),
            };
            Line($"{name} {stored}, {old}, {value};");
        }
        Line($"st.local.{StoreSuffix(i.Memory)} {address}, {stored};");
    }

    private void EmitShuffle(Instruction i)
    {
        var (value, lane) = (Register(i.Operands[0]), i.Operands[1]);
        var (mode, clamp) = i.Shuffle switch
        {
            ShuffleKind.Index => ("idx", "0x1f"),
            ShuffleKind.Down => ("down", "0x1f"),
            ShuffleKind.Up => ("up", "0x0"),
            _ => ("bfly", "0x1f"),
        };
        if (lane is Constant { Bits: < 0 or > 31 })
        {
            Line($"mov{Suffix(i.Type)} {Result(i)}, {value};");
            return;
        }
        var source = Operand(lane);
        // The hardware looks at five bits of the lane only.
        var needsGuard = lane is not Constant && !FitsLane(lane);
        var shuffled = needsGuard ? registers.New(i.Type) : Result(i);
        if (i.Type.Size() == 8)
        {
            var (low, high) = (registers.New(PtxRegisterClass.Bits32), registers.New(PtxRegisterClass.Bits32));
            Line($"mov.b64 {{{low}, {high}}}, {value};");
            Line($"shfl.sync.{mode}.b32 {low}, {low}, {source}, {clamp}, 0xffffffff;");
            Line($"shfl.sync.{mode}.b32 {high}, {high}, {source}, {clamp}, 0xffffffff;");
            Line($"mov.b64 {shuffled}, {{{low}, {high}}};");
        }
        else if (i.Type.Size() == 2)
        {
            var word = registers.New(PtxRegisterClass.Bits32);
            Line($"cvt.u32.u16 {word}, {value};");
            Line($"shfl.sync.{mode}.b32 {word}, {word}, {source}, {clamp}, 0xffffffff;");
            Line($"cvt.u16.u32 {shuffled}, {word};");
        }
        else
            Line($"shfl.sync.{mode}.b32 {shuffled}, {value}, {source}, {clamp}, 0xffffffff;");
        if (!needsGuard)
            return;
        var inRange = registers.New(IrType.Bool);
        Line($"setp.lt.u32 {inRange}, {source}, 32;");
        Line($"selp{Suffix(i.Type)} {Result(i)}, {shuffled}, {value}, {inRange};");
    }

    /// <summary>Provably 0 to 31.</summary>
    private static bool FitsLane(Value lane) => lane switch
    {
        Instruction { Op: Op.LaneIndex } => true,
        Instruction { Op: Op.And } and => and.Operands.Any(o => o is Constant { Bits: >= 0 and <= 31 }),
        _ => false,
    };

    private void EmitInlinePtx(Instruction i)
    {
        var assembly = (InlineAssembly)i.Data!;
        var names = new string[assembly.Operands.Count];
        for (var o = 0; o < names.Length; o++)
        {
            var operand = assembly.Operands[o];
            if (operand.Output < 0)
            {
                names[o] = Register(i.Operands[operand.Input]);
                continue;
            }
            names[o] = resultsOf[i][operand.Output];
            if (operand.Input >= 0)
                Line($"mov{Suffix(operand.Type)} {names[o]}, {Operand(i.Operands[operand.Input])};");
        }
        // The braces give labels and registers that the text declares a scope of their own.
        Line("{");
        foreach (var line in Substitute(assembly.Template, names).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            Line(line.EndsWith(';') || line.EndsWith(':') || line.EndsWith('{') || line.EndsWith('}') ? line : line + ";");
        Line("}");
    }

    private string Substitute(string template, string[] names)
    {
        var text = new StringBuilder(template.Length + 16);
        for (var c = 0; c < template.Length; c++)
        {
            if (template[c] != '%' || c + 1 == template.Length)
            {
                text.Append(template[c]);
                continue;
            }
            if (template[c + 1] == '%')
            {
                text.Append('%');
                c++;
                continue;
            }
            var end = c + 1;
            while (end < template.Length && char.IsAsciiDigit(template[end]))
                end++;
            if (end == c + 1)
            {
                text.Append('%');
                continue;
            }
            var number = int.Parse(template.AsSpan(c + 1, end - c - 1), System.Globalization.CultureInfo.InvariantCulture);
            if (number >= names.Length)
            {
                throw Refusal(
                    Diagnostic.MissingOperand, $"\"{template}\" names operand %{number}, but there are {names.Length} operands");
            }
            text.Append(names[number]);
            c = end - 1;
        }
        return text.ToString();
    }
}
