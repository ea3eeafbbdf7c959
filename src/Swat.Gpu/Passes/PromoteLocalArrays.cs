using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>
/// Turns local arrays into values in registers, an element each, where every access is a load or store at a constant offset inside
/// the array and accesses either coincide or do not overlap. Elements that are read before they are written are zero. Relies on
/// <see cref="Simplify"/> having folded constant offsets; leaves unused addresses behind.
/// </summary>
internal sealed class PromoteLocalArrays
{
    private readonly KernelFunction function;

    /// <summary>For each address in local memory the instructions that use it.</summary>
    private readonly Dictionary<Instruction, List<Instruction>> uses = [];

    /// <summary>For each load and store of an array that is promoted: the elements it reaches.</summary>
    private readonly Dictionary<Instruction, LocalElement[]> accesses = [];

    /// <summary>For each vector load that is gone: its elements.</summary>
    private readonly Dictionary<Instruction, Value[]> vectors = [];

    private readonly List<LocalElement> elements = [];
    private readonly Dictionary<Value, Value> replaced = new(ReferenceEqualityComparer.Instance);

    private PromoteLocalArrays(KernelFunction function) => this.function = function;

    public static bool Run(KernelFunction function)
    {
        var pass = new PromoteLocalArrays(function);
        pass.FindUses();
        foreach (var instruction in function.Entry.Instructions)
        {
            if (instruction.Op == Op.LocalArray && pass.FindAccesses(instruction) is { } found)
                pass.AddElements(instruction, found);
        }
        if (pass.accesses.Count == 0)
            return false;
        pass.Rewrite();
        return true;
    }

    private void FindUses()
    {
        foreach (var block in function.Blocks)
        {
            foreach (var instruction in block.Instructions)
            {
                foreach (var operand in instruction.Operands)
                {
                    if (operand is not Instruction { Type: IrType.LocalPointer } address)
                        continue;
                    if (!uses.TryGetValue(address, out var users))
                        uses.Add(address, users = []);
                    users.Add(instruction);
                }
            }
        }
    }

    /// <summary>The loads and stores of an array with their byte offsets; null if it is used in any other way.</summary>
    private List<(Instruction Access, long Offset)>? FindAccesses(Instruction array)
    {
        var found = new List<(Instruction Access, long Offset)>();
        var work = new Stack<(Instruction Address, long Offset)>();
        work.Push((array, 0));
        while (work.TryPop(out var address))
        {
            if (!uses.TryGetValue(address.Address, out var users))
                continue;
            foreach (var user in users)
            {
                switch (user.Op)
                {
                    case Op.Offset when user.Operands[1] is Constant index:
                        work.Push((user, address.Offset + (index.Bits * user.Immediate)));
                        break;
                    case Op.Load or Op.Store or Op.LoadVector or Op.StoreVector:
                        found.Add((user, address.Offset));
                        break;
                    default:
                        return null;
                }
            }
        }
        return found;
    }

    private void AddElements(Instruction array, List<(Instruction Access, long Offset)> found)
    {
        var byOffset = new SortedDictionary<long, LocalElement>();
        foreach (var (access, offset) in found)
        {
            for (var k = 0; k < Count(access); k++)
            {
                var at = offset + (k * access.Memory.Size());
                if (!byOffset.TryGetValue(at, out var element))
                    byOffset.Add(at, element = new LocalElement(access.Memory));
                else if (!element.TryAdd(access.Memory))
                    return;
            }
        }
        var end = 0L;
        foreach (var (offset, element) in byOffset)
        {
            if (offset < end)
                return;
            end = offset + element.Size;
        }
        if (end > array.Immediate)
            return;
        foreach (var (access, offset) in found)
        {
            var reached = new LocalElement[Count(access)];
            for (var k = 0; k < reached.Length; k++)
                reached[k] = byOffset[offset + (k * access.Memory.Size())];
            accesses.Add(access, reached);
        }
        elements.AddRange(byOffset.Values);
    }

    private static int Count(Instruction access) => access.Op is Op.LoadVector or Op.StoreVector ? (int)access.Immediate : 1;

    private void Rewrite()
    {
        function.Number();
        var output = new List<Instruction>();
        foreach (var block in function.Blocks)
        {
            output.Clear();
            var before = block.Instructions.Count;
            var kept = 0;
            for (var i = 0; i < block.Instructions.Count; i++)
            {
                // Phis for elements come in at the front.
                var count = block.Instructions.Count;
                if (!TryRemove(block, block.Instructions[i], output))
                {
                    output.Add(block.Instructions[i]);
                    kept++;
                }
                i += block.Instructions.Count - count;
            }
            var phis = block.Instructions.Count - before;
            if (kept < before)
                block.Replace(block.Instructions.Take(phis).Concat(output));
        }
        foreach (var element in elements)
            element.Values.Complete();
        function.Substitute(replaced);
    }

    /// <summary>
    /// Whether the instruction is an access to elements in registers, which needs no instruction apart from conversions. Blocks come
    /// in reverse postorder: what dominates an access has been visited.
    /// </summary>
    private bool TryRemove(BasicBlock block, Instruction instruction, List<Instruction> output)
    {
        if (instruction.Op == Op.Extract && vectors.TryGetValue((Instruction)instruction.Operands[0], out var vector))
        {
            replaced.Add(instruction, vector[instruction.Immediate]);
            return true;
        }
        if (!accesses.TryGetValue(instruction, out var reached))
            return false;
        var memory = instruction.Memory;
        if (instruction.Op is Op.Store or Op.StoreVector)
        {
            for (var k = 0; k < reached.Length; k++)
                reached[k].Values.Define(block, reached[k].FromStored(instruction.Operands[k + 1], output));
            return true;
        }
        var loaded = new Value[reached.Length];
        for (var k = 0; k < loaded.Length; k++)
        {
            var value = reached[k].Values.DefinedIn(block) ?? reached[k].Values.AtStart(block);
            loaded[k] = reached[k].ToLoaded(value, memory, output);
        }
        if (instruction.Op == Op.Load)
            replaced.Add(instruction, loaded[0]);
        else
            vectors.Add(instruction, loaded);
        return true;
    }
}
