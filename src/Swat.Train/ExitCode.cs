namespace Swat.Train;

/// <summary>What the program <c>swat</c> returns to the shell.</summary>
public static class ExitCode
{
    public const int Success = 0;

    /// <summary>A golden case failed, or the program met an error that is not the user's.</summary>
    public const int Failure = 1;

    /// <summary>Arguments, data or folders that cannot be used; nothing was written.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped by Ctrl-C or SIGTERM after writing a checkpoint (128 + SIGINT, as shells count).</summary>
    public const int Interrupted = 130;
}
