namespace Swat.Tensors.Numerics;

/// <summary>The constants that tiles are made of.</summary>
public static class Constants
{
    /// <summary>Not a constant: the number comes as an argument.</summary>
    public readonly struct Any : IConstant
    {
        public static int Value => -1;
    }

    public readonly struct C0 : IConstant
    {
        public static int Value => 0;
    }

    public readonly struct C1 : IConstant
    {
        public static int Value => 1;
    }

    public readonly struct C2 : IConstant
    {
        public static int Value => 2;
    }

    public readonly struct C3 : IConstant
    {
        public static int Value => 3;
    }

    public readonly struct C4 : IConstant
    {
        public static int Value => 4;
    }

    public readonly struct C8 : IConstant
    {
        public static int Value => 8;
    }

    public readonly struct C16 : IConstant
    {
        public static int Value => 16;
    }

    public readonly struct C32 : IConstant
    {
        public static int Value => 32;
    }

    public readonly struct C48 : IConstant
    {
        public static int Value => 48;
    }

    public readonly struct C64 : IConstant
    {
        public static int Value => 64;
    }

    public readonly struct C80 : IConstant
    {
        public static int Value => 80;
    }

    public readonly struct C96 : IConstant
    {
        public static int Value => 96;
    }

    public readonly struct C128 : IConstant
    {
        public static int Value => 128;
    }

    public readonly struct C256 : IConstant
    {
        public static int Value => 256;
    }
}
