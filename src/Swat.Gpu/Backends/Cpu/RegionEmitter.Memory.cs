using System.Reflection.Emit;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// Loads and stores: one scalar access where all lanes have one address, one vector access where addresses are consecutive, a gather
/// where they are a base plus 32-bit indices, and otherwise lane by lane.
/// </summary>
internal sealed partial class RegionEmitter
{
    /// <summary>Turns the address on the stack into a register-typed scalar from the argument buffer's or memory's form.</summary>
    private void LoadMemory(MemoryType memory) => il.Emit(memory switch
    {
        MemoryType.Int8 => OpCodes.Ldind_I1,
        MemoryType.UInt8 => OpCodes.Ldind_U1,
        MemoryType.Int16 => OpCodes.Ldind_I2,
        MemoryType.UInt16 or MemoryType.Float16 or MemoryType.BFloat16 => OpCodes.Ldind_U2,
        MemoryType.Int32 => OpCodes.Ldind_I4,
        MemoryType.Int64 => OpCodes.Ldind_I8,
        MemoryType.Float32 => OpCodes.Ldind_R4,
        _ => OpCodes.Ldind_R8,
    });

    private void StoreMemory(MemoryType memory) => il.Emit(memory switch
    {
        MemoryType.Int8 or MemoryType.UInt8 => OpCodes.Stind_I1,
        MemoryType.Int16 or MemoryType.UInt16 or MemoryType.Float16 or MemoryType.BFloat16 => OpCodes.Stind_I2,
        MemoryType.Int32 => OpCodes.Stind_I4,
        MemoryType.Int64 => OpCodes.Stind_I8,
        MemoryType.Float32 => OpCodes.Stind_R4,
        _ => OpCodes.Stind_R8,
    });

    /// <summary>From a slot or an 8-byte argument.</summary>
    private void LoadScalarFrom(IrType type) => il.Emit(type switch
    {
        IrType.Float32 => OpCodes.Ldind_R4,
        IrType.Float64 => OpCodes.Ldind_R8,
        IrType.Int64 => OpCodes.Ldind_I8,
        _ when type.IsPointer() => OpCodes.Ldind_I,
        _ => OpCodes.Ldind_I4,
    });

    private void StoreScalarTo(IrType type) => il.Emit(type switch
    {
        IrType.Float32 => OpCodes.Stind_R4,
        IrType.Float64 => OpCodes.Stind_R8,
        IrType.Int64 => OpCodes.Stind_I8,
        _ when type.IsPointer() => OpCodes.Stind_I,
        _ => OpCodes.Stind_I4,
    });

    /// <summary>Bytes from one element of a work item's vector access to the next.</summary>
    private int ElementStep(Value address, MemoryType memory) =>
        memory.Size() * (address.Type == IrType.LocalPointer && plan.Local.IsInterleaved ? Lanes : 1);

    /// <summary>An expression load; <paramref name="displacement"/> in bytes.</summary>
    private void PushVectorLoad(Instruction i, Value address, int displacement, int p)
    {
        var memory = i.Memory;
        var element = VectorOps.Element(memory.RegisterType());
        var size = memory.Size();
        var stride = plan.AccessStride(address, i.Block!, size);
        if (stride == 0)
        {
            PushScalar(address, i.Block!);
            il.AddBytes(displacement);
            LoadMemory(memory);
            il.Call(ops.Create(element));
            return;
        }
        if (stride is { } step && step != size)
        {
            PushStridedLoad(i, address, displacement, step, p, element);
            return;
        }
        if (stride is null)
        {
            PushGather(i, (Instruction)address, p, element);
            return;
        }
        PushScalar(address, i.Block!);
        il.AddBytes(displacement + (p * (size == 8 ? plan.VectorBits / 8 : LanesPerPart * size)));
        if (size < 4)
        {
            il.Call(ops.Lane("Load" + (memory is MemoryType.Float16 or MemoryType.BFloat16 ? "UInt16" : memory.ToString())));
            return;
        }
        if (mask is null)
        {
            il.Call(ops.Load(element));
            return;
        }
        var integer = size == 8 ? typeof(long) : typeof(int);
        PushMask(mask, integer, p);
        il.Call(ops.Lane(size == 8 ? "MaskLoad64" : "MaskLoad32"));
        As(integer, element);
    }

    /// <summary>A 32-bit gather at a fixed distance from lane to lane.</summary>
    private void PushStridedLoad(Instruction i, Value address, int displacement, long stride, int p, Type element)
    {
        var hardware = stride % 8 == 0 ? 8 : stride % 4 == 0 ? 4 : 1;
        PushScalar(address, i.Block!);
        il.AddBytes(displacement);
        PushIota(typeof(int), stride / hardware, p);
        PushGatherCall(hardware, p);
        As(typeof(int), element);
    }

    /// <summary>The base and the indices are on the stack.</summary>
    private void PushGatherCall(int scale, int p)
    {
        if (mask is null)
        {
            il.Call(ops.Lane($"Gather32By{scale}"));
            return;
        }
        PushMask(mask, typeof(int), p);
        il.Call(ops.Lane($"MaskGather32By{scale}"));
    }

    /// <summary>A 32-bit gather. Lanes that do not run read nothing.</summary>
    private void PushGather(Instruction i, Instruction offset, int p, Type element)
    {
        var scale = OffsetScale(offset);
        var isLocal = offset.Type == IrType.LocalPointer && plan.Local.IsInterleaved;
        var hardware = scale % 8 == 0 ? 8 : scale % 4 == 0 ? 4 : scale % 2 == 0 ? 2 : 1;
        if (isLocal)
            hardware = 4;
        PushScalar(offset.Operands[0], i.Block!);
        PushVector(offset.Operands[1], p, i.Block!);
        if (scale != hardware)
        {
            il.Int32((int)(scale / hardware));
            il.Call(ops.Create(typeof(int)));
            il.Call(ops.Generic("Multiply", typeof(int), 2));
        }
        if (isLocal)
        {
            PushIota(typeof(int), 1, p);
            il.Call(ops.Generic("Add", typeof(int), 2));
        }
        PushGatherCall(hardware, p);
        As(typeof(int), element);
    }

    private bool NeedsLaneAccess(Value address, BasicBlock user, MemoryType memory)
    {
        var size = memory.Size();
        var stride = plan.AccessStride(address, user, size);
        if (stride == size)
            return mask is not null && size < 4;
        return stride != 0 && !(size == 4 && (stride is not null || plan.IsIndexed(address, user)));
    }

    private void EmitLoadVector(Instruction i)
    {
        var address = i.Operands[0];
        var words = plan.WordsALane(i);
        if (mask is null && plan.IsByRows(i))
        {
            EmitLoadRows(i, words);
            return;
        }
        if (CanInterleave(words))
        {
            EmitLoadInterleaved(i, words);
            return;
        }
        foreach (var extract in plan.ExtractsOf(i))
        {
            var displacement = (int)extract.Immediate * ElementStep(address, i.Memory);
            if (!IsVector(extract))
            {
                PushScalar(address, i.Block!);
                il.AddBytes(displacement);
                LoadMemory(i.Memory);
                il.Store(ScalarLocal(extract));
                Finish(extract);
                continue;
            }
            var locals = PartLocals(extract);
            if (words == 0 && NeedsLaneAccess(address, i.Block!, i.Memory))
            {
                LoadByLanes(i, address, displacement, locals);
            }
            else
            {
                for (var p = 0; p < locals.Length; p++)
                {
                    if (words > 0)
                        PushElementOfWords(i, (int)extract.Immediate, words, p);
                    else
                        PushVectorLoad(i, address, displacement, p);
                    il.Store(locals[p]);
                }
            }
            Finish(extract);
        }
    }

    private void EmitLoadRows(Instruction i, int words)
    {
        foreach (var extract in plan.ExtractsOf(i))
        {
            var locals = PartLocals(extract);
            for (var p = 0; p < locals.Length; p++)
            {
                PushRowAddress(i, words, (int)extract.Immediate * i.Memory.Size() / 4, p);
                il.Call(ops.Load(typeof(int)));
                ElementOfWord(i.Memory, (int)extract.Immediate);
                il.Store(locals[p]);
            }
            Finish(extract);
        }
    }

    /// <summary>The address of the register that stands for word <paramref name="word"/> of the lanes of part <paramref name="p"/>.</summary>
    private void PushRowAddress(Instruction i, int words, int word, int p)
    {
        PushScalar(i.Operands[0], i.Block!);
        il.AddBytes(((p * words) + word) * LanesPerPart * 4);
    }

    /// <summary>Whether registers take whole rows of the lanes' words, which are then permuted; else every word is gathered.</summary>
    private bool CanInterleave(int words) => words is 2 or 4 && mask is null && plan.VectorBits == 512 && Interleaving512.IsSupported;

    // While side-by-side words are loaded: the address of the first lane's, and two neighbouring words of the lower and of the upper lanes.
    private LocalBuilder? wordsPointer;
    private LocalBuilder? lowerLanes;
    private LocalBuilder? upperLanes;

    private void EmitLoadInterleaved(Instruction i, int words)
    {
        wordsPointer ??= il.Local(typeof(byte*));
        var size = i.Memory.Size();
        var extracts = plan.ExtractsOf(i);
        for (var p = 0; p < plan.Parts; p++)
        {
            PushScalar(i.Operands[0], i.Block!);
            il.AddBytes(p * LanesPerPart * words * 4);
            il.Store(wordsPointer);
            foreach (var pair in extracts.GroupBy(extract => (int)extract.Immediate * size / 8))
            {
                if (words == 4)
                {
                    lowerLanes ??= il.Local(ops.Of(typeof(int)));
                    upperLanes ??= il.Local(ops.Of(typeof(int)));
                    Interleaving512.PushPairOf4(il, wordsPointer, 0, 2 * pair.Key);
                    il.Store(lowerLanes);
                    Interleaving512.PushPairOf4(il, wordsPointer, 8, 2 * pair.Key);
                    il.Store(upperLanes);
                }
                foreach (var extract in pair)
                {
                    var word = (int)extract.Immediate * size / 4;
                    if (words == 4)
                        Interleaving512.PushWordOf4(il, lowerLanes!, upperLanes!, word);
                    else
                        Interleaving512.PushWordOf2(il, wordsPointer, word);
                    ElementOfWord(i.Memory, (int)extract.Immediate);
                    il.Store(PartLocals(extract)[p]);
                }
            }
        }
        foreach (var extract in extracts)
            Finish(extract);
    }

    /// <summary>Element k of each lane, gathered from the words that the lanes read.</summary>
    private void PushElementOfWords(Instruction i, int k, int words, int p)
    {
        PushScalar(i.Operands[0], i.Block!);
        il.AddBytes(k * i.Memory.Size() / 4 * 4);
        PushIota(typeof(int), words, p);
        PushGatherCall(4, p);
        ElementOfWord(i.Memory, k);
    }

    /// <summary>Makes element k of the words on the stack, of which each holds it alone or with one neighbour.</summary>
    private void ElementOfWord(MemoryType memory, int k)
    {
        if (memory.Size() == 4)
        {
            As(typeof(int), VectorOps.Element(memory.RegisterType()));
            return;
        }
        if (k % 2 == 0)
        {
            And(0xFFFF);
        }
        else
        {
            il.Int32(16);
            il.Call(ops.Overload("ShiftRightLogical", typeof(int), 2));
        }
        if (memory is not MemoryType.Int16)
            return;
        il.Int32(16);
        il.Call(ops.Overload("ShiftLeft", typeof(int), 2));
        il.Int32(16);
        il.Call(ops.Overload("ShiftRightArithmetic", typeof(int), 2));
    }

    private void EmitStoreVector(Instruction i)
    {
        var words = plan.WordsALane(i);
        if (mask is null && plan.IsByRows(i))
        {
            for (var p = 0; p < plan.Parts; p++)
            {
                for (var word = 0; word < words; word++)
                {
                    var (row, part) = (word, p);
                    StoreRegister(typeof(int), () => PushRowAddress(i, words, row, part), () => PushWord(i, row, part));
                }
            }
            return;
        }
        if (CanInterleave(words))
        {
            for (var p = 0; p < plan.Parts; p++)
            {
                PushScalar(i.Operands[0], i.Block!);
                il.AddBytes(p * LanesPerPart * words * 4);
                for (var word = 0; word < words; word++)
                    PushWord(i, word, p);
                il.Call(typeof(Interleaving512).GetMethod($"Store{words}")!);
            }
            return;
        }
        for (var k = 1; k < i.Operands.Length; k++)
            EmitStore(i, i.Operands[0], i.Operands[k], (k - 1) * ElementStep(i.Operands[0], i.Memory));
    }

    private void PushWord(Instruction i, int word, int p)
    {
        if (i.Memory.Size() == 4)
        {
            PushVector(i.Operands[1 + word], p, i.Block!);
            As(VectorOps.Element(i.Memory.RegisterType()), typeof(int));
            return;
        }
        PushVector(i.Operands[1 + (2 * word)], p, i.Block!);
        And(0xFFFF);
        PushVector(i.Operands[2 + (2 * word)], p, i.Block!);
        il.Int32(16);
        il.Call(ops.Overload("ShiftLeft", typeof(int), 2));
        il.Call(ops.Generic("BitwiseOr", typeof(int), 2));
    }

    private void EmitStore(Instruction i, Value address, Value value, int displacement)
    {
        var memory = i.Memory;
        var size = memory.Size();
        var user = i.Block!;
        var stride = plan.AccessStride(address, user, size);
        if (stride == 0)
        {
            var isVector = plan.Shapes.At(value, user) is { IsUniform: false };
            if (isVector && mask is not null)
            {
                StoreByLanes(i, address, value, displacement);
                return;
            }
            PushScalar(address, user);
            il.AddBytes(displacement);
            if (isVector)
                PushLastLane(value, user);
            else
                PushScalar(value, user);
            StoreMemory(memory);
            return;
        }
        if (stride is { } step && step != size && mask is null)
        {
            StoreApart(i, address, value, displacement, step);
            return;
        }
        if (stride != size || (mask is not null && size < 4))
        {
            StoreByLanes(i, address, value, displacement);
            return;
        }
        var element = VectorOps.Element(memory.RegisterType());
        for (var p = 0; p < plan.PartsOf(memory.RegisterType()); p++)
        {
            var bytes = displacement + (p * (size == 8 ? plan.VectorBits / 8 : LanesPerPart * size));
            if (mask is null && size >= 4)
            {
                var part = p;
                StoreRegister(element, () => PushAddress(bytes), () => PushVector(value, part, user));
                continue;
            }
            PushAddress(bytes);
            if (size < 4)
            {
                PushVector(value, p, user);
                il.Call(ops.Lane(size == 1 ? "Store8" : "Store16"));
                continue;
            }
            var integer = size == 8 ? typeof(long) : typeof(int);
            PushMask(mask!, integer, p);
            PushVector(value, p, user);
            As(element, integer);
            il.Call(ops.Lane(size == 8 ? "MaskStore64" : "MaskStore32"));
        }

        void PushAddress(int bytes)
        {
            PushScalar(address, user);
            il.AddBytes(bytes);
        }
    }

    private void StoreRegister(Type element, Action pushAddress, Action pushValue)
    {
        if (ops.Store(element) is { } instruction)
        {
            pushAddress();
            pushValue();
            il.Call(instruction);
            return;
        }

        pushValue();
        pushAddress();
        il.Call(ops.Generic("Store", element, 2));
    }

    /// <summary>Stores all lanes' elements at a fixed distance from each other.</summary>
    private void StoreApart(Instruction i, Value address, Value value, int displacement, long step)
    {
        var element = VectorOps.Element(value.Type);
        var parts = plan.PartsOf(value.Type);
        var lanes = Lanes / parts;
        var place = storePlace ??= il.Local(typeof(byte*));
        PushScalar(address, i.Block!);
        il.AddBytes(displacement);
        il.Store(place);
        for (var p = 0; p < parts; p++)
        {
            var part = il.Local(ops.Of(element));
            PushVector(value, p, i.Block!);
            il.Store(part);
            for (var l = 0; l < lanes; l++)
            {
                il.Load(place);
                il.Int64(((p * lanes) + l) * step);
                il.Emit(OpCodes.Conv_I);
                il.Emit(OpCodes.Add);
                il.Load(part);
                il.Int32(l);
                il.Call(ops.Generic("GetElement", element, 2));
                StoreMemory(i.Memory);
            }
        }
    }

    /// <summary>Holds the first lane's address while elements are stored apart.</summary>
    private LocalBuilder? storePlace;

    private void PushLastLane(Value value, BasicBlock user)
    {
        var element = VectorOps.Element(value.Type);
        PushVector(value, plan.PartsOf(value.Type) - 1, user);
        il.Int32((plan.VectorBits / (element == typeof(long) || element == typeof(double) ? 64 : 32)) - 1);
        il.Call(ops.Generic("GetElement", element, 2));
    }
}
