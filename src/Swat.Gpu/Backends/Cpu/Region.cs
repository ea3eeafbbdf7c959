using Swat.Gpu.Backends.Structure;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>
/// The part of a kernel that runs between barriers: all blocks that are reached from <see cref="Start"/> without passing one. Work items
/// run it one vector after the other, then the next region. A block may be part of several regions.
/// </summary>
internal sealed class Region
{
    private readonly Dictionary<BasicBlock, BasicBlock> originals = [];

    private Region(int index, BasicBlock start)
    {
        Index = index;
        Start = start;
        var shell = new KernelFunction($"region{index}");
        var shells = new Dictionary<BasicBlock, BasicBlock>();
        Enter(start);
        foreach (var (block, twin) in shells.ToList())
        {
            var end = block.Terminator!;
            KernelFunction.Terminate(twin, EndsAtBarrier(block) || end.IsReturn ? Terminator.Return()
                : end.IsBranch ? Terminator.Branch(end.Condition!, shells[end.Targets[0]], shells[end.Targets[1]])
                : Terminator.Jump(shells[end.Targets[0]]));
        }
        Tree = ControlTreeBuilder.Build(shell);

        BasicBlock Enter(BasicBlock block)
        {
            var work = new Stack<BasicBlock>();
            work.Push(block);
            while (work.TryPop(out var next))
            {
                if (shells.ContainsKey(next))
                    continue;
                var twin = new BasicBlock();
                shells[next] = twin;
                originals[twin] = next;
                shell.Blocks.Add(twin);
                if (EndsAtBarrier(next))
                    continue;
                foreach (var successor in next.Successors)
                    work.Push(successor);
            }
            return shells[block];
        }
    }

    public int Index { get; }

    public BasicBlock Start { get; }

    /// <summary>The control flow, over stand-ins for the blocks; see <see cref="Original"/>.</summary>
    public ControlNode Tree { get; }

    public IEnumerable<BasicBlock> Blocks => originals.Values;

    /// <summary>The kernel's block for a block of <see cref="Tree"/>.</summary>
    public BasicBlock Original(BasicBlock shell) => originals[shell];

    public static bool EndsAtBarrier(BasicBlock block) => block.Instructions is [.., { Op: Op.Barrier }];

    /// <summary>All regions; the first starts at the entry. A kernel without barriers is one region.</summary>
    public static List<Region> Find(KernelFunction function)
    {
        var starts = new List<BasicBlock> { function.Entry };
        starts.AddRange(function.Blocks.Where(EndsAtBarrier).Select(b => b.Terminator!.Targets[0]).Distinct());
        return [.. starts.Select((s, i) => new Region(i, s))];
    }
}
