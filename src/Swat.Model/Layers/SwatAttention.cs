using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Model.Layers;

/// <summary>The attention of one layer (Eq. 5): projections, optional norms of q and k, rotary embedding, windowed attention, output projection.</summary>
/// <param name="config">The model's shape.</param>
/// <param name="parameters">The model's parameters, which it owns.</param>
/// <param name="layer">Which layer, from 0.</param>
internal sealed class SwatAttention(SwatConfig config, Dictionary<string, Tensor> parameters, int layer)
{
    private const float QkNormEpsilon = 1e-5f;

    private readonly string _prefix = ParameterNames.LayerPrefix(layer) + "attn.";

    /// <param name="x">[batch, length, hidden], normalised.</param>
    /// <param name="core">Knows the positions.</param>
    /// <returns>[batch, length, hidden].</returns>
    public Tensor Forward(Tensor x, IAttentionCore core)
    {
        var q = Project(x, "q", config.NumHeads);
        var k = Project(x, "k", config.KvHeads);
        var v = Project(x, "v", config.KvHeads);
        if (config.QkNorm)
        {
            q = q.RmsNorm(Parameter("q_norm.weight"), QkNormEpsilon);
            k = k.RmsNorm(Parameter("k_norm.weight"), QkNormEpsilon);
        }

        return core.Attend(q, k, v, layer).Reshape(x.Shape).Linear(Parameter("o_proj.weight"));
    }

    /// <returns>[batch, length, heads, head_dim].</returns>
    private Tensor Project(Tensor x, string which, int heads) =>
        x.Linear(Parameter($"{which}_proj.weight"), config.QkvBias ? Parameter($"{which}_proj.bias") : null)
            .Reshape([x.Shape[0], x.Shape[1], heads, config.HeadDim]);

    private Tensor Parameter(string name) => parameters[_prefix + name];
}
