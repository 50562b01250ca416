/// A square block of floats, as wide and as high as a vector, copied with rows and columns exchanged: in registers,
/// which is several times faster than float by float.
public enum BlockTranspose {
    /// `to[column · toStride + row] = from[row · fromStride + column]` for all rows and columns below `width`.
    ///
    /// - Parameter width: 1, 4, 8 or 16.
    public static func statement(
        width: Int, from source: Buffer.Handle, at sourceStart: Index, stride sourceStride: Int,
        to target: Buffer.Handle, at targetStart: Index, stride targetStride: Int
    ) -> Statement {
        guard width > 1 else { return .store(target, targetStart, .load(source, sourceStart, width: 1)) }
        let extent = { (stride: Int) in Index((width - 1) * stride + width) }
        return .call(
            functionName(width),
            [
                .address(source, sourceStart, extent: extent(sourceStride), access: .read),
                .index(Index(sourceStride)),
                .address(target, targetStart, extent: extent(targetStride), access: .write),
                .index(Index(targetStride)),
            ])
    }

    static func functionName(_ width: Int) -> String { "unetc_transpose\(width)" }

    /// The functions for `KernelEvaluator`.
    static let functions: [String: KernelEvaluator.Function] = Dictionary(
        uniqueKeysWithValues: [4, 8, 16].map { width in (functionName(width), evaluation(width)) })

    private struct WrongArguments: Error, CustomStringConvertible {
        var description: String { "a block transpose takes an address and a stride, twice" }
    }

    private static func evaluation(_ width: Int) -> KernelEvaluator.Function {
        { buffers, arguments in
            guard case .address(let source, let from) = arguments[0], case .index(let fromStride) = arguments[1],
                case .address(let target, let to) = arguments[2], case .index(let toStride) = arguments[3]
            else { throw WrongArguments() }
            let block = (0..<width * width).map { buffers[source][from + $0 / width * fromStride + $0 % width] }
            for (place, value) in block.enumerated() {
                buffers[target][to + place % width * toStride + place / width] = value
            }
        }
    }

    /// The function as Swift, in the rounds of the C below.
    static func swiftPrelude(_ width: Int) -> String {
        let half = width / 2
        var lines = (0..<width).map { "    let a\($0) = unetc_load$W(from + \($0) * from_stride)" }
        var (source, target) = ("a", "b")
        for _ in 0..<width.trailingZeroBitCount {
            for i in 0..<half {
                let pair = "\(source)\(i), \(source)\(i + half)"
                lines.append("    let \(target)\(2 * i) = unetc_interleave_low$W(\(pair))")
                lines.append("    let \(target)\(2 * i + 1) = unetc_interleave_high$W(\(pair))")
            }
            (source, target) = (target, target + "b")
        }
        func pairs(from start: Int) -> String {
            (start..<start + half).flatMap { ["x[\($0)]", "y[\($0)]"] }.joined(separator: ", ")
        }
        lines += (0..<width).map { "    unetc_store$W(to + \($0) * to_stride, \(source)\($0))" }
        return expandSwift(
            """
            // Elements of x and y in turn: those of their first halves, or of their second ones.
            @inline(__always) func unetc_interleave_low$W(_ x: $T, _ y: $T) -> $T { $T(\(pairs(from: 0))) }
            @inline(__always) func unetc_interleave_high$W(_ x: $T, _ y: $T) -> $T { $T(\(pairs(from: half))) }
            // $W rows of $W floats, with rows and columns exchanged.
            @inline(__always) func unetc_transpose$W(
                _ from: UnsafePointer<Float>, _ from_stride: Int, _ to: UnsafeMutablePointer<Float>, _ to_stride: Int
            ) {
            \(lines.joined(separator: "\n"))
            }

            """, width: width)
    }

    /// The function as C. Each of log₂ `width` rounds interleaves the rows of the upper half with those of the lower,
    /// which moves one bit of the row's number to the column's.
    static func prelude(_ width: Int) -> String {
        let half = width / 2
        func pairs(from start: Int) -> String {
            (start..<start + half).flatMap { ["\($0)", "\($0 + width)"] }.joined(separator: ", ")
        }
        var lines = [
            "UNETC_INLINE void unetc_transpose$W(",
            "    const float *from, int64_t from_stride, float *to, int64_t to_stride)",
            "{",
            "    $T a[$W], b[$W];",
            "    #pragma GCC unroll $W",
            "    for (int i = 0; i < $W; i += 1) a[i] = unetc_load$W(from + i * from_stride);",
        ]
        var (source, target) = ("a", "b")
        for _ in 0..<width.trailingZeroBitCount {
            lines += [
                "    #pragma GCC unroll \(half)",
                "    for (int i = 0; i < \(half); i += 1) {",
                "        \(target)[2 * i] = __builtin_shufflevector("
                    + "\(source)[i], \(source)[i + \(half)], \(pairs(from: 0)));",
                "        \(target)[2 * i + 1] = __builtin_shufflevector("
                    + "\(source)[i], \(source)[i + \(half)], \(pairs(from: half)));",
                "    }",
            ]
            swap(&source, &target)
        }
        lines += [
            "    #pragma GCC unroll $W",
            "    for (int i = 0; i < $W; i += 1) unetc_store$W(to + i * to_stride, \(source)[i]);",
            "}", "",
        ]
        let comment = "/* $W rows of $W floats, with rows and columns exchanged. */\n"
        return expand(comment + lines.joined(separator: "\n"), width: width)
    }
}
