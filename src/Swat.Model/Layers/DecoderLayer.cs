using Swat.Tensors;
using Swat.Tensors.Ops;

namespace Swat.Model.Layers;

/// <summary>One decoder layer: x += o_proj(attn(attn_norm(x))); x += down(silu(gate(mlp_norm(x)))·up(mlp_norm(x))).</summary>
/// <param name="config">The model's shape.</param>
/// <param name="parameters">The model's parameters, which it owns.</param>
/// <param name="layer">Which layer, from 0.</param>
internal sealed class DecoderLayer(SwatConfig config, ParameterStore parameters, int layer)
{
    private readonly Tensor _attentionNorm = parameters[ParameterNames.LayerPrefix(layer) + "attn_norm.weight"];
    private readonly SwatAttention _attention = new(config, parameters, layer);
    private readonly Tensor _feedForwardNorm = parameters[ParameterNames.LayerPrefix(layer) + "mlp_norm.weight"];
    private readonly Tensor _gateAndUp = parameters[ParameterNames.LayerPrefix(layer) + "mlp.gate_up_proj.weight"];
    private readonly Tensor _down = parameters[ParameterNames.LayerPrefix(layer) + "mlp.down_proj.weight"];

    /// <param name="stream">[batch, length, hidden].</param>
    /// <param name="core">Knows the positions.</param>
    public ResidualStream Forward(ResidualStream stream, IAttentionCore core)
    {
        using var scope = _down.Device.Scope();
        float epsilon = (float)config.NormEps;
        (stream, var x) = stream.Normalize(_attentionNorm, epsilon);
        (stream, x) = stream.Add(_attention.Forward(x, core)).Normalize(_feedForwardNorm, epsilon);
        return stream.Add(FeedForward(x)).ReturnFrom(scope);
    }

    private Tensor FeedForward(Tensor x) => x.LinearSwiGlu(_gateAndUp).Linear(_down);
}
