using System.Buffers.Binary;

namespace Swat.Model.Tokenizers.SentencePiece;

/// <summary>Reads the protocol buffer wire format, field by field, without copies; every length is checked against what is really there.</summary>
/// <exception cref="FormatException">Thrown by every method where the bytes are no message.</exception>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;
    private int _wireType = -1;

    /// <summary>The current field's number.</summary>
    public int Field { get; private set; }

    /// <summary>Moves to the next field; false at the end. The current field must have been read or skipped.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        ulong tag = ReadVarint();
        _wireType = (int)(tag & 7);
        if (tag >> 3 is 0 or > int.MaxValue)
            throw new FormatException("a field has an invalid number");
        Field = (int)(tag >> 3);
        return true;
    }

    /// <summary>A field of nested message, text or bytes.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(2);
        return Take(ReadVarint());
    }

    /// <summary>A float field.</summary>
    public float Single()
    {
        Expect(5);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));
    }

    /// <summary>An integer or enumeration field.</summary>
    public int Int32()
    {
        Expect(0);
        return unchecked((int)ReadVarint());
    }

    /// <summary>A boolean field.</summary>
    public bool Boolean()
    {
        Expect(0);
        return ReadVarint() != 0;
    }

    /// <summary>Passes over a field of any kind that this format still has.</summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case 0:
                ReadVarint();
                break;
            case 1:
                Take(sizeof(ulong));
                break;
            case 2:
                Take(ReadVarint());
                break;
            case 5:
                Take(sizeof(uint));
                break;
            default:
                throw new FormatException($"field {Field} has the unknown wire type {_wireType}");
        }
    }

    private readonly void Expect(int wireType)
    {
        if (_wireType != wireType)
            throw new FormatException($"field {Field} has the wire type {_wireType} where {wireType} belongs");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
            throw new FormatException($"field {Field} is longer than the message that holds it");
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < 10 && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw new FormatException("a number is cut short or too long");
    }
}
