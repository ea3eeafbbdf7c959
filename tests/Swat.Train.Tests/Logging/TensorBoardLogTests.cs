using System.Buffers.Binary;
using System.Text;
using Swat.Train.Logging;

namespace Swat.Train.Tests.Logging;

public class TensorBoardLogTests
{
    [Test]
    public void The_checksum_is_that_of_the_standards_examples()
    {
        Assert.That(Crc32C.Compute("123456789"u8), Is.EqualTo(0xE3069283));
        Assert.That(Crc32C.Compute(new byte[32]), Is.EqualTo(0x8A9136AA));
        Assert.That(Crc32C.Append(Crc32C.Compute("1234"u8), "56789"u8), Is.EqualTo(0xE3069283));
    }

    [Test]
    public void An_event_is_written_byte_for_byte_as_the_format_says()
    {
        using var folder = new TemporaryFolder();
        var time = DateTimeOffset.FromUnixTimeMilliseconds(1_500);
        using (var log = TensorBoardLog.Create(folder.Path, lastStep: 0, time))
            log.Write(300, time, ("loss", 2.5));
        var records = ReadRecords(File.ReadAllBytes(Directory.GetFiles(folder.Path, "events.out.tfevents.*").Single()));

        byte[] wallTime = [0x09, .. BitConverter.GetBytes(1.5)];
        Assert.That(records[0], Is.EqualTo((byte[])[.. wallTime, 0x1A, 13, .. "brain.Event:2"u8]));
        byte[] value = [0x0A, 4, .. "loss"u8, 0x15, .. BitConverter.GetBytes(2.5f)];
        byte[] summary = [0x0A, (byte)value.Length, .. value];
        Assert.That(records[1], Is.EqualTo((byte[])[.. wallTime, 0x10, 0xAC, 0x02, 0x2A, (byte)summary.Length, .. summary]));
        Assert.That(records, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_file_that_continues_a_run_takes_back_what_earlier_files_say_of_later_steps()
    {
        using var folder = new TemporaryFolder();
        TensorBoardLog.Create(folder.Path, lastStep: 7, DateTimeOffset.FromUnixTimeMilliseconds(1_500)).Dispose();
        var records = ReadRecords(File.ReadAllBytes(Directory.GetFiles(folder.Path, "events.out.tfevents.*").Single()));
        Assert.That(records[1], Is.EqualTo((byte[])[0x09, .. BitConverter.GetBytes(1.5), 0x10, 8, 0x3A, 2, 0x08, 1]));
    }

    private static List<byte[]> ReadRecords(byte[] file)
    {
        var records = new List<byte[]>();
        for (var position = 0; position < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(position));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(position + 8)), Is.EqualTo(Masked(file.AsSpan(position, 8))));
            var data = file.AsSpan(position + 12, length);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(position + 12 + length)), Is.EqualTo(Masked(data)));
            records.Add(data.ToArray());
            position += 16 + length;
        }

        return records;
    }

    // TensorFlow's crc32c::Mask: rotate right by 15 and add a constant.
    private static uint Masked(ReadOnlySpan<byte> data) => uint.RotateRight(Crc32C.Compute(data), 15) + 0xA282EAD8;
}
