using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>Addresses, loads and stores.</summary>
internal sealed partial class OpenCLEmitter
{
    private Expression Offset(Instruction i)
    {
        var pointer = Read(i.Operands[0]);
        if (i.Operands[1] is Constant { Bits: var index })
        {
            var bytes = index * i.Immediate;
            return Combine($"{pointer.Within(Precedence.Additive)} {(bytes < 0 ? '-' : '+')} {Math.Abs(bytes)}", Precedence.Additive,
                isUnsigned: false, pointer);
        }
        var variable = Signed(i.Operands[1]);
        elements[i] = (pointer, variable);
        var scaled = i.Immediate == 1
            ? variable.Within(Precedence.Multiplicative)
            : $"{(i.Operands[1].Type == IrType.Int64 ? "" : "(long)")}{variable.Within(Precedence.Unary)} * {i.Immediate}";
        return Combine($"{pointer.Within(Precedence.Additive)} + {scaled}", Precedence.Additive, isUnsigned: false, pointer, variable);
    }

    /// <summary>The object of <paramref name="type"/> at an address, as an array's element where the address is a scaled index.</summary>
    private Expression At(Value address, string type, int size)
    {
        var pointer = $"{CTypes.AddressSpace(address.Type)} {type}*";
        if (address is Instruction { Op: Op.Offset } offset && pending.ContainsKey(offset) && offset.Immediate == size
            && elements.TryGetValue(offset, out var parts))
        {
            consumed.Add(offset);
            return Combine($"(({pointer}){parts.Base.Within(Precedence.Unary)})[{parts.Index}]", Precedence.Primary, isUnsigned: false,
                parts.Base, parts.Index) with
            { ReadsMemory = true };
        }
        var start = Read(address);
        return Combine($"*({pointer}){start.Within(Precedence.Unary)}", Precedence.Unary, isUnsigned: false, start) with { ReadsMemory = true };
    }

    private Expression Element(Value address, MemoryType memory)
    {
        var type = CTypes.InMemory(memory);
        if (memory is not (MemoryType.Int8 or MemoryType.UInt8))
            memoryTypes.Add(CTypes.Of(memory));
        return At(address, type, memory.Size());
    }

    private Expression Load(Instruction i)
    {
        var element = Element(i.Operands[0], i.Memory);
        return i.Memory is MemoryType.Int8 or MemoryType.UInt8 or MemoryType.Int16 or MemoryType.UInt16 ? Cast("int", element) : element;
    }

    // A C compiler's alias analysis takes vectors for char.
    private Expression VectorLoad(Instruction i) =>
        At(i.Operands[0], $"{CTypes.Of(i.Memory)}{i.Immediate}", i.Memory.Size() * (int)i.Immediate);

    private void WriteStore(Instruction i)
    {
        var value = Read(i.Operands[1]);
        var element = Element(i.Operands[0], i.Memory);
        FlushReads();
        Line($"{element} = {value};");
    }

    private void WriteVectorStore(Instruction i)
    {
        var type = $"{CTypes.Of(i.Memory)}{i.Immediate}";
        var narrow = i.Memory.Size() < 4 && i.Memory is not (MemoryType.Float16 or MemoryType.BFloat16);
        var values = i.Operands.Skip(1).Select(o => narrow ? Cast(CTypes.Of(i.Memory), Read(o)) : Signed(o)).ToList();
        var destination = At(i.Operands[0], type, i.Memory.Size() * (int)i.Immediate);
        FlushReads();
        Line($"{destination} = ({type})({string.Join(", ", values)});");
    }
}
