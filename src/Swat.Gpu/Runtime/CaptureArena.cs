namespace Swat.Gpu.Runtime;

/// <summary>Blocks whose buffers were disposed during a capture: later buffers of the same capture may have them, nobody else.</summary>
internal sealed class CaptureArena
{
    private readonly Dictionary<long, Stack<nint>> blocks = [];

    public void Add(nint memory, long size)
    {
        if (!blocks.TryGetValue(size, out var stack))
            blocks.Add(size, stack = new Stack<nint>());
        stack.Push(memory);
    }

    public bool TryTake(long size, out nint memory)
    {
        memory = 0;
        return blocks.TryGetValue(size, out var stack) && stack.TryPop(out memory);
    }

    public IEnumerable<(nint Memory, long Size)> TakeAll()
    {
        foreach (var (size, stack) in blocks)
        {
            while (stack.TryPop(out var memory))
                yield return (memory, size);
        }
    }
}
