namespace Swat.Gpu.Algorithms;

/// <summary>
/// Mathematical functions for kernels. In single precision Exp, Exp2, Log, Log2, Log10, Pow, Tanh, Rsqrt and Rcp are the fastest form
/// the target has (about 1e-6 relative error); everything else, and everything in double precision, is as accurate as
/// <see cref="MathF"/> and <see cref="Math"/>, which kernels may call for accurate forms of all functions.
/// </summary>
public static partial class XMath
{
    /// <summary>Euler's number.</summary>
    public const float E = 2.71828182f;

    public const double ED = Math.E;

    public const float Log2E = 1.44269504f;

    public const double Log2ED = 1.4426950408889634;

    public const float OneOverLog2E = 1.0f / Log2E;

    public const double OneOverLog2ED = 1.0 / Log2ED;

    public const float Log10E = 0.43429448f;

    public const double Log10ED = 0.4342944819032518;

    public const float Ln2 = 0.69314718f;

    public const double Ln2D = 0.6931471805599453;

    public const float OneOverLn2 = 1.0f / Ln2;

    public const double OneOverLn2D = 1.0 / Ln2D;

    public const float Ln10 = 2.30258509f;

    public const double Ln10D = 2.3025850929940457;

    public const float OneOverLn10 = 1.0f / Ln10;

    public const double OneOverLn10D = 1.0 / Ln10D;

    public const float PI = 3.14159265f;

    public const double PID = Math.PI;

    public const float PIHalf = PI / 2.0f;

    public const double PIHalfD = PID / 2.0;

    public const float PIFourth = PI / 4.0f;

    public const double PIFourthD = PID / 4.0;

    public const float OneOverPI = 1.0f / PI;

    public const float TwoOverPI = 2.0f / PI;

    public const float Sqrt2 = 1.41421356f;

    public const float OneOverSqrt2 = 1.0f / Sqrt2;

    public const float OneThird = 1.0f / 3.0f;
}
