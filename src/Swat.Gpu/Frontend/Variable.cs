namespace Swat.Gpu.Frontend;

/// <summary>A C# variable: a leaf holds one symbol, a struct or view holds a variable for each field. Compared by identity.</summary>
internal sealed class Variable
{
    public Variable(TypeShape shape)
    {
        Shape = shape;
        Fields = shape.Kind switch
        {
            ShapeKind.Struct => [.. shape.Fields.Select(f => new Variable(f.Shape))],
            ShapeKind.View => [new Variable(TypeShape.Of(typeof(object))), new Variable(TypeShape.Of(typeof(long)))],
            _ => null,
        };
    }

    public Variable(Symbol like)
    {
        Shape = TypeShape.Of(typeof(object));
        Fields = like is Symbol.Aggregate aggregate ? [.. aggregate.Fields.Select(f => new Variable(f))] : null;
    }

    /// <summary>Shape of the declared type; opaque for evaluation stack slots.</summary>
    public TypeShape Shape { get; }

    /// <summary>Null for a leaf.</summary>
    public IReadOnlyList<Variable>? Fields { get; }
}
