/// The text of `unetc_vectors.swift`: the functions of `cPrelude` in Swift, with the same names and the same bits, on the
/// standard library's vector types. Compiled code needs no runtime.
///
/// The arithmetic of these types is a loop over their elements in Swift 6, which the optimizer puts together to vectors
/// again or does not (never for square roots). So each operation is one of the compiler's builtins here, as in the
/// standard library itself; `import Builtin` takes `-enable-experimental-feature BuiltinModule`.
///
/// - Parameters:
///   - widths: elements per vector: 4, 8 or 16; 1 is always there, other numbers are left out.
///   - fuses: whether the target has a fused multiply-add; without one, product and sum are rounded each, as in C.
public func swiftPrelude(widths: [Int], fuses: Bool) -> String {
    let vectors = [4, 8, 16].filter(widths.contains)
    var parts = [preludeOpening, swiftScalarArithmetic(fuses: fuses)]
    parts += vectors.map { swiftVectors($0) + swiftVectorArithmetic($0, fuses: fuses) }
    parts += ([1] + vectors).map(swiftElementAccess)
    parts += ([1] + vectors).map(swiftPairFunctions)
    parts += vectors.map(BlockTranspose.swiftPrelude)
    parts.append(Prefetch.swiftPrelude)
    parts += ([1] + vectors).map(swiftMathFunctions)
    parts.append(swiftRandomState)
    parts += ([1] + vectors).map(swiftRandomNumbers)
    return parts.joined(separator: "\n")
}

private let preludeOpening = """
    // Vectors of floats, and functions on them that give the same bits at every width.
    //
    // unetc_max8(a, b) works on v8, unetc_max1(a, b) on Float. To be compiled in one module with the kernels. What is
    // fused into one rounding is said by unetc_fma, and nothing else is.

    import Builtin

    @inline(__always) func unetc_min(_ a: Int, _ b: Int) -> Int { a < b ? a : b }
    @inline(__always) func unetc_max(_ a: Int, _ b: Int) -> Int { a > b ? a : b }

    """

/// Fills a template in with the names of the scalar types in Swift.
func expandSwift(_ template: String, width: Int) -> String {
    expand(template, width: width, scalars: ("Float", "Int32", "UInt32"))
}

private func swiftScalarArithmetic(fuses: Bool) -> String {
    """
    @inline(__always) func unetc_splat1(_ x: Float) -> Float { x }
    @inline(__always) func unetc_bits1(_ x: Float) -> Int32 { Int32(bitPattern: x.bitPattern) }
    @inline(__always) func unetc_from_bits1(_ bits: Int32) -> Float { Float(bitPattern: UInt32(bitPattern: bits)) }
    @inline(__always) func unetc_from_int1(_ x: Int32) -> Float { Float(x) }
    @inline(__always) func unetc_less1(_ a: Float, _ b: Float) -> Bool { a < b }
    @inline(__always) func unetc_equal1(_ a: Float, _ b: Float) -> Bool { a == b }
    @inline(__always) func unetc_select1(_ condition: Bool, _ x: Float, _ y: Float) -> Float { condition ? x : y }
    @inline(__always) func unetc_fma1(_ a: Float, _ b: Float, _ c: Float) -> Float {
        \(fuses ? "Float(Builtin.int_fma_FPIEEE32(a._value, b._value, c._value))" : "a * b + c")
    }
    // The second operand when either is NaN.
    @inline(__always) func unetc_min1(_ a: Float, _ b: Float) -> Float { a < b ? a : b }
    @inline(__always) func unetc_max1(_ a: Float, _ b: Float) -> Float { a > b ? a : b }
    @inline(__always) func unetc_sqrt1(_ x: Float) -> Float { Float(Builtin.int_sqrt_FPIEEE32(x._value)) }
    @inline(__always) func unetc_abs1(_ x: Float) -> Float { x.magnitude }

    """
}

/// Vectors of `width` floats and of integers, with their operators.
private func swiftVectors(_ width: Int) -> String {
    func operators(_ list: [(symbol: String, builtin: String)], _ vector: String) -> String {
        list.map { symbol, builtin in
            """
                @inline(__always) static func \(symbol) (a: Self, b: Self) -> Self {
                    Self(vector: Builtin.\(builtin)_\(vector)(a.vector, b.vector))
                }
            """
        }.joined(separator: "\n")
    }
    let conversions = { (vector: String) in
        """
            @inline(__always) init(vector: Builtin.\(vector)) { self = unsafeBitCast(vector, to: Self.self) }
            @inline(__always) var vector: Builtin.\(vector) { _storage._value }
        """
    }
    let floats = [("+", "fadd"), ("-", "fsub"), ("*", "fmul"), ("/", "fdiv")]
    let integers = [("&<<", "shl"), ("&>>", "ashr"), ("&", "and"), ("|", "or"), ("^", "xor")]
    return expandSwift(
        """
        // $W floats. In memory they need no alignment beyond that of a float.
        typealias v$W = SIMD$W<Float>
        typealias v$W_int = SIMD$W<Int32>
        typealias v$W_mask = Builtin.Vec$WxInt1

        extension SIMD$W<Float> {
        \(conversions("Vec$WxFPIEEE32"))
        \(operators(floats, "Vec$WxFPIEEE32"))
        }

        extension SIMD$W<Int32> {
        \(conversions("Vec$WxInt32"))
        \(operators(integers, "Vec$WxInt32"))
        }


        """, width: width)
}

/// What `swiftScalarArithmetic` has, for vectors of `width` floats.
private func swiftVectorArithmetic(_ width: Int, fuses: Bool) -> String {
    let comparisons = [
        ("less", "olt"), ("less_equal", "ole"), ("greater", "ogt"), ("greater_equal", "oge"), ("equal", "oeq"),
    ].map { name, predicate in
        """
        @inline(__always) func unetc_\(name)$W(_ a: $T, _ b: $T) -> v$W_mask {
            Builtin.fcmp_\(predicate)_Vec$WxFPIEEE32(a.vector, b.vector)
        }
        """
    }
    let fused = "$T(vector: Builtin.int_fma_Vec$WxFPIEEE32(a.vector, b.vector, c.vector))"
    return expandSwift(
        """
        @inline(__always) func unetc_load$W(_ p: UnsafePointer<Float>) -> $T {
            UnsafeRawPointer(p).loadUnaligned(as: $T.self)
        }
        @inline(__always) func unetc_store$W(_ p: UnsafeMutablePointer<Float>, _ x: $T) {
            UnsafeMutableRawPointer(p).storeBytes(of: x, as: $T.self)
        }
        @inline(__always) func unetc_splat$W(_ x: Float) -> $T { $T(repeating: x) }
        @inline(__always) func unetc_bits$W(_ x: $T) -> $I { unsafeBitCast(x, to: $I.self) }
        @inline(__always) func unetc_from_bits$W(_ bits: $I) -> $T { unsafeBitCast(bits, to: $T.self) }
        @inline(__always) func unetc_from_int$W(_ x: $I) -> $T {
            $T(vector: Builtin.sitofp_Vec$WxInt32_Vec$WxFPIEEE32(x.vector))
        }
        \(comparisons.joined(separator: "\n"))
        // The elements of x where the mask says yes, else of y.
        @inline(__always) func unetc_select$W(_ mask: v$W_mask, _ x: $T, _ y: $T) -> $T {
            $T(vector: Builtin.select_Vec$WxInt1_Vec$WxFPIEEE32(mask, x.vector, y.vector))
        }
        @inline(__always) func unetc_fma$W(_ a: $T, _ b: $T, _ c: $T) -> $T {
            \(fuses ? fused : "a * b + c")
        }
        @inline(__always) func unetc_min$W(_ a: $T, _ b: $T) -> $T { unetc_select$W(unetc_less$W(a, b), a, b) }
        @inline(__always) func unetc_max$W(_ a: $T, _ b: $T) -> $T { unetc_select$W(unetc_greater$W(a, b), a, b) }
        @inline(__always) func unetc_sqrt$W(_ x: $T) -> $T {
            $T(vector: Builtin.int_sqrt_Vec$WxFPIEEE32(x.vector))
        }
        @inline(__always) func unetc_abs$W(_ x: $T) -> $T {
            unetc_from_bits$W(unetc_bits$W(x) & $I(repeating: Int32.max))
        }
        @inline(__always) func unetc_negate$W(_ x: $T) -> $T {
            unetc_from_bits$W(unetc_bits$W(x) ^ $I(repeating: Int32.min))
        }
        // The sum of the elements: halves are added to halves until one is left.
        @inline(__always) func unetc_sum$W(_ x: $T) -> Float {
        \(halvings(width))
        }

        """, width: width)
}

private func halvings(_ width: Int) -> String {
    var lines: [String] = []
    var (whole, half) = ("x", width / 2)
    while half >= 4 {
        lines.append("    let halves\(half) = unsafeBitCast(\(whole), to: (v\(half), v\(half)).self)")
        lines.append("    let h\(half) = halves\(half).0 + halves\(half).1")
        (whole, half) = ("h\(half)", half / 2)
    }
    lines.append("    return (\(whole)[0] + \(whole)[2]) + (\(whole)[1] + \(whole)[3])")
    return lines.joined(separator: "\n")
}
