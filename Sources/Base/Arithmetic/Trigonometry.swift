/// Sine and cosine that are the same bits on every machine: sums and products of Double alone, which round correctly
/// everywhere, unlike the functions of C libraries.
public enum Trigonometry {
    /// The sine of an angle in whole turns, with an error below 1e-15.
    public static func sine(turns: Double) -> Double { cosine(turns: turns - 0.25) }

    /// The cosine of an angle in whole turns, with an error below 1e-15.
    public static func cosine(turns: Double) -> Double {
        // Brought to an eighth of a turn around an axis, where the series of Taylor are short.
        let turn = turns - turns.rounded(.toNearestOrEven)
        let quarter = (turn * 4).rounded(.toNearestOrEven)
        let angle = (turn - quarter / 4) * (2 * Double.pi)
        switch Int(quarter) {
        case 0: return cosineSeries(angle)
        case 1: return -sineSeries(angle)
        case -1: return sineSeries(angle)
        default: return -cosineSeries(angle)
        }
    }

    /// For angles up to an eighth of a turn.
    private static func cosineSeries(_ x: Double) -> Double {
        let square = x * x
        var sum = 1.0
        for k in stride(from: 18, through: 2, by: -2) { sum = 1 - sum * square / Double(k * (k - 1)) }
        return sum
    }

    private static func sineSeries(_ x: Double) -> Double {
        let square = x * x
        var sum = 1.0
        for k in stride(from: 19, through: 3, by: -2) { sum = 1 - sum * square / Double(k * (k - 1)) }
        return x * sum
    }
}
