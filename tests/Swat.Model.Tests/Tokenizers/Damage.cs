namespace Swat.Model.Tests.Tokenizers;

/// <summary>Small damages to a file's content.</summary>
internal static class Damage
{
    /// <summary>Changes, removes or inserts a byte, or cuts the rest off.</summary>
    public static void Apply(List<byte> content, int position, byte value, byte kind)
    {
        int at = (int)((uint)(position * 2654435761L) % content.Count);
        switch (kind % 4)
        {
            case 0:
                content[at] = value;
                break;
            case 1:
                content.RemoveAt(at);
                break;
            case 2:
                content.Insert(at, value);
                break;
            default:
                content.RemoveRange(at, content.Count - at);
                break;
        }
    }
}
