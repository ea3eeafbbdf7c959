using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>
/// Builds static single assignment form while blocks are translated (Braun et al., Simple and Efficient Construction of SSA Form,
/// 2013): a read looks for the reaching definition and places phis where control flow joins. A block is sealed when all its
/// predecessors are known; until then reads in it make phis whose operands follow at sealing.
/// </summary>
internal sealed class SsaBuilder
{
    private readonly Dictionary<(BasicBlock, Variable), Symbol> definitions = [];
    private readonly HashSet<BasicBlock> sealedBlocks = [];
    private readonly Dictionary<BasicBlock, List<(Variable Variable, Symbol Symbol)>> pending = [];
    private readonly Func<string, Exception> mixedReferences;

    /// <param name="function">Where the phis go.</param>
    /// <param name="mixedReferences">Makes the exception for references that differ between control-flow paths.</param>
    public SsaBuilder(KernelFunction function, Func<string, Exception> mixedReferences)
    {
        Function = function;
        this.mixedReferences = mixedReferences;
    }

    public KernelFunction Function { get; }

    public BasicBlock NewBlock()
    {
        var block = new BasicBlock();
        Function.Blocks.Add(block);
        return block;
    }

    public void Write(Variable variable, BasicBlock block, Symbol symbol)
    {
        if (variable.Fields is null)
        {
            definitions[(block, variable)] = symbol;
            return;
        }
        if (symbol is not Symbol.Aggregate aggregate)
            throw new InvalidOperationException($"A {variable.Shape.Type} is written as {symbol}.");
        for (var i = 0; i < variable.Fields.Count; i++)
            Write(variable.Fields[i], block, aggregate.Fields[i]);
    }

    public Symbol Read(Variable variable, BasicBlock block) => variable.Fields is null
        ? ReadLeaf(variable, block)
        : new Symbol.Aggregate([.. variable.Fields.Select(f => Read(f, block))]);

    /// <summary>All predecessors of the block are known.</summary>
    public void Seal(BasicBlock block)
    {
        if (!sealedBlocks.Add(block) || !pending.Remove(block, out var list))
            return;
        foreach (var (variable, symbol) in list)
        {
            if (symbol is Symbol.Scalar { Value: Instruction phi })
            {
                phi.Operands = Operands(variable, block, phi.Type);
                continue;
            }
            foreach (var predecessor in block.Predecessors)
                CheckSame(symbol, ReadLeaf(variable, predecessor));
        }
    }

    private Symbol ReadLeaf(Variable variable, BasicBlock block)
    {
        if (definitions.TryGetValue((block, variable), out var known))
            return known;
        if (block.Predecessors.Count == 0)
            return definitions[(block, variable)] = Default(variable);

        // The first predecessor is a forward edge, so this recursion ends.
        var first = ReadLeaf(variable, block.Predecessors[0]);
        if (definitions.TryGetValue((block, variable), out known))
            return known;
        var isSealed = sealedBlocks.Contains(block);
        if (isSealed && block.Predecessors.Count == 1)
            return definitions[(block, variable)] = first;

        Symbol result = first is Symbol.Scalar { Value.Type: var type }
            ? new Symbol.Scalar(block.AppendPhi(new Instruction(Op.Phi, type)))
            : first;
        definitions[(block, variable)] = result;
        if (!isSealed)
        {
            if (!pending.TryGetValue(block, out var list))
                pending.Add(block, list = []);
            list.Add((variable, result));
            return result;
        }
        if (result is Symbol.Scalar { Value: Instruction phi })
        {
            phi.Operands = Operands(variable, block, phi.Type);
            return result;
        }
        foreach (var predecessor in block.Predecessors)
        {
            var other = ReadLeaf(variable, predecessor);
            if (result is Symbol.Undefined && other is Symbol.Scalar { Value.Type: var otherType })
            {
                phi = block.AppendPhi(new Instruction(Op.Phi, otherType));
                definitions[(block, variable)] = new Symbol.Scalar(phi);
                phi.Operands = Operands(variable, block, otherType);
                return definitions[(block, variable)];
            }
            if (result is Symbol.Undefined)
                result = definitions[(block, variable)] = other;
            CheckSame(result, other);
        }
        return result;
    }

    private Value[] Operands(Variable variable, BasicBlock block, IrType type)
    {
        var operands = new Value[block.Predecessors.Count];
        for (var i = 0; i < operands.Length; i++)
        {
            operands[i] = ReadLeaf(variable, block.Predecessors[i]) switch
            {
                Symbol.Scalar { Value: var value } when value.Type == type => value,
                Symbol.Undefined => Constant.Zero(type),
                Symbol.Scalar { Value: var value } => throw mixedReferences($"values of types {type} and {value.Type} meet"),
                var other => throw mixedReferences($"a {type} meets {other}"),
            };
        }
        return operands;
    }

    private void CheckSame(Symbol expected, Symbol actual)
    {
        if (actual != expected && actual is not Symbol.Undefined && expected is not Symbol.Undefined)
            throw mixedReferences($"{expected} meets {actual}");
    }

    private static Symbol Default(Variable variable) => variable.Shape.Kind == ShapeKind.Scalar
        ? new Symbol.Scalar(Constant.Zero(variable.Shape.Scalar))
        : new Symbol.Undefined();
}
