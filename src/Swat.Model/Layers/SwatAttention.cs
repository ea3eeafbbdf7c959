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
        var all = x.Linear(Parameter("qkv_proj.weight"), config.QkvBias ? Parameter("qkv_proj.bias") : null)
            .Reshape([x.Shape[0], x.Shape[1], config.NumHeads + (2 * config.KvHeads), config.HeadDim]);
        var q = all.Slice(2, ..config.NumHeads);
        var k = all.Slice(2, config.NumHeads..(config.NumHeads + config.KvHeads));
        var v = all.Slice(2, (config.NumHeads + config.KvHeads)..);
        if (config.QkNorm)
        {
            q = q.RmsNorm(Parameter("q_norm.weight"), QkNormEpsilon);
            k = k.RmsNorm(Parameter("k_norm.weight"), QkNormEpsilon);
        }

        return core.Attend(q, k, v, layer).Reshape(x.Shape).Linear(Parameter("o_proj.weight"));
    }

    private Tensor Parameter(string name) => parameters[_prefix + name];
}
