import Base
import KernelIR
import Testing

@Suite("Words of two bf16 have the evaluator's bits, whether the processor has instructions for them or not")
struct PairTests {
    private static let count = 16 * 4000

    /// Random bits, a good part of them special numbers. Where only the processor's mode makes denormal numbers zero, which
    /// nobody has set here, exponents are such that sums and products are none.
    private static func values(flushes: Bool, seed: UInt64) -> [Float] {
        var random = SplitMix(state: seed)
        let specials: [Float] = [0, -0, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, 1, -1]
        return (0..<count).map { _ in
            if Int.random(in: 0..<16, using: &random) == 0 { return specials.randomElement(using: &random) ?? 0 }
            let bits = UInt32.random(in: 0 ... .max, using: &random)
            if flushes { return Float(bitPattern: bits) }
            return Float(bitPattern: bits & 0x807f_ffff | UInt32.random(in: 100...150, using: &random) << 23)
        }
    }

    /// Of five vectors: the words of the first and second, and of the third and fourth, multiplied and added to the fifth.
    private static func kernel(width: Int) -> Kernel {
        let i = Index.variable("i")
        let load = { (name: Buffer.Handle) in Expression.load(name, i, width: width) }
        let words = { (even: Buffer.Handle, odd: Buffer.Handle) in
            Expression.packedPairs(even: load(even), odd: load(odd))
        }
        let body: [Statement] =
            [
                .declare("x", width: width, words("a", "b")), .store("words", i, .variable("x", width: width)),
                .store("dots", i, .pairDot(.variable("x", width: width), words("c", "d"), load("e"))),
            ] + (width > 1 ? [.store("packed", i / 2, .packed(load("a")))] : [])
        let results = ["words", "dots", "packed"].map { Buffer(Buffer.Handle($0), access: .write, extent: count) }
        let operands = ["a", "b", "c", "d", "e"].map { Buffer(Buffer.Handle($0), access: .read, extent: count) }
        return Kernel(
            name: "pairs_\(width)", buffers: results + operands, tasksFixed: 1,
            body: [.loop("i", from: 0, to: .literal(count), step: width, body)])
    }

    @Test(arguments: kernelCompilers)
    func wordsAndSums(compiler: any KernelCompiler) throws {
        let kernels = compiler.widths.map(Self.kernel)
        for kernel in kernels { #expect(verify(kernel, batchCapacity: 1, count: 0...0).isEmpty) }
        let operands = (0..<5).map { Self.values(flushes: compiler.hasPairInstructions, seed: 31 + $0) }
        let start = Array(repeating: Array(repeating: Float(0), count: Self.count), count: 3) + operands
        try withTemporaryFolder { folder in
            let compiled = try CompiledKernels(try compiler.library(of: kernels, in: folder))
            for (kernel, width) in zip(kernels, compiler.widths) {
                // The scalar form has no instruction of its own.
                guard width > 1 || !compiler.hasPairInstructions else { continue }
                var (expected, found) = (start, start)
                try KernelEvaluator(batch: 1).run(kernel, operands: &expected)
                try compiled.run(kernel, like: KernelEvaluator(batch: 1), operands: &found)
                for result in 0..<3 {
                    let wrong = zip(expected[result], found[result]).enumerated().first { !Self.isSame($1.0, $1.1) }
                    #expect(
                        wrong == nil,
                        """
                        \(kernel.name), result \(result), place \(wrong?.offset ?? 0): \
                        \(wrong?.element.0.bitPattern ?? 0) and \(wrong?.element.1.bitPattern ?? 0)
                        """)
                }
            }
        }
    }

    /// Numbers may be none in ways of their own; words of two bf16 look like such numbers where an upper half is none.
    private static func isSame(_ a: Float, _ b: Float) -> Bool {
        a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN && (a.bitPattern ^ b.bitPattern) & 0xffff == 0)
    }

    @Test func upperHalvesAreAddedFirst() throws {
        // Of 2^30 + 1 - 2^30 the 1 is lost unless both large products cancel first.
        let kernel = Kernel(
            name: "order", buffers: [Buffer("y", access: .write, extent: 1), Buffer("x", access: .read, extent: 3)],
            tasksFixed: 1,
            body: [
                .store(
                    "y", 0,
                    .pairDot(
                        .packedPairs(even: 1, odd: .load("x", 0, width: 1)), .packedPairs(even: 1, odd: 1),
                        .load("x", 1, width: 1)))
            ])
        var operands: [[Float]] = [[0], [-0x1p30, 0x1p30, 0]]
        try KernelEvaluator(batch: 1).run(kernel, operands: &operands)
        #expect(operands[0][0] == 1)
    }
}
