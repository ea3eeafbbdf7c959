using System.Text;

namespace Swat.Gpu.Tests.Language.Random;

/// <summary>An expression or statement of a random program.</summary>
public sealed record Node(Shape Shape, Sort Sort, int Number, Node[] Children)
{
    /// <summary>Simpler programs: a child of the same sort, a neutral value, or one child made simpler.</summary>
    public IEnumerable<Node> Simpler()
    {
        if (Sort == Sort.None && Shape != Shape.Block)
            yield return new Node(Shape.Block, Sort.None, 0, []);
        else if (Sort != Sort.None && Shape != Shape.Constant)
            yield return new Node(Shape.Constant, Sort, 1, []);
        foreach (var child in Children.Where(c => c.Sort == Sort))
            yield return child;
        for (var i = 0; Shape == Shape.Block && i < Children.Length; i++)
            yield return this with { Children = [.. Children.Where((_, k) => k != i)] };
        for (var i = 0; i < Children.Length; i++)
        {
            foreach (var simpler in Children[i].Simpler())
                yield return this with { Children = [.. Children.Select((c, k) => k == i ? simpler : c)] };
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, 0);
        return text.ToString();
    }

    private void Write(StringBuilder text, int depth)
    {
        if (Sort == Sort.None)
            text.Append('\n').Append(' ', depth * 2);
        text.Append(Shape);
        if (Sort != Sort.None)
            text.Append('.').Append(Sort);
        if (Number != 0 || Shape is Shape.Constant or Shape.Local)
            text.Append(' ').Append(Number);
        if (Children.Length == 0)
            return;
        text.Append('(');
        for (var i = 0; i < Children.Length; i++)
        {
            if (i > 0)
                text.Append(", ");
            Children[i].Write(text, depth + 1);
        }
        text.Append(')');
    }
}
