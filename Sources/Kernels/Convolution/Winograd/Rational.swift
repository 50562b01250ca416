/// An exact fraction, for deriving transforms without rounding.
struct Rational: Hashable, ExpressibleByIntegerLiteral {
    let numerator: Int
    /// Always positive; shares no factor with the numerator.
    let denominator: Int

    init(_ numerator: Int, _ denominator: Int = 1) {
        let divisor = Self.greatestCommonDivisor(abs(numerator), abs(denominator))
        let sign = denominator < 0 ? -1 : 1
        self.numerator = sign * numerator / max(1, divisor)
        self.denominator = sign * denominator / max(1, divisor)
    }

    init(integerLiteral value: Int) { self.init(value) }

    var value: Double { Double(numerator) / Double(denominator) }
    var isZero: Bool { numerator == 0 }
    var magnitude: Rational { Rational(abs(numerator), denominator) }

    static func + (a: Rational, b: Rational) -> Rational {
        Rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
    }
    static func - (a: Rational, b: Rational) -> Rational { a + Rational(-1) * b }
    static func * (a: Rational, b: Rational) -> Rational {
        Rational(a.numerator * b.numerator, a.denominator * b.denominator)
    }
    static func / (a: Rational, b: Rational) -> Rational {
        Rational(a.numerator * b.denominator, a.denominator * b.numerator)
    }
    static prefix func - (a: Rational) -> Rational { Rational(-a.numerator, a.denominator) }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }
}
