import Base
import Foundation
import KernelIR
import Testing

@Suite("Printed C and Swift, compiled, compute the evaluator's bits")
struct CompiledKernelTests {
    /// Random kernels per compiler and width.
    private static let kernelsPerWidth = 25

    @Test("random kernels", arguments: kernelCompilers)
    func randomKernels(compiler: any KernelCompiler) throws {
        let kernels = compiler.widths.flatMap { width in
            (0..<Self.kernelsPerWidth).map {
                RandomKernel.make(seed: UInt64($0 + compiler.description.count), width: width)
            }
        }
        for kernel in kernels {
            let violations = verify(kernel, batchCapacity: RandomKernel.taskCount - 1, count: 2...9)
            #expect(violations.isEmpty, "\(kernel.name): \(violations)")
        }
        try withTemporaryFolder { folder in
            let compiled = try CompiledKernels(try compiler.library(of: kernels, in: folder))
            for (position, kernel) in kernels.enumerated() {
                try compare(kernel, compiled, seed: UInt64(position), compiler.backend)
            }
        }
    }

    private func compare(_ kernel: Kernel, _ compiled: CompiledKernels, seed: UInt64, _ backend: Backend) throws {
        var random = SplitMix(state: seed &* 77)
        let scalars = RuntimeScalar.allCases.map { ($0, Float.random(in: 0...1, using: &random)) }
        var evaluator = KernelEvaluator(
            batch: RandomKernel.taskCount - 1, count: 5, scalars: Dictionary(uniqueKeysWithValues: scalars),
            functions: RandomKernel.functions)
        evaluator.seed = random.next()
        evaluator.step = Int64(seed * 1_000_003) + 1
        let operands = kernel.buffers.filter { $0.access != .workspace }.map { buffer in
            (0..<buffer.extent).map { _ in buffer.element.rounded(Float.random(in: -4...4, using: &random)) }
        }
        var (expected, found) = (operands, operands)
        try evaluator.run(kernel, operands: &expected)
        try compiled.run(kernel, like: evaluator, operands: &found)
        let difference = zip(expected.joined(), found.joined()).enumerated().first { !isSame($1.0, $1.1) }
        #expect(
            difference == nil,
            "float \(difference?.offset ?? 0) of \(kernel.name):\n\(printKernel(kernel, in: backend))")
        #expect(expected != operands, "\(kernel.name) changes nothing")
    }

    /// Every 1000003rd float, and the special ones.
    private static let values: [Float] = {
        let specials: [Float] = [
            0, -0, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1,
        ]
        let spread = stride(from: UInt32(0), to: .max - 2_000_000, by: 1_000_003).map { Float(bitPattern: $0) }
        return specials + spread.prefix(spread.count / 16 * 16 + 8)
    }()

    @Test("stores round as the type says, at every width", arguments: kernelCompilers)
    func stores(compiler: any KernelCompiler) throws {
        // What lies half-way between two numbers and beside it, what becomes infinite, and what only its payload makes none.
        let patterns: [UInt32] = [
            0x3f80_7fff, 0x3f80_8000, 0x3f80_8001, 0x3f81_7fff, 0x3f81_8000, 0x3f81_8001, 0xbf81_8000, 0x7f7f_8000,
            0x7f7f_7fff, 0x7f80_0001, 0xff80_0001, 0x0000_8000, 0x0000_8001, 0x0001_8000, 0x7fff_ffff, 0xffff_ffff,
        ]
        let values = Self.values + patterns.map { Float(bitPattern: $0) }
        let elements = ElementType.allCases
        let kernels = compiler.widths.flatMap { width in
            elements.map { storing(width: width, count: values.count, as: $0) }
        }
        try withTemporaryFolder { folder in
            let compiled = try CompiledKernels(try compiler.library(of: kernels, in: folder))
            for kernel in kernels {
                let element = kernel.buffers[0].element
                var found = [Array(repeating: Float(0), count: values.count), values]
                try compiled.run(kernel, like: KernelEvaluator(batch: 1), operands: &found)
                for (value, stored) in zip(values, found[0]) {
                    let expected = element.rounded(value)
                    #expect(isSame(expected, stored), "\(value) is \(stored) in \(kernel.name), not \(expected)")
                }
            }
        }
    }

    private func storing(width: Int, count: Int, as element: ElementType) -> Kernel {
        let (i, whole) = (Index.variable("i"), count / width * width)
        func move(_ width: Int) -> [Statement] { [.store("y", i, .load("x", i, width: width))] }
        let vectors = Statement.loop("i", from: 0, to: .literal(whole), step: width, move(width))
        let rest = Statement.loop("i", from: .literal(whole), to: .literal(count), step: 1, move(1))
        return Kernel(
            name: "store_\(element.rawValue)_\(width)",
            buffers: [
                Buffer("y", access: .write, element: element, extent: count),
                Buffer("x", access: .read, extent: count),
            ],
            tasksFixed: 1, body: whole < count ? [vectors, rest] : [vectors])
    }

    @Test("functions give the same bits at every width and in the evaluator", arguments: kernelCompilers)
    func functions(compiler: any KernelCompiler) throws {
        let operators = UnaryOperator.allCases
        let values = Self.values
        let kernels = compiler.widths.flatMap { width in
            operators.enumerated().map { functionKernel($1, number: $0, width: width, count: values.count) }
        }
        try withTemporaryFolder { folder in
            let compiled = try CompiledKernels(try compiler.library(of: kernels, in: folder))
            let evaluator = KernelEvaluator(batch: 1)
            for (number, unary) in operators.enumerated() {
                // The logarithm's domain.
                let operand = unary == .logarithmOnePlus ? values.map(\.magnitude) : values
                var expected = [Array(repeating: Float(0), count: operand.count), operand]
                try evaluator.run(kernels[number], operands: &expected)
                for kernel in kernels where kernel.name.hasSuffix("_\(number)") {
                    var found = [Array(repeating: Float(0), count: operand.count), operand]
                    try compiled.run(kernel, like: evaluator, operands: &found)
                    let wrong = operand.indices.first { !isSame(expected[0][$0], found[0][$0]) }
                    let place = wrong.map { "\(operand[$0]): \(expected[0][$0]) and \(found[0][$0])" } ?? ""
                    #expect(wrong == nil, "\(unary) in \(kernel.name) at \(place)")
                }
            }
        }
    }

    @Test("blocks are transposed", arguments: kernelCompilers)
    func transposes(compiler: any KernelCompiler) throws {
        let kernels = compiler.widths.map { width in
            let statement = BlockTranspose.statement(
                width: width, from: "x", at: 3, stride: width + 5, to: "y", at: .task * Index(width), stride: width + 2)
            let extent = width * (width + 8)
            return Kernel(
                name: "transpose_\(width)",
                buffers: [
                    Buffer("y", access: .readWrite, extent: extent),
                    Buffer("x", access: .read, extent: extent),
                ],
                tasksFixed: 1, body: [statement])
        }
        try withTemporaryFolder { folder in
            let compiled = try CompiledKernels(try compiler.library(of: kernels, in: folder))
            for kernel in kernels {
                try compare(kernel, compiled, seed: 1, compiler.backend)
            }
        }
    }

    @Test("asking for memory changes nothing, up to the buffer's end and no further", arguments: kernelCompilers)
    func prefetches(compiler: any KernelCompiler) throws {
        let kernel = Kernel(
            name: "prefetch",
            buffers: [Buffer("y", access: .write, extent: 40), Buffer("x", access: .read, extent: 40)], tasksFixed: 1,
            body: [
                Prefetch.statement("x", at: 7, floats: 33),
                .loop(
                    "i", from: 0, to: 40, step: 1,
                    [.store("y", .variable("i"), .load("x", .variable("i"), width: 1))]),
            ])
        #expect(verify(kernel, batchCapacity: 1, count: 0...0).isEmpty)
        var further = kernel
        further.body[0] = Prefetch.statement("x", at: 8, floats: 33)
        #expect(!verify(further, batchCapacity: 1, count: 0...0).isEmpty)
        try withTemporaryFolder { folder in
            let compiled = try CompiledKernels(try compiler.library(of: [kernel], in: folder))
            try compare(kernel, compiled, seed: 1, compiler.backend)
        }
    }

    @Test("random numbers give the same bits at every width and in the evaluator", arguments: kernelCompilers)
    func randomNumbers(compiler: any KernelCompiler) throws {
        // Forwards and by a stride, near the end of 32 bits as well.
        let starts = [(0, 1), (7, 4099), (1 << 32 - 5, 1), (1 << 31 - 40_000, 1 << 20), (1 << 40, 3)]
        let kernels = compiler.widths.flatMap { width in
            starts.enumerated().map { number, start in
                let i = Index.variable("i")
                let first = Index(start.0) + i * Index(start.1)
                let value = Expression.uniform(
                    key: 0xcbf2_9ce4_8422_2325, first: first, stride: start.1, width: width)
                return Kernel(
                    name: "uniform_\(width)_\(number)", buffers: [Buffer("y", access: .write, extent: 96)],
                    tasksFixed: 1,
                    body: [.loop("i", from: 0, to: 96, step: width, [.store("y", i, value)])])
            }
        }
        try withTemporaryFolder { folder in
            let compiled = try CompiledKernels(try compiler.library(of: kernels, in: folder))
            var evaluator = KernelEvaluator(batch: 1)
            for (seed, step) in [(0, 1), (UInt64.max, 2), (1 << 63, Int64.max)] as [(UInt64, Int64)] {
                (evaluator.seed, evaluator.step) = (seed, step)
                for (number, _) in starts.enumerated() {
                    let alike = kernels.filter { $0.name.hasSuffix("_\(number)") }
                    var expected = [Array(repeating: Float.nan, count: 96)]
                    try evaluator.run(alike[0], operands: &expected)
                    #expect(expected[0].allSatisfy { $0 >= 0 && $0 < 1 } && Set(expected[0]).count > 90)
                    for kernel in alike {
                        var found = [Array(repeating: Float.nan, count: 96)]
                        try compiled.run(kernel, like: evaluator, operands: &found)
                        #expect(found == expected, "\(kernel.name), seed \(seed), step \(step)")
                    }
                }
            }
        }
    }

    private func functionKernel(_ unary: UnaryOperator, number: Int, width: Int, count: Int) -> Kernel {
        let (i, whole) = (Index.variable("i"), count / width * width)
        func apply(_ width: Int) -> [Statement] { [.store("y", i, .unary(unary, .load("x", i, width: width)))] }
        let vectors = Statement.loop("i", from: 0, to: .literal(whole), step: width, apply(width))
        let rest = Statement.loop("i", from: .literal(whole), to: .literal(count), step: 1, apply(1))
        return Kernel(
            name: "function_\(width)_\(number)",
            buffers: [
                Buffer("y", access: .write, extent: count), Buffer("x", access: .read, extent: count),
            ],
            tasksFixed: 1, body: whole < count ? [vectors, rest] : [vectors])
    }

    /// A C program that compares with the C library in double precision is quicker than Swift in a debug build.
    @Test("accuracy over the whole range of floats", arguments: CCompiler.available.prefix(1))
    func accuracy(compiler: CCompiler) throws {
        let program = cPrelude(widths: [4]) + accuracyProgram
        try withTemporaryFolder { folder in
            let executable = try compiler.compile(program, in: folder, name: "accuracy", isProgram: true)
            let output = try CCompiler.run([executable.path]).output
            let errors = output.split(separator: " ").compactMap { Double($0) }
            try #require(errors.count == 3, "\(output)")
            #expect(errors[0] <= 2, "exp is \(errors[0]) ulp off")
            #expect(errors[1] <= 2, "log1p is \(errors[1]) ulp off")
            #expect(errors[2] <= 3, "tanh is \(errors[2]) ulp off")
        }
    }

    @Test("the header compiles without warnings for every choice of widths", arguments: CCompiler.available)
    func header(compiler: CCompiler) throws {
        try withTemporaryFolder { folder in
            for (number, widths) in [[], compiler.widths].enumerated() {
                // Twice: the guard must hold.
                let source = cPrelude(widths: widths) + cPrelude(widths: widths)
                _ = try compiler.compile(source, in: folder, name: "header\(number)")
            }
        }
    }
}

private func isSame(_ a: Float, _ b: Float) -> Bool { a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) }

/// Prints the largest errors of exp, log1p and tanh in units in the last place.
private let accuracyProgram = """
    #include <stdio.h>

    static double ulps(float found, double exact)
    {
        if (isnan(found) || isnan(exact)) {
            return isnan(found) && isnan(exact) ? 0.0 : INFINITY;
        }
        if (isinf(found)) {
            return fabs(exact) >= 0x1.ffffffp127 && found * exact > 0 ? 0.0 : INFINITY;
        }
        const float size = fabsf(found);
        const double unit = size < 0x1p-126f ? 0x1p-149 : (double)size - (double)nextafterf(size, 0.0f);
        return fabs((double)found - exact) / unit;
    }

    int main(void)
    {
        double worst[3] = {0};
        for (uint64_t bits = 0; bits <= 0xffffffffu; bits += 1001) {
            const float x = unetc_from_bits1((uint32_t)bits);
            const float found[3] = {unetc_exp1(x), unetc_log1p1(x), unetc_tanh1(x)};
            const double exact[3] = {exp(x), log1p(x), tanh(x)};
            for (int i = 0; i < 3; i += 1) {
                if (i == 1 && x < 0.0f) {
                    continue;
                }
                const double error = ulps(found[i], exact[i]);
                worst[i] = error > worst[i] ? error : worst[i];
            }
        }
        printf("%.3f %.3f %.3f", worst[0], worst[1], worst[2]);
        return 0;
    }

    """
