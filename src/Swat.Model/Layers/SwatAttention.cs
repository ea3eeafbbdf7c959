using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Model.Layers;

/// <summary>The attention of one layer (Eq. 5): projections, optional norms of q and k, rotary embedding, windowed attention, output projection.</summary>
/// <param name="config">The model's shape.</param>
/// <param name="parameters">The model's parameters, which it owns.</param>
/// <param name="layer">Which layer, from 0.</param>
internal sealed class SwatAttention(SwatConfig config, ParameterStore parameters, int layer)
{
    private const float QkNormEpsilon = 1e-5f;

    private readonly string _prefix = ParameterNames.LayerPrefix(layer) + "attn.";

    /// <param name="x">[batch, length, hidden], normalised.</param>
    /// <param name="core">Knows the positions.</param>
    /// <returns>[batch, length, hidden].</returns>
    public Tensor Forward(Tensor x, IAttentionCore core)
    {
        var projections = x.Linear(Parameter("qkv_proj.weight"), config.QkvBias ? Parameter("qkv_proj.bias") : null);
        var (q, k, v) = core.Split(projections, rotate: !config.QkNorm);
        if (config.QkNorm)
        {
            q = core.Rotate(q.RmsNorm(Parameter("q_norm.weight"), QkNormEpsilon));
            k = core.Rotate(k.RmsNorm(Parameter("k_norm.weight"), QkNormEpsilon));
        }

        return core.Attend(q, k, v, layer).Reshape(x.Shape).Linear(Parameter("o_proj.weight"));
    }

    private Tensor Parameter(string name) => parameters[_prefix + name];
}
