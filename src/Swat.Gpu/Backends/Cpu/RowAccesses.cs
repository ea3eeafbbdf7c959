using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// Finds vector loads and stores for which it does not matter which lane has which element: each element that is stored is the same
/// function of the elements with its number that were loaded, and of values that all lanes share. Registers then take whole rows of memory
/// as they are, in place of one element of each lane, and nothing needs to be permuted.
/// </summary>
internal sealed class RowAccesses
{
    private readonly KernelPlan plan;
    private readonly HashSet<Instruction> found = [];

    public RowAccesses(KernelPlan plan)
    {
        this.plan = plan;
        foreach (var store in plan.Function.Instructions.Where(i => i.Op == Op.StoreVector && plan.WordsALane(i) > 0))
        {
            var function = new ElementFunction(plan, store);
            if (function.IsTheSameForAll)
                found.UnionWith([store, .. function.Loads]);
        }
    }

    public bool Contains(Instruction access) => found.Contains(access);

    /// <summary>What computes the elements of a store.</summary>
    private sealed class ElementFunction
    {
        private readonly KernelPlan plan;
        private readonly Instruction store;
        private readonly HashSet<Instruction> values = [];
        private readonly HashSet<(Value First, Value Other, int Element)> compared = [];

        public ElementFunction(KernelPlan plan, Instruction store)
        {
            this.plan = plan;
            this.store = store;
            var elements = store.Operands.AsSpan(1);
            IsTheSameForAll = true;
            for (var k = 0; k < elements.Length && IsTheSameForAll; k++)
                IsTheSameForAll = Corresponds(elements[0], elements[k], k);
            IsTheSameForAll &= Loads.All(load => plan.ExtractsOf(load).All(values.Contains))
                && values.All(value => plan.UsersOf(value).All(user => user == store || (user is not null && values.Contains(user))));
        }

        /// <summary>And nothing else uses what is loaded or computed.</summary>
        public bool IsTheSameForAll { get; }

        public HashSet<Instruction> Loads { get; } = [];

        /// <summary>Whether <paramref name="other"/> is to element k what <paramref name="first"/> is to element 0.</summary>
        private bool Corresponds(Value first, Value other, int k)
        {
            if (IsShared(first) && IsShared(other))
                return first.Equals(other);
            if (first is not Instruction a || other is not Instruction b || a.Block != store.Block || b.Block != store.Block)
                return false;
            if (!compared.Add((a, b, k)))
                return true;
            values.Add(a);
            values.Add(b);
            if (a.Op == Op.Extract)
                return b.Op == Op.Extract && a.Immediate == 0 && b.Immediate == k && a.Operands[0] == b.Operands[0] && IsRow((Instruction)a.Operands[0]);
            if (!a.IsPure || a.Operands.Length == 0 || !IsSameOperation(a, b))
                return false;
            for (var o = 0; o < a.Operands.Length; o++)
            {
                if (!Corresponds(a.Operands[o], b.Operands[o], k))
                    return false;
            }
            return true;
        }

        private bool IsShared(Value value) => plan.Shapes.At(value, store.Block!).IsUniform;

        private bool IsRow(Instruction load)
        {
            var isRow = load.Op == Op.LoadVector && load.Block == store.Block && load.Memory.Size() == store.Memory.Size()
                && plan.WordsALane(load) == plan.WordsALane(store);
            if (isRow)
                Loads.Add(load);
            return isRow;
        }

        private static bool IsSameOperation(Instruction a, Instruction b) => a.Op == b.Op && a.Type == b.Type && a.Memory == b.Memory
            && a.Immediate == b.Immediate && a.Comparison == b.Comparison && a.Unsigned == b.Unsigned && a.Approximate == b.Approximate
            && Equals(a.Data, b.Data) && a.Operands.Length == b.Operands.Length;
    }
}
