using Swat.Gpu.Analysis;
using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Joins loads of neighbouring elements in one block into vector loads of 16 or 8 bytes, where the address is known to be aligned
/// and no instruction between them may change the elements. Relies on <see cref="CommonSubexpressions"/> and
/// <see cref="RedundantLoads"/>: equal bases are one value and no element is loaded twice.
/// </summary>
internal sealed class VectorLoads
{
    private const int LargestVector = 16;
    private const int SmallestVector = 8;

    /// <summary>Loads that may be joined, in the order of the block, by base and type of element.</summary>
    private readonly Dictionary<(Value Base, MemoryType Memory), List<(Instruction Load, long Displacement)>> open = [];

    /// <summary>For the first load of a vector in the block: the vector and its base.</summary>
    private readonly Dictionary<Instruction, List<(Value Base, long Displacement, Instruction[] Loads)>> vectors = [];

    private readonly Dictionary<Value, Value> replaced = new(ReferenceEqualityComparer.Instance);

    private VectorLoads()
    {
    }

    public static bool Run(KernelFunction function)
    {
        function.Number();
        var pass = new VectorLoads();
        foreach (var block in function.Blocks)
        {
            pass.vectors.Clear();
            foreach (var instruction in block.Instructions)
                pass.Visit(instruction);
            pass.JoinAll(_ => true);
            if (pass.vectors.Count > 0)
                pass.Rewrite(block);
        }
        function.Substitute(pass.replaced);
        return pass.replaced.Count > 0;
    }

    private void Visit(Instruction i)
    {
        switch (i.Op)
        {
            case Op.Load:
                var (address, displacement) = MemoryAccess.Split(i.Operands[0]);
                if (!open.TryGetValue((address, i.Memory), out var loads))
                    open.Add((address, i.Memory), loads = []);
                loads.Add((i, displacement));
                break;
            case Op.Store or Op.StoreVector:
                var (stored, _) = MemoryAccess.Split(i.Operands[0]);
                JoinAll(other => other.Type == stored.Type && !MemoryAccess.AreDifferentArrays(other, stored));
                break;
            default:
                if (i.HasSideEffects && i.Op is not (Op.ShuffleOp or Op.Vote or Op.Ballot))
                    JoinAll(_ => true);
                break;
        }
    }

    /// <summary>Joins what has been collected from the bases, as what follows may change it.</summary>
    private void JoinAll(Predicate<Value> bases)
    {
        foreach (var ((address, memory), loads) in open)
        {
            if (!bases(address))
                continue;
            Join(address, memory.Size(), loads);
            open.Remove((address, memory));
        }
    }

    private void Join(Value address, int size, List<(Instruction Load, long Displacement)> loads)
    {
        // Vectors have at most 8 elements, and bytes are rarely worth it.
        if (loads.Count < 2 || size == 1)
            return;
        var alignment = Alignment.Of(address);
        if (alignment < SmallestVector)
            return;
        var byDisplacement = new SortedDictionary<long, Instruction>();
        foreach (var (load, displacement) in loads)
            byDisplacement.TryAdd(displacement, load);
        for (var bytes = (int)Math.Min(LargestVector, alignment); bytes >= SmallestVector && bytes > size; bytes /= 2)
            JoinRuns(address, size, bytes, byDisplacement);
    }

    private void JoinRuns(Value address, int size, int bytes, SortedDictionary<long, Instruction> loads)
    {
        foreach (var displacement in loads.Keys.ToArray())
        {
            if (displacement % bytes != 0)
                continue;
            var run = new Instruction[bytes / size];
            var complete = true;
            for (var k = 0; k < run.Length && complete; k++)
                complete = loads.TryGetValue(displacement + (k * size), out run[k]!);
            if (!complete)
                continue;
            for (var k = 0; k < run.Length; k++)
                loads.Remove(displacement + (k * size));
            var first = run.MinBy(load => load.Id)!;
            if (!vectors.TryGetValue(first, out var here))
                vectors.Add(first, here = []);
            here.Add((address, displacement, run));
        }
    }

    private void Rewrite(BasicBlock block)
    {
        var output = new List<Instruction>(block.Instructions.Count);
        foreach (var instruction in block.Instructions)
        {
            if (vectors.TryGetValue(instruction, out var here))
            {
                foreach (var (address, displacement, loads) in here)
                    AddVector(address, displacement, loads, output);
            }
            if (!replaced.ContainsKey(instruction))
                output.Add(instruction);
        }
        block.Replace(output);
        block.RemoveAll(replaced.ContainsKey);
    }

    private void AddVector(Value address, long displacement, Instruction[] loads, List<Instruction> output)
    {
        if (displacement != 0)
        {
            var bytes = displacement == (int)displacement ? Constant.Int32((int)displacement) : Constant.Int64(displacement);
            var offset = new Instruction(Op.Offset, address.Type, address, bytes) { Immediate = 1 };
            output.Add(offset);
            address = offset;
        }
        var vector = new Instruction(Op.LoadVector, IrType.Void, address) { Memory = loads[0].Memory, Immediate = loads.Length };
        output.Add(vector);
        for (var k = 0; k < loads.Length; k++)
        {
            var element = new Instruction(Op.Extract, loads[k].Type, vector) { Immediate = k };
            output.Add(element);
            replaced.Add(loads[k], element);
        }
    }
}
