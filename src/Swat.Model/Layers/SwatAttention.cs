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
    /// <param name="context">Prepared for the length.</param>
    /// <returns>[batch, length, hidden].</returns>
    public Tensor Forward(Tensor x, AttentionContext context)
    {
        var q = Project(x, "q", config.NumHeads);
        var k = Project(x, "k", config.KvHeads);
        var v = Project(x, "v", config.KvHeads);
        if (config.QkNorm)
        {
            q = q.RmsNorm(Parameter("q_norm.weight"), QkNormEpsilon);
            k = k.RmsNorm(Parameter("k_norm.weight"), QkNormEpsilon);
        }

        if (context.Rotary is { } rotary)
        {
            q = q.Rotary(rotary);
            k = k.Rotary(rotary);
        }

        int window = Math.Min(context.Window, x.Shape[1]);
        return q.SlidingWindowAttention(k, v, context.Slopes, window, context.Activation)
            .Reshape(x.Shape)
            .Linear(Parameter("o_proj.weight"));
    }

    /// <returns>[batch, length, heads, head_dim].</returns>
    private Tensor Project(Tensor x, string which, int heads) =>
        x.Linear(Parameter($"{which}_proj.weight"), config.QkvBias ? Parameter($"{which}_proj.bias") : null)
            .Reshape([x.Shape[0], x.Shape[1], heads, config.HeadDim]);

    private Tensor Parameter(string name) => parameters[_prefix + name];
}
