namespace Swat.Train.Verification;

/// <summary>Computes golden cases of one kind.</summary>
internal interface ICaseVerifier
{
    /// <summary>Computes a case and compares; what it throws becomes the case's problem.</summary>
    CaseOutcome Verify(GoldenCase golden);
}
