using System.Text.Json;
using Swat.Model;
using Swat.Tensors;

namespace Swat.Train.Verification;

/// <summary>Verifies folders of golden cases on a device.</summary>
public sealed class GoldenSuite
{
    private readonly Dictionary<GoldenKind, ICaseVerifier> verifiers;

    /// <param name="device">Computes the cases.</param>
    public GoldenSuite(TensorDevice device)
    {
        verifiers = new()
        {
            [GoldenKind.Attention] = new AttentionVerifier(device),
            [GoldenKind.Model] = new ModelVerifier(device),
            [GoldenKind.Train] = new TrainVerifier(device),
            [GoldenKind.Tokenizer] = new TokenizerVerifier(),
        };
    }

    /// <summary>Computes one case. Files that cannot be used and shapes that cannot be computed are the outcome's problem, not an exception.</summary>
    public CaseOutcome Verify(GoldenCase golden)
    {
        try
        {
            return verifiers[golden.Kind].Verify(golden);
        }
        catch (Exception exception) when (exception is
            ModelFormatException or InvalidDataException or JsonException or IOException or KeyNotFoundException or ArgumentException or OverflowException or InvalidOperationException)
        {
            return CaseOutcome.NotComputed(exception.Message);
        }
    }
}
