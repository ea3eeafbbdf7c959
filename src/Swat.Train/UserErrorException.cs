namespace Swat.Train;

/// <summary>
/// The user asked for something that cannot be done: bad arguments, missing data, a folder that is already there.
/// The message says what was wrong, where, and the way out; it is printed without a stack trace.
/// </summary>
public sealed class UserErrorException : Exception
{
    public UserErrorException(string message)
        : base(message)
    {
    }

    public UserErrorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
