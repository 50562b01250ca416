/// Powers that are the same bits on every machine: products and square roots of Double alone, which round correctly
/// everywhere, unlike the functions of C libraries.
public enum Powers {
    /// `base` to a whole power from 0.
    public static func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var square = base
        var rest = max(0, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }

    /// A base from 0 to a power from 0: the whole part by products; each binary digit behind the point by a root that is
    /// one square root deeper.
    public static func power(_ base: Double, _ exponent: Double) -> Double {
        let whole = exponent.rounded(.down)
        guard whole < 1e9 else { return base < 1 ? 0 : base > 1 ? .infinity : 1 }
        var result: Double = power(base, Int(whole))
        var rest = exponent - whole
        var root = base
        while rest > 0 {
            root = root.squareRoot()
            rest *= 2
            if rest >= 1 {
                result *= root
                rest -= 1
            }
        }
        return result
    }
}
