namespace Swat.Gpu.IR;

/// <summary>
/// How a block ends: a return (no targets), a jump (one target), or a branch (targets: if true, if false; never the same block twice).
/// C#'s switch arrives as a chain of branches.
/// </summary>
internal sealed class Terminator
{
    private Terminator(Value? condition, BasicBlock[] targets)
    {
        Condition = condition;
        Targets = targets;
    }

    public static Terminator Return() => new(null, []);

    public static Terminator Jump(BasicBlock target) => new(null, [target]);

    public static Terminator Branch(Value condition, BasicBlock ifTrue, BasicBlock ifFalse) =>
        ifTrue == ifFalse ? Jump(ifTrue) : new(condition, [ifTrue, ifFalse]);

    /// <summary>Bool; null unless there are two targets.</summary>
    public Value? Condition { get; set; }

    public BasicBlock[] Targets { get; }

    public bool IsReturn => Targets.Length == 0;

    public bool IsBranch => Targets.Length == 2;
}
