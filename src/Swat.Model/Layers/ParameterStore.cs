using Swat.Tensors;

namespace Swat.Model.Layers;

/// <summary>
/// A model's parameters. Those that are multiplied with the same input lie one behind the other, so that the layers multiply with all of
/// them at once; each is still found under its own name, as a part.
/// </summary>
internal sealed class ParameterStore : IDisposable
{
    private static readonly (string Part, string Whole)[] JointNames =
    [
        ("attn.q_proj.", "attn.qkv_proj."),
        ("attn.k_proj.", "attn.qkv_proj."),
        ("attn.v_proj.", "attn.qkv_proj."),
        ("mlp.gate_proj.", "mlp.gate_up_proj."),
        ("mlp.up_proj.", "mlp.gate_up_proj."),
    ];

    private readonly Dictionary<string, Tensor> _byName = [];

    /// <param name="config">The model's shape.</param>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="create">Makes the parameter of a name, an index in <see cref="SwatConfig.Parameters"/> and a shape; the store owns it.</param>
    public ParameterStore(SwatConfig config, TensorDevice device, Func<string, int, Shape, Tensor> create)
    {
        var parameters = new List<Tensor>();
        try
        {
            // Parameters of one name for the whole follow each other in the configuration's order.
            foreach (var joint in config.Parameters().GroupBy(parameter => JointName(parameter.Name)))
            {
                var members = joint.ToArray();
                if (members is [var single])
                    parameters.Add(Add(single.Name, MemoryScope.Keep(create(single.Name, parameters.Count, new Shape(single.Shape)))));
                else
                    AddJoint(joint.Key, members);
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Parameters = parameters;

        void AddJoint(string name, (string Name, int[] Shape)[] members)
        {
            int[] shape = [members.Sum(member => member.Shape[0]), .. members[0].Shape[1..]];
            var whole = Add(name, MemoryScope.Keep(Tensor.Empty(device, new Shape(shape))));
            var row = 0;
            foreach (var member in members)
            {
                var part = whole.Part(row..(row + member.Shape[0]));
                row += member.Shape[0];
                using var content = create(member.Name, parameters.Count, new Shape(member.Shape));
                part.CopyFrom(content);
                parameters.Add(Add(member.Name, part));
            }
        }
    }

    /// <summary>All parameters under the names of checkpoints, in the order of <see cref="SwatConfig.Parameters"/>.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>The parameter of this name, or several joined as one.</summary>
    public Tensor this[string name] => _byName[name];

    public void Dispose()
    {
        foreach (var parameter in _byName.Values)
            parameter.Dispose();
    }

    private static string JointName(string name)
    {
        foreach (var (part, whole) in JointNames)
        {
            if (name.Contains(part, StringComparison.Ordinal))
                return name.Replace(part, whole, StringComparison.Ordinal);
        }

        return name;
    }

    private Tensor Add(string name, Tensor parameter)
    {
        _byName.Add(name, parameter);
        parameter.Name = name;
        parameter.RequiresGrad = true;
        return parameter;
    }
}
