using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Within a block, takes a value that was loaded from or stored to the same address before instead of loading it again. Stores end
/// that for the addresses that they may reach: those of the same address space, apart from other arrays of the kernel and from
/// other displacements of one base. Barriers, fences, atomics and instructions with unknown effects end it for all memory that other
/// work items see. Relies on <see cref="CommonSubexpressions"/> for equal addresses being one value.
/// </summary>
internal sealed class RedundantLoads
{
    private readonly Dictionary<(IrType Space, Value Base, long Displacement, MemoryType Memory, int Count), Value> known = [];
    private readonly Dictionary<Value, Value> replaced = new(ReferenceEqualityComparer.Instance);

    private RedundantLoads()
    {
    }

    public static bool Run(KernelFunction function)
    {
        var pass = new RedundantLoads();
        foreach (var block in function.Blocks)
        {
            pass.known.Clear();
            var before = pass.replaced.Count;
            foreach (var instruction in block.Instructions)
                pass.Visit(instruction);
            if (pass.replaced.Count > before)
                block.RemoveAll(pass.replaced.ContainsKey);
        }
        function.Substitute(pass.replaced);
        return pass.replaced.Count > 0;
    }

    private void Visit(Instruction i)
    {
        switch (i.Op)
        {
            case Op.Load or Op.LoadVector:
                var (address, displacement) = MemoryAccess.Split(i.Operands[0]);
                var key = (address.Type, address, displacement, i.Memory, i.Op == Op.Load ? 1 : (int)i.Immediate);
                if (known.TryGetValue(key, out var value))
                    replaced.Add(i, value);
                else
                    known.Add(key, i);
                break;
            case Op.Store or Op.StoreVector:
                Store(i);
                break;
            case Op.ShuffleOp or Op.Vote or Op.Ballot:
                break;
            default:
                if (i.HasSideEffects)
                    ForgetAll(keepLocal: i.Op is not (Op.InlinePtx or Op.Intrinsic));
                break;
        }
    }

    private void Store(Instruction store)
    {
        var (address, displacement) = MemoryAccess.Split(store.Operands[0]);
        var bytes = (store.Operands.Length - 1) * store.Memory.Size();
        foreach (var other in known.Keys)
        {
            if (other.Space != address.Type)
                continue;
            var apart = other.Base == address
                ? displacement + bytes <= other.Displacement || other.Displacement + (other.Count * other.Memory.Size()) <= displacement
                : MemoryAccess.AreDifferentArrays(other.Base, address);
            if (!apart)
                known.Remove(other);
        }

        // Narrow integers change on the way through memory.
        if (store.Op == Op.Store && store.Memory is not (MemoryType.Int8 or MemoryType.UInt8 or MemoryType.Int16 or MemoryType.UInt16))
            known[(address.Type, address, displacement, store.Memory, 1)] = store.Operands[1];
    }

    private void ForgetAll(bool keepLocal)
    {
        if (!keepLocal)
        {
            known.Clear();
            return;
        }
        foreach (var key in known.Keys)
        {
            if (key.Space != IrType.LocalPointer)
                known.Remove(key);
        }
    }
}
