/// Exponential, logarithm, hyperbolic tangent and error function: one text for floats and vectors. `FloatMath` repeats it in Swift.
func mathFunctions(_ width: Int) -> String {
    typealias Constants = MathConstants
    let rootHalf = "0x" + String(Constants.rootHalfBits, radix: 16) + "u"
    func splat(_ value: Float) -> String { "unetc_splat$W(\(cLiteral(value)))" }
    func polynomial(_ coefficients: [Float], _ x: String, name: String = "p") -> String {
        "    $T \(name) = \(splat(coefficients[0]));\n" + continued(coefficients.dropFirst(), x, name: name)
    }
    func continued(_ coefficients: some Collection<Float>, _ x: String, name: String = "p") -> String {
        coefficients.map { "    \(name) = unetc_fma$W(\(name), \(x), \(splat($0)));" }.joined(separator: "\n")
    }
    let logarithm = """
            const $T exponent = unetc_from_int$W(k);
            const $T square = f * f;
        \(polynomial(Constants.log1p, "f"))
            const $T low = unetc_fma$W(exponent, \(splat(Constants.ln2Low)), square * (p * f));
            const $T tail = unetc_fma$W(square, unetc_splat$W(-0.5f), low);
            const $T result = unetc_fma$W(exponent, \(splat(Constants.ln2High)), f + tail);
        """
    return expand(
        """
        /* x * 2^k, in two steps since 2^k alone may be out of range. */
        UNETC_INLINE $T unetc_scale$W($T x, $I k)
        {
            const $I half = k >> 1;
            const $U one = ($U)half + 127u;
            const $U other = ($U)k - ($U)half + 127u;
            return x * unetc_from_bits$W(one << 23) * unetc_from_bits$W(other << 23);
        }
        /* exp(n ln 2 + r) = 2^n exp(r). NaN passes the bounds, being the second operand. */
        UNETC_INLINE $T unetc_exp$W($T x)
        {
            x = unetc_min$W(\(splat(Constants.expUpper)), unetc_max$W(\(splat(Constants.expLower)), x));
            const $T rounder = \(splat(Constants.rounder));
            const $T shifted = unetc_fma$W(x, \(splat(Constants.log2e)), rounder);
            const $T n = shifted - rounder;
            const $T high = unetc_fma$W(n, \(splat(-Constants.ln2High)), x);
            const $T r = unetc_fma$W(n, \(splat(-Constants.ln2Low)), high);
        \(polynomial(Constants.exp, "r"))
            const $T y = unetc_fma$W(p, r * r, r) + unetc_splat$W(1.0f);
            return unetc_scale$W(y, ($I)(unetc_bits$W(shifted) - unetc_bits$W(rounder)));
        }
        /* 2^n exp(r) - 1 = 2^n (exp(r) - 1) + (2^n - 1). */
        UNETC_INLINE $T unetc_expm1$W($T x)
        {
            x = unetc_min$W(\(splat(Constants.expUpper)), unetc_max$W(\(splat(Constants.expLower)), x));
            const $T rounder = \(splat(Constants.rounder));
            const $T shifted = unetc_fma$W(x, \(splat(Constants.log2e)), rounder);
            const $T n = shifted - rounder;
            const $T high = unetc_fma$W(n, \(splat(-Constants.ln2High)), x);
            const $T r = unetc_fma$W(n, \(splat(-Constants.ln2Low)), high);
        \(polynomial(Constants.exp, "r"))
            const $T y = unetc_fma$W(p, r * r, r);
            const $I k = ($I)(unetc_bits$W(shifted) - unetc_bits$W(rounder));
            const $T one = unetc_splat$W(1.0f);
            return unetc_scale$W(y, k) + (unetc_scale$W(one, k) - one);
        }
        /* log(x): x = 2^k (1 + f). */
        UNETC_INLINE $T unetc_log$W($T x)
        {
            const $T zero = unetc_splat$W(0.0f);
            const $I k = ($I)(unetc_bits$W(x) - \(rootHalf)) >> 23;
            const $T f = unetc_scale$W(x, -k) - unetc_splat$W(1.0f);
        \(logarithm)
            const $T above = unetc_select$W(unetc_equal$W(x, unetc_splat$W(INFINITY)), x, result);
            const $T others = unetc_select$W(unetc_equal$W(x, zero), unetc_splat$W(-INFINITY), unetc_splat$W(NAN));
            return unetc_select$W(unetc_less$W(zero, x), above, others);
        }
        /* log(1 + x) for x >= 0: 1 + x = 2^k (1 + f), where f is computed without rounding 1 + x. */
        UNETC_INLINE $T unetc_log1p$W($T x)
        {
            const $T one = unetc_splat$W(1.0f);
            const $I k = ($I)(unetc_bits$W(x + one) - \(rootHalf)) >> 23;
            const $T f = unetc_scale$W(x, -k) + (unetc_scale$W(one, -k) - one);
        \(logarithm)
            return unetc_select$W(unetc_equal$W(x, unetc_splat$W(INFINITY)), x, result);
        }
        /* A polynomial near 0, else 1 - 2 / (exp(2 |x|) + 1) with the sign of x. */
        UNETC_INLINE $T unetc_tanh$W($T x)
        {
            const $T size = unetc_abs$W(x);
            const $T square = x * x;
        \(polynomial(Constants.tanh, "square"))
            const $T small = unetc_fma$W(p * square, x, x);
            const $T one = unetc_splat$W(1.0f);
            const $T large = one - unetc_splat$W(2.0f) / (unetc_exp$W(size + size) + one);
            const $T with_sign = unetc_from_bits$W(unetc_bits$W(large) | (unetc_bits$W(x) & 0x80000000u));
            return unetc_select$W(unetc_less$W(size, \(splat(Constants.tanhSwitch))), small, with_sign);
        }
        /* A polynomial near 0, else 1 - exp(a polynomial of |x|) with the sign of x. */
        UNETC_INLINE $T unetc_erf$W($T x)
        {
            const $T size = unetc_abs$W(x);
            const $T square = x * x;
        \(polynomial(Constants.erf, "square"))
            const $T small = unetc_fma$W(p, x, x);
        \(polynomial(Constants.erfTail.square, "size", name: "q"))
        \(polynomial(Constants.erfTail.one, "size", name: "u"))
            q = unetc_fma$W(q, square, u);
        \(continued(Constants.erfTail.rest, "size", name: "q"))
            const $T large = unetc_splat$W(1.0f) - unetc_exp$W(unetc_fma$W(q, size, -size));
            const $T with_sign = unetc_from_bits$W(unetc_bits$W(large) | (unetc_bits$W(x) & 0x80000000u));
            return unetc_select$W(unetc_less$W(\(splat(Constants.erfSwitch)), size), with_sign, small);
        }

        """, width: width)
}
