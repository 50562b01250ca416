/// The text of `unetc_vectors.swift`: the functions of `cPrelude` in Swift, with the same names and the same bits, on the
/// standard library's vectors. It imports nothing, and compiled code needs no runtime.
///
/// - Parameters:
///   - widths: elements per vector: 4, 8 or 16; 1 is always there, other numbers are left out.
///   - fuses: whether the target has a fused multiply-add; without one, product and sum are rounded each, as in C.
public func swiftPrelude(widths: [Int], fuses: Bool) -> String {
    let vectors = [4, 8, 16].filter(widths.contains)
    var parts = [preludeOpening, swiftScalarArithmetic(fuses: fuses)]
    parts += vectors.map { swiftVectorArithmetic($0, fuses: fuses) }
    parts += ([1] + vectors).map(swiftMathFunctions)
    return parts.joined(separator: "\n")
}

private let preludeOpening = """
    // Vectors of floats, and functions on them that give the same bits at every width.
    //
    // unetc_max8(a, b) works on v8, unetc_max1(a, b) on Float. To be compiled with -Ounchecked, in one module with the
    // kernels: whole-vector instructions come of inlining. What is fused into one rounding is said by unetc_fma.

    @inline(__always) func unetc_min(_ a: Int, _ b: Int) -> Int { a < b ? a : b }
    @inline(__always) func unetc_max(_ a: Int, _ b: Int) -> Int { a > b ? a : b }

    """

/// The names of the scalar types in Swift.
private func expandSwift(_ template: String, width: Int) -> String {
    expand(template, width: width, scalars: ("Float", "Int32", "UInt32"))
}

private func swiftScalarArithmetic(fuses: Bool) -> String {
    """
    @inline(__always) func unetc_splat1(_ x: Float) -> Float { x }
    @inline(__always) func unetc_bits1(_ x: Float) -> UInt32 { x.bitPattern }
    @inline(__always) func unetc_from_bits1(_ bits: UInt32) -> Float { Float(bitPattern: bits) }
    @inline(__always) func unetc_as_int1(_ bits: UInt32) -> Int32 { Int32(bitPattern: bits) }
    @inline(__always) func unetc_power_of_two1(_ k: Int32) -> Float {
        Float(bitPattern: UInt32(bitPattern: k &+ 127) &<< 23)
    }
    @inline(__always) func unetc_from_int1(_ x: Int32) -> Float { Float(x) }
    @inline(__always) func unetc_less1(_ a: Float, _ b: Float) -> Bool { a < b }
    @inline(__always) func unetc_equal1(_ a: Float, _ b: Float) -> Bool { a == b }
    @inline(__always) func unetc_select1(_ condition: Bool, _ x: Float, _ y: Float) -> Float { condition ? x : y }
    @inline(__always) func unetc_fma1(_ a: Float, _ b: Float, _ c: Float) -> Float { \(fused(fuses)) }
    // The second operand when either is NaN.
    @inline(__always) func unetc_min1(_ a: Float, _ b: Float) -> Float { a < b ? a : b }
    @inline(__always) func unetc_max1(_ a: Float, _ b: Float) -> Float { a > b ? a : b }
    @inline(__always) func unetc_sqrt1(_ x: Float) -> Float { x.squareRoot() }
    @inline(__always) func unetc_abs1(_ x: Float) -> Float { x.magnitude }

    """
}

/// The same for vectors of `width` floats.
private func swiftVectorArithmetic(_ width: Int, fuses: Bool) -> String {
    let comparisons = [
        ("less", ".<"), ("less_equal", ".<="), ("greater", ".>"), ("greater_equal", ".>="), ("equal", ".=="),
    ].map { name, symbol in
        "@inline(__always) func unetc_\(name)$W(_ a: $T, _ b: $T) -> v$W_mask { a \(symbol) b }"
    }
    return expandSwift(
        """
        // $W floats. In memory they need no alignment beyond that of a float.
        typealias v$W = SIMD$W<Float>
        typealias v$W_int = SIMD$W<Int32>
        typealias v$W_bits = SIMD$W<UInt32>
        typealias v$W_mask = SIMDMask<v$W_int>

        @inline(__always) func unetc_load$W(_ p: UnsafePointer<Float>) -> $T {
            UnsafeRawPointer(p).loadUnaligned(as: $T.self)
        }
        @inline(__always) func unetc_store$W(_ p: UnsafeMutablePointer<Float>, _ x: $T) {
            UnsafeMutableRawPointer(p).storeBytes(of: x, as: $T.self)
        }
        @inline(__always) func unetc_splat$W(_ x: Float) -> $T { $T(repeating: x) }
        @inline(__always) func unetc_bits$W(_ x: $T) -> $U { unsafeBitCast(x, to: $U.self) }
        @inline(__always) func unetc_from_bits$W(_ bits: $U) -> $T { unsafeBitCast(bits, to: $T.self) }
        @inline(__always) func unetc_as_int$W(_ bits: $U) -> $I { unsafeBitCast(bits, to: $I.self) }
        @inline(__always) func unetc_power_of_two$W(_ k: $I) -> $T {
            unsafeBitCast((k &+ 127) &<< 23, to: $T.self)
        }
        @inline(__always) func unetc_from_int$W(_ x: $I) -> $T { $T(x) }
        \(comparisons.joined(separator: "\n"))
        // The elements of x where the mask says yes, else of y.
        @inline(__always) func unetc_select$W(_ mask: v$W_mask, _ x: $T, _ y: $T) -> $T {
            y.replacing(with: x, where: mask)
        }
        @inline(__always) func unetc_fma$W(_ a: $T, _ b: $T, _ c: $T) -> $T { \(fused(fuses)) }
        @inline(__always) func unetc_min$W(_ a: $T, _ b: $T) -> $T { b.replacing(with: a, where: a .< b) }
        @inline(__always) func unetc_max$W(_ a: $T, _ b: $T) -> $T { b.replacing(with: a, where: a .> b) }
        @inline(__always) func unetc_sqrt$W(_ x: $T) -> $T { x.squareRoot() }
        @inline(__always) func unetc_abs$W(_ x: $T) -> $T {
            unetc_from_bits$W(unetc_bits$W(x) & v$W_bits(repeating: 0x7fff_ffff))
        }
        @inline(__always) func unetc_negate$W(_ x: $T) -> $T {
            unetc_from_bits$W(unetc_bits$W(x) ^ v$W_bits(repeating: 0x8000_0000))
        }
        // The sum of the elements: halves are added to halves until one is left.
        @inline(__always) func unetc_sum$W(_ x: $T) -> Float {
        \(halvings(width))
        }

        """, width: width)
}

private func fused(_ fuses: Bool) -> String { fuses ? "c.addingProduct(a, b)" : "a * b + c" }

private func halvings(_ width: Int) -> String {
    var lines: [String] = []
    var (whole, half) = ("x", width / 2)
    while half >= 4 {
        lines.append("    let h\(half) = \(whole).lowHalf + \(whole).highHalf")
        (whole, half) = ("h\(half)", half / 2)
    }
    lines.append("    return (\(whole)[0] + \(whole)[2]) + (\(whole)[1] + \(whole)[3])")
    return lines.joined(separator: "\n")
}

/// Exponential, logarithm and hyperbolic tangent, operation by operation those of `mathFunctions` in C.
private func swiftMathFunctions(_ width: Int) -> String {
    typealias Constants = MathConstants
    func splat(_ value: Float) -> String { "unetc_splat$W(\(swiftLiteral(value)))" }
    func polynomial(_ coefficients: [Float], _ x: String) -> String {
        var lines = ["    var p = \(splat(coefficients[0]))"]
        lines += coefficients.dropFirst().map { "    p = unetc_fma$W(p, \(x), \(splat($0)))" }
        return lines.joined(separator: "\n")
    }
    return expandSwift(
        """
        // x * 2^k, in two steps since 2^k alone may be out of range.
        @inline(__always) func unetc_scale$W(_ x: $T, _ k: $I) -> $T {
            let half: $I = k &>> 1
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
            return unetc_scale$W(y, unetc_as_int$W(unetc_bits$W(shifted) &- unetc_bits$W(rounder)))
        }
        // log(1 + x) for x >= 0: 1 + x = 2^k (1 + f), where f is computed without rounding 1 + x.
        @inline(__always) func unetc_log1p$W(_ x: $T) -> $T {
            let one = unetc_splat$W(1.0)
            let k: $I = unetc_as_int$W(unetc_bits$W(x + one) &- \(Constants.rootHalfBits)) &>> 23
            let f = unetc_scale$W(x, 0 &- k) + (unetc_scale$W(one, 0 &- k) - one)
            let exponent = unetc_from_int$W(k)
            let square = f * f
        \(polynomial(Constants.log1p, "f"))
            let low = unetc_fma$W(exponent, \(splat(Constants.ln2Low)), square * (p * f))
            let tail = unetc_fma$W(square, unetc_splat$W(-0.5), low)
            let result = unetc_fma$W(exponent, \(splat(Constants.ln2High)), f + tail)
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
            let signed = unetc_from_bits$W(unetc_bits$W(large) | (unetc_bits$W(x) & 0x8000_0000))
            return unetc_select$W(unetc_less$W(size, \(splat(Constants.tanhSwitch))), small, signed)
        }

        """, width: width)
}
