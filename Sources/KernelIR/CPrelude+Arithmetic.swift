import Base

/// Loads, selections and arithmetic: what differs between floats and vectors.
let scalarArithmetic = """
    UNETC_INLINE float unetc_splat1(float x) { return x; }
    UNETC_INLINE uint32_t unetc_bits1(float x)
    {
        uint32_t bits;
        memcpy(&bits, &x, sizeof bits);
        return bits;
    }
    UNETC_INLINE float unetc_from_bits1(uint32_t bits)
    {
        float x;
        memcpy(&x, &bits, sizeof x);
        return x;
    }
    UNETC_INLINE float unetc_from_int1(int32_t x) { return (float)x; }
    UNETC_INLINE int unetc_less1(float a, float b) { return a < b; }
    UNETC_INLINE int unetc_equal1(float a, float b) { return a == b; }
    UNETC_INLINE float unetc_select1(int condition, float x, float y) { return condition ? x : y; }
    /* a * b + c, rounded once where the processor can. */
    UNETC_INLINE float unetc_fma1(float a, float b, float c)
    {
    #if defined(__FMA__) || defined(__aarch64__)
        return __builtin_fmaf(a, b, c);
    #else
        return a * b + c;
    #endif
    }
    /* The second operand when either is NaN. */
    UNETC_INLINE float unetc_min1(float a, float b) { return a < b ? a : b; }
    UNETC_INLINE float unetc_max1(float a, float b) { return a > b ? a : b; }
    UNETC_INLINE float unetc_sqrt1(float x) { return __builtin_sqrtf(x); }
    UNETC_INLINE float unetc_abs1(float x) { return __builtin_fabsf(x); }

    """

/// The same for vectors of `width` floats, with instructions where the target has them at that width.
func vectorArithmetic(_ width: Int) -> String {
    let native = NativeInstructions.byWidth(width)
    return expand(
        """
        UNETC_INLINE $T unetc_load$W(const float *p) { return *(const $T_memory *)p; }
        UNETC_INLINE void unetc_store$W(float *p, $T x) { *($T_memory *)p = x; }
        UNETC_INLINE $T unetc_splat$W(float x) { return ($T){\(list(width) { _ in "x" })}; }
        UNETC_INLINE $U unetc_bits$W($T x) { return ($U)x; }
        UNETC_INLINE $T unetc_from_bits$W($U bits) { return ($T)bits; }
        UNETC_INLINE $T unetc_from_int$W($I x) { return __builtin_convertvector(x, $T); }
        \(comparisons(native))
        /* The elements of x where the mask says yes, else of y: unetc_select$W(unetc_less$W(a, b), x, y). */
        UNETC_INLINE $T unetc_select$W(v$W_mask mask, $T x, $T y)
        {
        \(alternatives(native.select, otherwise: "    return ($T)((mask & ($I)x) | (~mask & ($I)y));"))
        }
        UNETC_INLINE $T unetc_fma$W($T a, $T b, $T c)
        {
        \(alternatives(native.fma, otherwise: elementwise("unetc_fma1(a[i], b[i], c[i])", of: "c")))
        }
        UNETC_INLINE $T unetc_min$W($T a, $T b)
        {
        \(alternatives(native.minimum, otherwise: "    return unetc_select$W(unetc_less$W(a, b), a, b);"))
        }
        UNETC_INLINE $T unetc_max$W($T a, $T b)
        {
        \(alternatives(native.maximum, otherwise: "    return unetc_select$W(unetc_less$W(b, a), a, b);"))
        }
        UNETC_INLINE $T unetc_sqrt$W($T x)
        {
        \(alternatives(native.squareRoot, otherwise: elementwise("unetc_sqrt1(x[i])", of: "x")))
        }
        UNETC_INLINE $T unetc_abs$W($T x) { return ($T)(($I)x & 0x7fffffff); }
        /* The sum of the elements: halves are added to halves until one is left. */
        UNETC_INLINE float unetc_sum$W($T x)
        {
        \(halvings(width))
        }

        """, width: width)
}

private func list(_ count: Int, _ item: (Int) -> String) -> String { (0..<count).map(item).joined(separator: ", ") }

/// A loop over the elements, each becoming `expression`; `of` is the vector that the others have the type of.
private func elementwise(_ expression: String, of vector: String) -> String {
    """
        $T result = \(vector);
        for (int i = 0; i < $W; i += 1) {
            result[i] = \(expression);
        }
        return result;
    """
}

private func halvings(_ width: Int) -> String {
    var lines: [String] = []
    var whole = "x"
    var half = width / 2
    while half >= 4 {
        let (low, high) = (list(half) { String($0) }, list(half) { String($0 + half) })
        lines.append("    const float h\(half) __attribute__((vector_size(\(ElementType.float32.bytes * half)))) =")
        lines.append("        __builtin_shufflevector(\(whole), \(whole), \(low)) +")
        lines.append("        __builtin_shufflevector(\(whole), \(whole), \(high));")
        whole = "h\(half)"
        half /= 2
    }
    lines.append("    return (\(whole)[0] + \(whole)[2]) + (\(whole)[1] + \(whole)[3]);")
    return lines.joined(separator: "\n")
}

/// AVX-512 compares into mask registers; a detour through vectors of integers would cost two instructions.
private func comparisons(_ native: NativeInstructions) -> String {
    let names = [
        ("less", "<", "_CMP_LT_OS"), ("less_equal", "<=", "_CMP_LE_OS"), ("greater", ">", "_CMP_GT_OS"),
        ("greater_equal", ">=", "_CMP_GE_OS"), ("equal", "==", "_CMP_EQ_OQ"),
    ]
    func functions(_ result: (_ symbol: String, _ predicate: String) -> String) -> [String] {
        names.map { name, symbol, predicate in
            "UNETC_INLINE v$W_mask unetc_\(name)$W($T a, $T b) { return \(result(symbol, predicate)); }"
        }
    }
    let portable = ["typedef $I v$W_mask;"] + functions { symbol, _ in "a \(symbol) b" }
    guard native.hasMaskRegisters else { return portable.joined(separator: "\n") }
    let masked =
        ["typedef __mmask$W v$W_mask;"]
        + functions { _, predicate in
            "_mm512_cmp_ps_mask((__m512)a, (__m512)b, \(predicate))"
        }
    return (["#if defined(__AVX512F__)"] + masked + ["#else"] + portable + ["#endif"]).joined(separator: "\n")
}

private func alternatives(_ natives: [(macro: String, result: String)], otherwise: String) -> String {
    guard !natives.isEmpty else { return otherwise }
    var lines: [String] = []
    for (index, native) in natives.enumerated() {
        lines += [(index == 0 ? "#if " : "#elif ") + "defined(\(native.macro))", "    return ($T)\(native.result);"]
    }
    return (lines + ["#else", otherwise, "#endif"]).joined(separator: "\n")
}

/// Calls that become one instruction each, by the compiler's macro that says that the target has it.
private struct NativeInstructions {
    typealias Choices = [(macro: String, result: String)]

    var hasMaskRegisters = false
    var select: Choices = []
    var fma: Choices = []
    var minimum: Choices = []
    var maximum: Choices = []
    var squareRoot: Choices = []

    static func byWidth(_ width: Int) -> NativeInstructions {
        switch width {
        case 4: four
        case 8:
            x86(
                "_mm256_", type: "__m256", macro: "__AVX__",
                select: [("__AVX__", "_mm256_blendv_ps((__m256)y, (__m256)x, (__m256)mask)")])
        case 16:
            x86(
                "_mm512_", type: "__m512", macro: "__AVX512F__",
                select: [("__AVX512F__", "_mm512_mask_mov_ps((__m512)y, mask, (__m512)x)")])
        default: NativeInstructions()
        }
    }

    private static var four: NativeInstructions {
        var result = x86(
            "_mm_", type: "__m128", macro: "__SSE__",
            select: [("__SSE4_1__", "_mm_blendv_ps((__m128)y, (__m128)x, (__m128)mask)")])
        result.select.append(("__aarch64__", "vbslq_f32((uint32x4_t)mask, (float32x4_t)x, (float32x4_t)y)"))
        result.fma.append(("__aarch64__", "vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b)"))
        result.squareRoot.append(("__aarch64__", "vsqrtq_f32((float32x4_t)x)"))
        result.fma.append(("__wasm_relaxed_simd__", "__builtin_wasm_relaxed_madd_f32x4(a, b, c)"))
        // WebAssembly's pmin and pmax give the first operand when either is NaN.
        result.minimum.append(("__wasm_simd128__", "__builtin_wasm_pmin_f32x4(b, a)"))
        result.maximum.append(("__wasm_simd128__", "__builtin_wasm_pmax_f32x4(b, a)"))
        return result
    }

    /// `max_ps` and `min_ps` give the second operand when either is NaN, which is our definition.
    private static func x86(_ prefix: String, type: String, macro: String, select: Choices) -> NativeInstructions {
        NativeInstructions(
            hasMaskRegisters: macro == "__AVX512F__",
            select: select,
            fma: [
                (
                    macro == "__AVX512F__" ? macro : "__FMA__", "\(prefix)fmadd_ps((\(type))a, (\(type))b, (\(type))c)"
                )
            ],
            minimum: [(macro, "\(prefix)min_ps((\(type))a, (\(type))b)")],
            maximum: [(macro, "\(prefix)max_ps((\(type))a, (\(type))b)")],
            squareRoot: [(macro, "\(prefix)sqrt_ps((\(type))x)")])
    }
}
