/// Exponential, logarithm, hyperbolic tangent and error function, operation by operation those of `mathFunctions` in C.
func swiftMathFunctions(_ width: Int) -> String {
    typealias Constants = MathConstants
    func integer(_ value: Int) -> String { width == 1 ? "Int32(\(value))" : "$I(repeating: \(value))" }
    func splat(_ value: Float) -> String { "unetc_splat$W(\(swiftLiteral(value)))" }
    func polynomial(_ coefficients: [Float], _ x: String, name: String = "p") -> String {
        "    var \(name) = \(splat(coefficients[0]))\n" + continued(coefficients.dropFirst(), x, name: name)
    }
    func continued(_ coefficients: some Collection<Float>, _ x: String, name: String = "p") -> String {
        coefficients.map { "    \(name) = unetc_fma$W(\(name), \(x), \(splat($0)))" }.joined(separator: "\n")
    }
    let logarithm = """
            let exponent = unetc_from_int$W(k)
            let square = f * f
        \(polynomial(Constants.log1p, "f"))
            let low = unetc_fma$W(exponent, \(splat(Constants.ln2Low)), square * (p * f))
            let tail = unetc_fma$W(square, unetc_splat$W(-0.5), low)
            let result = unetc_fma$W(exponent, \(splat(Constants.ln2High)), f + tail)
        """
    return expandSwift(
        """
        // 2^k as its exponent's bits say it.
        @inline(__always) func unetc_power_of_two$W(_ k: $I) -> $T {
            unetc_from_bits$W((k &+ \(integer(127))) &<< \(integer(23)))
        }
        // x * 2^k, in two steps since 2^k alone may be out of range.
        @inline(__always) func unetc_scale$W(_ x: $T, _ k: $I) -> $T {
            let half = k &>> \(integer(1))
            return x * unetc_power_of_two$W(half) * unetc_power_of_two$W(k &- half)
        }
        // exp(n ln 2 + r) = 2^n exp(r). NaN passes the bounds, being the second operand.
        @inline(__always) func unetc_exp$W(_ argument: $T) -> $T {
            let x = unetc_min$W(\(splat(Constants.expUpper)), unetc_max$W(\(splat(Constants.expLower)), argument))
            let rounder = \(splat(Constants.rounder))
            let shifted = unetc_fma$W(x, \(splat(Constants.log2e)), rounder)
            let n = shifted - rounder
            let high = unetc_fma$W(n, \(splat(-Constants.ln2High)), x)
            let r = unetc_fma$W(n, \(splat(-Constants.ln2Low)), high)
        \(polynomial(Constants.exp, "r"))
            let y = unetc_fma$W(p, r * r, r) + unetc_splat$W(1.0)
            return unetc_scale$W(y, unetc_bits$W(shifted) &- unetc_bits$W(rounder))
        }
        // 2^n exp(r) - 1 = 2^n (exp(r) - 1) + (2^n - 1).
        @inline(__always) func unetc_expm1$W(_ argument: $T) -> $T {
            let x = unetc_min$W(\(splat(Constants.expUpper)), unetc_max$W(\(splat(Constants.expLower)), argument))
            let rounder = \(splat(Constants.rounder))
            let shifted = unetc_fma$W(x, \(splat(Constants.log2e)), rounder)
            let n = shifted - rounder
            let high = unetc_fma$W(n, \(splat(-Constants.ln2High)), x)
            let r = unetc_fma$W(n, \(splat(-Constants.ln2Low)), high)
        \(polynomial(Constants.exp, "r"))
            let y = unetc_fma$W(p, r * r, r)
            let k = unetc_bits$W(shifted) &- unetc_bits$W(rounder)
            let one = unetc_splat$W(1.0)
            return unetc_scale$W(y, k) + (unetc_scale$W(one, k) - one)
        }
        // log(x): x = 2^k (1 + f).
        @inline(__always) func unetc_log$W(_ x: $T) -> $T {
            let zero = unetc_splat$W(0.0)
            let k = (unetc_bits$W(x) &- \(integer(Int(Constants.rootHalfBits)))) &>> \(integer(23))
            let f = unetc_scale$W(x, \(integer(0)) &- k) - unetc_splat$W(1.0)
        \(logarithm)
            let above = unetc_select$W(unetc_equal$W(x, unetc_splat$W(Float.infinity)), x, result)
            let others = unetc_select$W(
                unetc_equal$W(x, zero), unetc_splat$W(-Float.infinity), unetc_splat$W(Float.nan))
            return unetc_select$W(unetc_less$W(zero, x), above, others)
        }
        // log(1 + x) for x >= 0: 1 + x = 2^k (1 + f), where f is computed without rounding 1 + x.
        @inline(__always) func unetc_log1p$W(_ x: $T) -> $T {
            let one = unetc_splat$W(1.0)
            let k = (unetc_bits$W(x + one) &- \(integer(Int(Constants.rootHalfBits)))) &>> \(integer(23))
            let back = \(integer(0)) &- k
            let f = unetc_scale$W(x, back) + (unetc_scale$W(one, back) - one)
        \(logarithm)
            return unetc_select$W(unetc_equal$W(x, unetc_splat$W(Float.infinity)), x, result)
        }
        // A polynomial near 0, else 1 - 2 / (exp(2 |x|) + 1) with the sign of x.
        @inline(__always) func unetc_tanh$W(_ x: $T) -> $T {
            let size = unetc_abs$W(x)
            let square = x * x
        \(polynomial(Constants.tanh, "square"))
            let small = unetc_fma$W(p * square, x, x)
            let one = unetc_splat$W(1.0)
            let large = one - unetc_splat$W(2.0) / (unetc_exp$W(size + size) + one)
            let signed = unetc_from_bits$W(unetc_bits$W(large) | (unetc_bits$W(x) & \(integer(Int(Int32.min)))))
            return unetc_select$W(unetc_less$W(size, \(splat(Constants.tanhSwitch))), small, signed)
        }
        // A polynomial near 0, else 1 - exp(a polynomial of |x|) with the sign of x.
        @inline(__always) func unetc_erf$W(_ x: $T) -> $T {
            let size = unetc_abs$W(x)
            let square = x * x
        \(polynomial(Constants.erf, "square"))
            let small = unetc_fma$W(p, x, x)
        \(polynomial(Constants.erfTail.square, "size", name: "q"))
        \(polynomial(Constants.erfTail.one, "size", name: "u"))
            q = unetc_fma$W(q, square, u)
        \(continued(Constants.erfTail.rest, "size", name: "q"))
            let large = unetc_splat$W(1.0) - unetc_exp$W(unetc_fma$W(q, size, unetc_splat$W(0.0) - size))
            let signed = unetc_from_bits$W(unetc_bits$W(large) | (unetc_bits$W(x) & \(integer(Int(Int32.min)))))
            return unetc_select$W(unetc_less$W(\(splat(Constants.erfSwitch)), size), signed, small)
        }

        """, width: width)
}
