namespace Swat.Gpu.Tests.Language.Random;

/// <summary>The struct of random programs.</summary>
public struct RandomStruct
{
    public int Number;
    public float Real;
    public RandomInner Inner;

    public static void Mix(ref RandomStruct value, int by)
    {
        var copy = value;
        if ((by & 1) != 0)
            copy.Inner.Small += (short)by;
        else
            copy.Inner = new RandomInner { Small = (short)(copy.Number >> 3), Large = copy.Inner.Large ^ by };
        copy.Number -= by;
        copy.Real = by > 0 ? copy.Real + by : copy.Real * 0.5f;
        value = copy;
    }

    public static int Call(int a, int b)
    {
        for (var i = 0; i < (b & 7); i++)
        {
            a = (a << 1) ^ b;
            if (a % 5 == 3)
                return a - i;
        }
        return a < b ? b : -a;
    }
}
