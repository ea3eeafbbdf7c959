using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>How values are read, and where they are written.</summary>
internal sealed partial class OpenCLEmitter
{
    /// <summary>The value as an expression. A pending value may be read at one place only.</summary>
    private Expression Read(Value value)
    {
        if (variables.TryGetValue(value, out var variable))
            return new(variable, Precedence.Primary);
        return value switch
        {
            Constant constant => Literals.Of(constant),
            Instruction { Op: Op.Extract } extract => Element(extract),
            Instruction { Op: Op.DynamicShared } => new(DynamicShared, Precedence.Primary),
            Instruction { Op: Op.DynamicSharedSize } => new(DynamicSharedSize, Precedence.Primary),
            Instruction instruction => Take(instruction),
            _ => throw new InvalidOperationException($"{value} has no name in {function.Name}."),
        };
    }

    private Expression Take(Instruction instruction)
    {
        consumed.Add(instruction);
        return pending[instruction];
    }

    /// <summary>The value as the signed type of an integer, as overloaded functions and comparisons need it.</summary>
    private Expression Signed(Value value)
    {
        var expression = Read(value);
        return expression.IsUnsigned ? Cast(CTypes.Of(value.Type), expression) : expression;
    }

    /// <summary>The value as the unsigned type of an integer.</summary>
    private Expression Unsigned(Value value)
    {
        if (value is Constant constant)
            return Literals.Unsigned(constant);
        var expression = Read(value);
        return expression.IsUnsigned ? expression : Cast(CTypes.Unsigned(value.Type), expression) with { IsUnsigned = true };
    }

    private static Expression Cast(string type, Expression operand) =>
        operand with { Text = $"({type}){operand.Within(Precedence.Unary)}", Precedence = Precedence.Unary, IsUnsigned = false };

    private Expression Element(Instruction extract)
    {
        var source = (Instruction)extract.Operands[0];
        var text = $"{variables[source]}.s{extract.Immediate}";
        // Narrow elements are widened by name, so that overloaded functions take them as int.
        return source.Memory is MemoryType.Int8 or MemoryType.UInt8 or MemoryType.Int16 or MemoryType.UInt16
            ? new($"(int){text}", Precedence.Unary)
            : new(text, Precedence.Primary);
    }

    private static Expression Combine(string text, Precedence precedence, bool isUnsigned, params ReadOnlySpan<Expression> operands)
    {
        var reads = false;
        var depth = 0;
        foreach (var operand in operands)
        {
            reads |= operand.ReadsMemory;
            depth = Math.Max(depth, operand.Depth);
        }
        return new(text, precedence, isUnsigned, reads, depth + 1);
    }

    private static Expression Call(string name, params ReadOnlySpan<Expression> operands)
    {
        var texts = new string[operands.Length];
        for (var i = 0; i < operands.Length; i++)
            texts[i] = operands[i].Text;
        return Combine($"{name}({string.Join(", ", texts)})", Precedence.Primary, isUnsigned: false, operands);
    }

    private void Write(Instruction instruction)
    {
        switch (instruction.Op)
        {
            case Op.Phi or Op.Extract or Op.LocalArray or Op.SharedArray or Op.DynamicShared or Op.DynamicSharedSize:
                return;
            case Op.LoadVector:
                if (uses.Count(instruction) > 0)
                    Assign(instruction, VectorLoad(instruction).Text);
                return;
            case var _ when instruction.HasSideEffects:
                WriteEffect(instruction);
                return;
        }
        if (uses.Count(instruction) == 0)
            return;
        var expression = Build(instruction);
        var inline = uses.Count(instruction) == 1 && !uses.LeavesBlock(instruction) && expression.Depth <= MaxDepth;
        if (inline)
            pending[instruction] = expression;
        else
            Assign(instruction, expression.Text);
    }

    private void Assign(Instruction instruction, string text)
    {
        if (variables.TryGetValue(instruction, out var variable))
        {
            Line($"{variable} = {text};");
            return;
        }
        variable = names.Unique("v", $"{instruction.Id}");
        variables[instruction] = variable;
        pending.Remove(instruction);
        Line($"{VariableType(instruction)} {variable} = {text};");
    }

    /// <summary>Reads of memory that nothing has used yet happen before the write that follows.</summary>
    private void FlushReads()
    {
        foreach (var (instruction, expression) in pending.ToList())
        {
            if (expression.ReadsMemory && !consumed.Contains(instruction))
                Assign(instruction, expression.Text);
        }
    }
}
