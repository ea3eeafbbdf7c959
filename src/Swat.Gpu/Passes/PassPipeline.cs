using Swat.Gpu.IR;

namespace Swat.Gpu.Passes;

/// <summary>Runs the passes in the order that lets each find what the ones before it laid open.</summary>
internal sealed class PassPipeline
{
    private readonly KernelFunction function;
    private readonly PassOptions options;

    private PassPipeline(KernelFunction function, PassOptions options)
    {
        this.function = function;
        this.options = options;
    }

    /// <summary>Optimises the function in place; it is numbered afterwards.</summary>
    public static void Run(KernelFunction function, PassOptions? options = null) =>
        new PassPipeline(function, options ?? PassOptions.Default).RunAll();

    private void RunAll()
    {
        if (options.Verify)
            IrVerifier.Check(function);
        Clean();
        Apply(CommonSubexpressions.Run);
        do
        {
            if (Apply(UnrollLoops))
                Clean();
        }
        while (Apply(PromoteLocalArrays.Run) && Clean());
        if (Apply(CommonSubexpressions.Run) | Apply(RedundantLoads.Run))
            Clean();
        if (Apply(LoopInvariants.Run))
            Apply(CommonSubexpressions.Run);
        if (options.JoinLoads && Apply(VectorLoads.Run))
            Apply(DeadCode.Run);
        if (options.Contract && Apply(Contraction.Run))
            Apply(DeadCode.Run);
        function.Number();
    }

    /// <summary>Simplifies instructions and control flow until neither finds more, then drops what is unused.</summary>
    private bool Clean()
    {
        var changed = false;
        do
            changed |= Apply(Simplify.Run);
        while (Apply(ControlFlow.Run));
        return Apply(DeadCode.Run) || changed;
    }

    private bool UnrollLoops(KernelFunction unrolled) => Unroll.Run(unrolled, options);

    private bool Apply(Func<KernelFunction, bool> pass)
    {
        var changed = pass(function);
        if (changed && options.Verify)
            Verify(pass);
        return changed;
    }

    private void Verify(Func<KernelFunction, bool> pass)
    {
        try
        {
            IrVerifier.Check(function);
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidOperationException($"After {pass.Method.DeclaringType!.Name}.{pass.Method.Name}: {error.Message}", error);
        }
    }
}
