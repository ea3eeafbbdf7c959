namespace Swat.Gpu.Tests.Language.Random;

/// <summary>What a <see cref="Node"/> of a random program is. Expressions first, then statements.</summary>
public enum Shape
{
    /// <summary>Number is the value; divided by 4 for floats.</summary>
    Constant,

    /// <summary>The program's argument; Int.</summary>
    Argument,

    /// <summary>Number is the local's index among those of its sort.</summary>
    Local,

    /// <summary>A field of struct number / 4; the field, number % 4, has the sort Int, Float, Int (a short) or Long.</summary>
    Field,
    Add,
    Subtract,

    /// <summary>Integers only: a product of floats may overflow into sums that depend on the order.</summary>
    Multiply,

    /// <summary>Floats times 2 to the power of Number.</summary>
    Scale,

    /// <summary>The divisor is made positive and small for integers.</summary>
    Divide,
    Remainder,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
    ShiftRightUnsigned,
    Negate,
    Not,
    Min,
    Max,

    /// <summary>Int 0 or 1; Number 0 to 5 is the relation, 6 and 7 compare as unsigned.</summary>
    Compare,

    /// <summary>Children: Int condition, two values.</summary>
    Choose,

    /// <summary>From any sort; for Int, Number chooses a narrower type on the way.</summary>
    Convert,

    /// <summary>A call of a static method that loops and returns early; Int of two Ints.</summary>
    Call,

    // Statements.
    Block,
    Assign,
    SetField,

    /// <summary>Children: condition, statement, statement.</summary>
    If,

    /// <summary>At most Number turns, each starting with the condition child.</summary>
    Loop,

    /// <summary>Leaves the innermost loop, if there is one.</summary>
    BreakIf,

    /// <summary>Starts the innermost loop's next turn, if there is one.</summary>
    ContinueIf,

    /// <summary>Children: Int, and four statements.</summary>
    Switch,

    /// <summary>Passes struct Number by reference to a method, with an Int.</summary>
    Mix,

    /// <summary>Copies struct number / 2 to struct number % 2.</summary>
    CopyStruct,
    ReturnIf,
}
