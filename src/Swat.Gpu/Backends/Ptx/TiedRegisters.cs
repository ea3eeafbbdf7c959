using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

/// <summary>
/// Puts values into one register where an instruction overwrites its operands: wgmma accumulates in place while the work item goes on,
/// so that no move may stand between one wgmma and the next. The accumulators' chain of results and phis shares a register as far as
/// none of them lives on beside another.
/// </summary>
internal sealed class TiedRegisters
{
    // The value that stands for all of one register: a phi, or the pair of an instruction and the number of its result.
    private readonly Dictionary<(Instruction, int), int> nodes = [];
    private readonly List<(Instruction Definition, int Result)> definitions = [];
    private readonly List<int> parents = [];
    private readonly List<List<int>> members = [];
    private readonly List<object> keys = [];
    private readonly Dictionary<BasicBlock, HashSet<int>> liveOut = [];
    private readonly Dictionary<Instruction, int> positions = new(ReferenceEqualityComparer.Instance);

    // For each node, for each block, the position of the last use in it.
    private readonly List<Dictionary<BasicBlock, int>> lastUse = [];

    private TiedRegisters()
    {
    }

    /// <summary>The instruction's first results overwrite its first operands, one for one.</summary>
    public static bool IsTied(Instruction instruction) =>
        instruction is { Op: Op.Intrinsic, Data: TargetIntrinsic intrinsic } && intrinsic.Name.StartsWith("wgmma.m64", StringComparison.Ordinal);

    public static TiedRegisters Of(KernelFunction kernel)
    {
        var result = new TiedRegisters();
        if (kernel.Instructions.Any(IsTied))
            result.Coalesce(kernel);
        return result;
    }

    /// <summary>Values with the same key share a register; null for one that has its own.</summary>
    public object? Key(Instruction phi) => ResultKey(phi, -1);

    /// <summary>As <see cref="Key"/> for one of an instruction's several results.</summary>
    public object? ResultKey(Instruction instruction, int result) =>
        nodes.TryGetValue((instruction, result), out var node) ? keys[Find(node)] : null;

    private void Coalesce(KernelFunction kernel)
    {
        AddNodes(kernel);
        ComputeLiveness(kernel);
        foreach (var instruction in kernel.Instructions)
        {
            if (!IsTied(instruction))
                continue;
            var results = ((TargetIntrinsic)instruction.Data!).Results.Count;
            for (var i = 0; i < results; i++)
                TryMerge(instruction.Operands[i], nodes[(instruction, i)]);
        }
        foreach (var phi in kernel.Instructions.Where(i => i.Op == Op.Phi && nodes.ContainsKey((i, -1))))
        {
            foreach (var operand in phi.Operands)
                TryMerge(operand, nodes[(phi, -1)]);
        }
    }

    private void AddNodes(KernelFunction kernel)
    {
        foreach (var block in kernel.Blocks)
        {
            for (var i = 0; i < block.Instructions.Count; i++)
            {
                var instruction = block.Instructions[i];
                positions[instruction] = instruction.Op == Op.Phi ? -1 : i;
                if (instruction.Op == Op.Phi && instruction.Type == IrType.Float32)
                    Add(instruction, -1);
                else if (IsTied(instruction))
                {
                    for (var r = 0; r < ((TargetIntrinsic)instruction.Data!).Results.Count; r++)
                        Add(instruction, r);
                }
            }
        }

        void Add(Instruction definition, int result)
        {
            nodes[(definition, result)] = parents.Count;
            parents.Add(parents.Count);
            members.Add([definitions.Count]);
            definitions.Add((definition, result));
            keys.Add(new object());
            lastUse.Add([]);
        }
    }

    private int? Node(Value value) => value switch
    {
        Instruction { Op: Op.Phi } phi when nodes.TryGetValue((phi, -1), out var node) => node,
        Instruction { Op: Op.Extract } extract
            when nodes.TryGetValue(((Instruction)extract.Operands[0], (int)extract.Immediate), out var node) => node,
        _ => null,
    };

    private void ComputeLiveness(KernelFunction kernel)
    {
        var upwardExposed = kernel.Blocks.ToDictionary(b => b, _ => new HashSet<int>());
        var defined = kernel.Blocks.ToDictionary(b => b, b => definitions.Index()
            .Where(d => d.Item.Definition.Block == b).Select(d => d.Index).ToHashSet());
        foreach (var block in kernel.Blocks)
        {
            liveOut[block] = [];
            foreach (var instruction in block.Instructions)
            {
                // An Extract only names its instruction's result.
                if (instruction.Op is Op.Phi or Op.Extract)
                    continue;
                foreach (var operand in instruction.Operands)
                {
                    if (Node(operand) is not { } node)
                        continue;
                    lastUse[node][block] = positions[instruction];
                    if (!defined[block].Contains(node))
                        upwardExposed[block].Add(node);
                }
            }
            if (block.Terminator?.Condition is { } condition && Node(condition) is { } decided)
                lastUse[decided][block] = int.MaxValue;
        }
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var b = kernel.Blocks.Count - 1; b >= 0; b--)
            {
                var block = kernel.Blocks[b];
                foreach (var successor in block.Successors)
                {
                    foreach (var node in upwardExposed[successor].Concat(liveOut[successor].Except(defined[successor])))
                        changed |= liveOut[block].Add(node);
                    var edge = successor.Predecessors.IndexOf(block);
                    foreach (var phi in successor.Phis)
                    {
                        if (Node(phi.Operands[edge]) is { } node)
                            changed |= liveOut[block].Add(node);
                    }
                }
            }
        }
    }

    private void TryMerge(Value value, int node)
    {
        if (Node(value) is not { } other)
            return;
        var (a, b) = (Find(other), Find(node));
        if (a == b || members[a].Any(x => members[b].Any(y => Interfere(x, y))))
            return;
        parents[b] = a;
        members[a].AddRange(members[b]);
    }

    private bool Interfere(int a, int b) => LivesAcross(a, b) || LivesAcross(b, a);

    /// <summary>Value a is still needed when b has come into being.</summary>
    private bool LivesAcross(int a, int b)
    {
        var (definition, _) = definitions[b];
        var block = definition.Block!;
        var position = positions[definition];
        var (other, _) = definitions[a];
        if (other.Block == block ? positions[other] > position : !IsLiveIn(a, block))
            return false;
        return liveOut[block].Contains(a) || (lastUse[a].TryGetValue(block, out var last) && last > position);
    }

    private bool IsLiveIn(int node, BasicBlock block) =>
        block.Predecessors.Count > 0 && block.Predecessors.Any(p => liveOut[p].Contains(node));

    private int Find(int node)
    {
        while (parents[node] != node)
            node = parents[node];
        return node;
    }
}
