import Base

/// The text of `unetc_vectors.h`: vector types of the given widths and the functions that printed kernels call.
///
/// A function `f` exists as `unetc_f1` on floats and as `unetc_f8` on `v8`, and so on; all forms compute the same
/// operations in the same order, so that the scalar rest of a loop gives the same bits as its vector part. The text is
/// C11 with GNU extensions for gcc 12 and clang, and needs no library.
///
/// - Parameter widths: elements per vector: 4, 8 or 16; 1 is always there, other numbers are left out.
public func cPrelude(widths: [Int]) -> String {
    let vectors = [4, 8, 16].filter(widths.contains)
    var parts = [preludeOpening]
    parts += vectors.map(vectorTypes)
    parts.append(scalarArithmetic)
    parts += vectors.map(vectorArithmetic)
    parts += ([1] + vectors).map(elementAccess)
    parts += ([1] + vectors).map(pairFunctions)
    parts += vectors.map(BlockTranspose.prelude)
    parts.append(Prefetch.prelude)
    parts += ([1] + vectors).map(mathFunctions)
    parts.append(randomState)
    parts += ([1] + vectors).map(randomNumbers)
    parts.append("#endif\n")
    return parts.joined(separator: "\n")
}

private let preludeOpening = """
    /* Vectors of floats, and functions on them that give the same bits at every width.
     *
     * unetc_max8(a, b) works on v8, unetc_max1(a, b) on float. To be compiled with -ffp-contract=off: what is
     * fused into one rounding is said by unetc_fma, and nothing else is.
     */
    #ifndef UNETC_VECTORS_H
    #define UNETC_VECTORS_H

    #include <math.h>
    #include <stdint.h>
    #include <string.h>
    #if defined(__x86_64__) || defined(__i386__)
    #include <immintrin.h>
    #elif defined(__aarch64__)
    #include <arm_neon.h>
    #endif

    #define UNETC_INLINE static inline __attribute__((always_inline, unused))

    /* Vectors only cross calls that are inlined, so how they would be passed does not matter. */
    #pragma GCC diagnostic ignored "-Wpsabi"

    UNETC_INLINE int64_t unetc_min(int64_t a, int64_t b) { return a < b ? a : b; }
    UNETC_INLINE int64_t unetc_max(int64_t a, int64_t b) { return a > b ? a : b; }

    """

private func vectorTypes(_ width: Int) -> String {
    expand(
        """
        /* $W floats. In memory they need no alignment beyond that of a float. */
        typedef float v$W __attribute__((vector_size($B)));
        typedef float v$W_memory __attribute__((vector_size($B), aligned(4), may_alias));
        typedef int32_t v$W_int __attribute__((vector_size($B)));
        typedef uint32_t v$W_bits __attribute__((vector_size($B)));

        """, width: width)
}

/// Fills a template in: `$W` width, `$B` bytes of so many floats, `$H` of so many halves of them, `$T` the type, `$I` and `$U` its signed and unsigned integers.
///
/// - Parameter scalars: what these types are called at width 1.
func expand(
    _ template: String, width: Int,
    scalars: (float: String, int: String, bits: String) = ("float", "int32_t", "uint32_t")
) -> String {
    let isVector = width > 1
    let values: [Character: String] = [
        "W": String(width),
        "B": String(ElementType.float32.bytes * width),
        "H": String(ElementType.bfloat16.bytes * width),
        "T": isVector ? "v\(width)" : scalars.float,
        "I": isVector ? "v\(width)_int" : scalars.int,
        "U": isVector ? "v\(width)_bits" : scalars.bits,
    ]
    var result = ""
    var isVariable = false
    for character in template {
        if isVariable {
            result += values[character] ?? "$\(character)"
            isVariable = false
        } else if character == "$" {
            isVariable = true
        } else {
            result.append(character)
        }
    }
    return result
}
