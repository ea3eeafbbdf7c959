using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Swat.Train.Logging;

/// <summary>
/// A TensorBoard event file of scalars: TFRecord framing (length, masked CRC-32C of it, data, masked CRC-32C of the data) around
/// protocol-buffer messages of tensorboard/compat/proto/event.proto and summary.proto.
/// </summary>
public sealed class TensorBoardLog : IDisposable
{
    // Fields of Event, Summary and Summary.Value.
    private const int EventWallTime = 1;
    private const int EventStep = 2;
    private const int EventFileVersion = 3;
    private const int EventSummary = 5;
    private const int EventSession = 7;
    private const int SessionStatus = 1;
    private const int SessionStart = 1;
    private const int SummaryValue = 1;
    private const int ValueTag = 1;
    private const int ValueSimple = 2;

    // Wire types.
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    private readonly RecordFile file;

    private TensorBoardLog(RecordFile file) => this.file = file;

    /// <summary>
    /// Starts a new event file in <paramref name="folder"/>; TensorBoard joins the files of a folder by their times, and forgets events of
    /// earlier files that lie after the step where a later one starts.
    /// </summary>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="lastStep">Steps done before.</param>
    /// <param name="now">Time of the first event.</param>
    public static TensorBoardLog Create(string folder, int lastStep, DateTimeOffset now)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{now.ToUnixTimeMilliseconds() / 1000.0:F3}.swat");
        var log = new TensorBoardLog(new RecordFile(Path.Combine(folder, name), FileMode.CreateNew));
        var message = new ArrayBufferWriter<byte>();
        WriteWallTime(message, now);
        WriteText(message, EventFileVersion, "brain.Event:2");
        log.WriteRecord(message.WrittenSpan);
        if (lastStep > 0)
            log.WriteSessionStart(lastStep + 1, now);
        return log;
    }

    /// <summary>Adds numbers of one step.</summary>
    public void Write(int step, DateTimeOffset now, params ReadOnlySpan<(string Tag, double Value)> scalars)
    {
        var summary = new ArrayBufferWriter<byte>();
        foreach (var (tag, value) in scalars)
        {
            var item = new ArrayBufferWriter<byte>();
            WriteText(item, ValueTag, tag);
            WriteKey(item, ValueSimple, Fixed32);
            BinaryPrimitives.WriteSingleLittleEndian(item.GetSpan(sizeof(float)), (float)value);
            item.Advance(sizeof(float));
            WriteBytes(summary, SummaryValue, item.WrittenSpan);
        }

        var message = new ArrayBufferWriter<byte>();
        WriteWallTime(message, now);
        WriteKey(message, EventStep, Varint);
        WriteVarint(message, (ulong)step);
        WriteBytes(message, EventSummary, summary.WrittenSpan);
        WriteRecord(message.WrittenSpan);
    }

    public void Dispose() => file.Dispose();

    private static uint Mask(uint checksum) => ((checksum >> 15) | (checksum << 17)) + 0xA282EAD8;

    private static void WriteWallTime(ArrayBufferWriter<byte> message, DateTimeOffset now)
    {
        WriteKey(message, EventWallTime, Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(message.GetSpan(sizeof(double)), now.ToUnixTimeMilliseconds() / 1000.0);
        message.Advance(sizeof(double));
    }

    private static void WriteText(ArrayBufferWriter<byte> message, int field, string text) =>
        WriteBytes(message, field, Encoding.UTF8.GetBytes(text));

    private static void WriteBytes(ArrayBufferWriter<byte> message, int field, ReadOnlySpan<byte> data)
    {
        WriteKey(message, field, Bytes);
        WriteVarint(message, (ulong)data.Length);
        message.Write(data);
    }

    private static void WriteKey(ArrayBufferWriter<byte> message, int field, int wireType) =>
        WriteVarint(message, (ulong)((field << 3) | wireType));

    private static void WriteVarint(ArrayBufferWriter<byte> message, ulong value)
    {
        const byte More = 0x80;
        do
        {
            var low = (byte)(value & 0x7F);
            value >>= 7;
            message.Write([value > 0 ? (byte)(low | More) : low]);
        }
        while (value > 0);
    }

    private void WriteSessionStart(int step, DateTimeOffset now)
    {
        var message = new ArrayBufferWriter<byte>();
        WriteWallTime(message, now);
        WriteKey(message, EventStep, Varint);
        WriteVarint(message, (ulong)step);
        WriteBytes(message, EventSession, [SessionStatus << 3 | Varint, SessionStart]);
        WriteRecord(message.WrittenSpan);
    }

    private void WriteRecord(ReadOnlySpan<byte> data)
    {
        const int HeaderLength = sizeof(ulong) + sizeof(uint);
        var record = new byte[HeaderLength + data.Length + sizeof(uint)];
        var header = record.AsSpan(0, HeaderLength);
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[sizeof(ulong)..], Mask(Crc32C.Compute(header[..sizeof(ulong)])));
        data.CopyTo(record.AsSpan(HeaderLength));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(HeaderLength + data.Length), Mask(Crc32C.Compute(data)));
        file.Append(record);
    }
}
