namespace Swat.Gpu.Intrinsics;

/// <summary>The instructions' meaning as C#, for devices that lack them.</summary>
public static partial class TensorCore
{
    // Lane 4 · group + p holds A[group, 8 · h + 2 · p + {0, 1}] in word 2 · h, and the row 8 below in the next; lane 4 · n + p holds
    // B[8 · h + 2 · p + {0, 1}, n] in word h.
    private static void Multiply16(ArrayView<float> c, ArrayView<uint> a, ArrayView<uint> b, bool half)
    {
        var (group, pair) = (Warp.LaneIdx / 4, Warp.LaneIdx % 4);
        for (var p = 0; p < 4; p++)
        {
            for (var h = 0; h < 2; h++)
            {
                var upper = Warp.Shuffle(a[2 * h], (4 * group) + p);
                var lower = Warp.Shuffle(a[(2 * h) + 1], (4 * group) + p);
                for (var e = 0; e < 2; e++)
                {
                    var column = Warp.Shuffle(b[h], (4 * ((2 * pair) + e)) + p);
                    c[e] += (Low(upper, half) * Low(column, half)) + (High(upper, half) * High(column, half));
                    c[2 + e] += (Low(lower, half) * Low(column, half)) + (High(lower, half) * High(column, half));
                }
            }
        }
    }

    // As above with one number a word and half the depth.
    private static void Multiply8(ArrayView<float> c, ArrayView<uint> a, ArrayView<uint> b)
    {
        var (group, pair) = (Warp.LaneIdx / 4, Warp.LaneIdx % 4);
        for (var p = 0; p < 4; p++)
        {
            for (var h = 0; h < 2; h++)
            {
                var upper = FromTF32(Warp.Shuffle(a[2 * h], (4 * group) + p));
                var lower = FromTF32(Warp.Shuffle(a[(2 * h) + 1], (4 * group) + p));
                for (var e = 0; e < 2; e++)
                {
                    var column = FromTF32(Warp.Shuffle(b[h], (4 * ((2 * pair) + e)) + p));
                    c[e] += upper * column;
                    c[2 + e] += lower * column;
                }
            }
        }
    }

    private static float Low(uint word, bool half) => half ? (float)Interop.IntAsFloat((ushort)word) : Interop.IntAsFloat(word << 16);

    private static float High(uint word, bool half) => half ? (float)Interop.IntAsFloat((ushort)(word >> 16)) : Interop.IntAsFloat(word & 0xFFFF0000);

    // The tensor cores do not look at the bits behind.
    private static float FromTF32(uint bits) => Interop.IntAsFloat(bits & 0xFFFFE000);

    // Each lane reads its own row, and the lanes exchange the words.
    private static void Load<T>(ArrayView<uint> result, ArrayView<T> row, int count, bool transposed)
        where T : unmanaged
    {
        var lane = Warp.LaneIdx;
        var (word0, word1, word2, word3) = (0u, 0u, 0u, 0u);
        if (lane < 8 * count)
        {
            var words = row.Cast<uint>();
            word0 = words[0];
            word1 = words[1];
            word2 = words[2];
            word3 = words[3];
        }
        for (var matrix = 0; matrix < count; matrix++)
        {
            if (!transposed)
            {
                result[matrix] = Word(lane % 4, (8 * matrix) + (lane / 4), word0, word1, word2, word3);
                continue;
            }
            var shift = 16 * (lane / 4 % 2);
            var owner = (8 * matrix) + (2 * (lane % 4));
            var low = Word(lane / 8, owner, word0, word1, word2, word3) >> shift & 0xFFFF;
            var high = Word(lane / 8, owner + 1, word0, word1, word2, word3) >> shift & 0xFFFF;
            result[matrix] = low | high << 16;
        }
    }

    /// <summary>Another lane's word of this number.</summary>
    private static uint Word(int number, int lane, uint word0, uint word1, uint word2, uint word3)
    {
        var (shuffled0, shuffled1) = (Warp.Shuffle(word0, lane), Warp.Shuffle(word1, lane));
        var (shuffled2, shuffled3) = (Warp.Shuffle(word2, lane), Warp.Shuffle(word3, lane));
        var even = number == 0 ? shuffled0 : shuffled2;
        var odd = number == 1 ? shuffled1 : shuffled3;
        return number % 2 == 0 ? even : odd;
    }
}
