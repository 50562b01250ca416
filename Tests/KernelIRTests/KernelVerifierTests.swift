import KernelIR
import Testing

private let (i, t): (Index, Index) = (.variable("i"), .task)

/// A kernel over `out` (written), `in` (read), `both` (both) and `scratch`, 64 floats each, four tasks.
private func kernel(tasksPerSample: Int = 0, tasksFixed: Int = 4, _ body: [Statement]) -> Kernel {
    Kernel(
        name: "subject",
        buffers: [
            Buffer("out", access: .write, extent: 64), Buffer("in", access: .read, extent: 64),
            Buffer("both", access: .readWrite, extent: 64),
            Buffer("scratch", access: .workspace, extent: 64),
        ],
        tasksPerSample: tasksPerSample, tasksFixed: tasksFixed, body: body)
}

private func load(_ buffer: Buffer.Handle = "in", _ index: Index = 0, _ width: Int = 1) -> Expression {
    .load(buffer, index, width: width)
}

@Suite("The kernel verifier")
struct KernelVerifierTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var what: String
        /// Part of the message.
        var expected: String
        var kernel: Kernel
        var testDescription: String { what }

        init(_ what: String, _ expected: String, _ body: [Statement]) {
            self.what = what
            self.expected = expected
            kernel = KernelIRTests.kernel(body)
        }
    }

    static let mistakes: [Mistake] = [
        // Names and widths.
        Mistake("undefined index", "index \"q\" is not declared", [.store("out", .variable("q"), 0)]),
        Mistake("undefined variable", "variable \"x\" is not declared", [.store("out", t, .variable("x", width: 1))]),
        Mistake("assignment to nothing", "variable \"x\" is not declared", [.assign("x", 0)]),
        Mistake(
            "use after the scope", "index \"i\" is not declared",
            [.loop("i", from: 0, to: 2, step: 1, []), .store("scratch", i, 0)]),
        Mistake(
            "a loop variable inside its own loop", "\"i\" is already declared",
            [.loop("i", from: 0, to: 2, step: 1, [.unrolled("i", count: 2, [])])]),
        Mistake("a kernel's own name", "\"task\" is already declared", [.letIndex("task", 0)]),
        Mistake(
            "declared twice", "\"x\" is already declared", [.declare("x", width: 1, 0), .declare("x", width: 8, 0)]),
        Mistake(
            "wrong width of a variable", "has width 8 and is used with width 1",
            [.declare("x", width: 8, 0), .store("scratch", 0, .variable("x", width: 1))]),
        Mistake("operands of two widths", "operands of widths 1, 8", [.store("scratch", 0, load() + load("in", 0, 8))]),
        Mistake("a wrong width assigned", "a value of width 8", [.declare("x", width: 1, load("in", 0, 8))]),
        Mistake("an odd width", "a width of 3", [.store("scratch", 0, load("in", 0, 3))]),
        Mistake(
            "a vector broadcast", "a value of width 8", [.store("scratch", 0, .broadcast(load("in", 0, 8), width: 8))]),
        Mistake(
            "an array without index", "\"x\" is an array",
            [.declareArray("x", width: 1, count: 2, initial: 0), .assign("x", 1)]),
        Mistake("an endless loop", "a loop with a step of 0", [.loop("i", from: 0, to: 2, step: 0, [])]),
        // Rights.
        Mistake("write to what is read", "\"in\" is only to be read", [.store("in", t, 0)]),
        Mistake("read of what is written", "\"out\" is only to be written", [.store("out", t, load("out"))]),
        Mistake("no such buffer", "there is no buffer \"gone\"", [.store("gone", t, 0)]),
        Mistake(
            "a callee that writes what is read", "\"in\" is only to be read",
            [.call("f", [.address("in", 0, extent: 1, access: .readWrite)])]),
        // Bounds.
        Mistake(
            "one too far", "touches 0 ..< 65 of \"scratch\", which has 64",
            [.loop("i", from: 0, to: 65, step: 1, [.store("scratch", i, 0)])]),
        Mistake("a vector over the end", "touches 57 ..< 65 of \"in\"", [.store("scratch", 0, load("in", 57, 8))]),
        Mistake("before the start", "touches -1 ..< 0 of \"in\"", [.store("scratch", 0, load("in", t - 1))]),
        Mistake(
            "a step that does not divide", "touches 0 ..< 72",
            [.loop("i", from: 0, to: 65, step: 8, [.store("scratch", i, load("in", 0, 8))])]),
        Mistake(
            "a correlated bound, off by one", "of \"in\", which has 64",
            [
                .letIndex("y", t * 20),
                .loop(
                    "i", from: 0, to: .minimum(20, 65 - .variable("y")), step: 1,
                    [.store("scratch", 0, load("in", .variable("y") + i))]),
            ]),
        Mistake(
            "an array's end", "touches 2 ..< 3 of \"x\", which has 2",
            [.declareArray("x", width: 1, count: 2, initial: 0), .assignElement("x", .minimum(t, 2), 0)]),
        Mistake(
            "a callee over the end", "touches 48 ..< 68",
            [.call("f", [.address("in", t * 16, extent: 20, access: .read)])]),
        Mistake("division by zero", "1 / 0 is not defined", [.letIndex("x", 1 / t)]),
        Mistake("remainder of a negative number", "-2 % 2 is not defined", [.letIndex("x", (t - 2) % 2)]),
        Mistake(
            "a condition that lets one through", "touches 64 ..< 65",
            [
                .loop(
                    "i", from: 0, to: 99, step: 1,
                    [.conditional(.lessOrEqual(i, 64), [.store("scratch", i, 0)], otherwise: [])])
            ]),
        // Tasks.
        Mistake("all tasks write one place", "both write \"out\"[0]", [.store("out", 0, 0)]),
        Mistake(
            "tiles that overlap", "both write \"out\"[8]",
            [.loop("i", from: 0, to: 9, step: 1, [.store("out", t * 8 + i, 0)])]),
        Mistake(
            "callees that write one place", "both write \"both\"[0]",
            [.call("f", [.address("both", t / 2, extent: 16, access: .readWrite)])]),
    ]

    @Test("catches", arguments: mistakes)
    func catches(mistake: Mistake) {
        let messages = verify(mistake.kernel, batchCapacity: 4, count: 0...0).map(\.description)
        #expect(messages.contains { $0.contains(mistake.expected) }, "\(messages)")
        #expect(messages.allSatisfy { $0.hasPrefix("kernel \"subject\": in \"") }, "\(messages)")
    }

    static let sound: [(String, Kernel)] = [
        (
            "everything of everything",
            kernel([.loop("i", from: 0, to: 16, step: 8, [.store("out", t * 16 + i, load("in", t * 16 + i, 8))])])
        ),
        (
            "partial tiles",
            kernel([
                .letIndex("y", t * 20),
                .loop(
                    "i", from: 0, to: .minimum(20, 64 - .variable("y")), step: 1,
                    [.store("out", .variable("y") + i, load("in", .variable("y") + i))]),
            ])
        ),
        (
            "a guarded border",
            kernel([
                .loop(
                    "i", from: 0, to: 66, step: 1,
                    [
                        .letIndex("y", i - 1),
                        .conditional(
                            .and(.lessOrEqual(0, .variable("y")), .less(.variable("y"), 64)),
                            [.store("scratch", .variable("y"), load("in", .variable("y")))], otherwise: []),
                    ])
            ])
        ),
        (
            "clamped neighbours",
            kernel([
                .loop(
                    "i", from: 0, to: 16, step: 1,
                    [
                        .store(
                            "out", t * 16 + i,
                            load("in", .maximum(t * 16 + i - 1, 0)) + load("in", .minimum(t * 16 + i + 1, 63)))
                    ])
            ])
        ),
        (
            "tasks as sample and tile",
            kernel(
                tasksPerSample: 4, tasksFixed: 0,
                [
                    .letIndex("n", t / 4), .letIndex("tile", t % 4),
                    .store("out", .variable("n") * 16 + .variable("tile") * 4, load("in", t * 4, 4)),
                ])
        ),
        (
            "interleaved columns",
            kernel([.loop("i", from: 0, to: 16, step: 1, [.store("out", i * 4 + t, load("in", i * 4 + t))])])
        ),
        (
            "chunks of a count",
            kernel([
                .letIndex("start", t * 16),
                .loop(
                    "i", from: 0, to: .minimum(16, .count - .variable("start")), step: 1,
                    [.store("both", .variable("start") + i, load("both", .variable("start") + i))]),
            ])
        ),
        (
            "a matrix of a callee beside others' columns",
            kernel([.call("f", [.address("out", t * 4, extent: 52, access: .write), .index(16)])])
        ),
        ("a loop that never runs", kernel([.loop("i", from: 3, to: 3, step: 1, [.store("out", 1000, 0)])])),
    ]

    @Test("accepts", arguments: sound)
    func accepts(name: String, kernel: Kernel) {
        let violations = verify(kernel, batchCapacity: 4, count: 60...64)
        #expect(violations.isEmpty, "\(name): \(violations)")
    }

    @Test("finds exactly what goes wrong in the evaluator", arguments: [1, 4, 8])
    func agreement(width: Int) {
        var (faulty, sound) = (0, 0)
        for seed in 0..<100 {
            var kernel = RandomKernel.make(seed: UInt64(seed), width: width)
            // Buffers shorter than the kernel was made for.
            kernel.buffers[1].extent -= seed * 7 % 70
            kernel.buffers[2].extent -= seed * 5 % 48
            let violations = verify(kernel, batchCapacity: 2, count: 2...9)
            let failures = [(2, 9), (1, 2)].compactMap { failure(of: kernel, batch: $0, count: $1) }
            #expect(violations.isEmpty == failures.isEmpty, "\(kernel.name): \(violations), evaluator: \(failures)")
            if violations.isEmpty { sound += 1 } else { faulty += 1 }
        }
        #expect(faulty > 5 && sound > 5, "\(faulty) faulty and \(sound) sound kernels show little")
    }

    private func failure(of kernel: Kernel, batch: Int, count: Int) -> (any Error)? {
        var operands = kernel.buffers.dropLast().map { Array(repeating: Float(1), count: $0.extent) }
        do {
            let evaluator = KernelEvaluator(batch: batch, count: count, functions: RandomKernel.functions)
            try evaluator.run(kernel, operands: &operands)
            return nil
        } catch {
            return error
        }
    }

    @Test("proves bounds of a kernel too large to run")
    func large() {
        let (n, c, y, x) = (t / 64, t % 64, Index.variable("y"), Index.variable("x"))
        func body(_ width: Int) -> [Statement] {
            let row = (n * 64 + c) * 16384 + y * 128
            let value = Expression.load("in", row + x, width: 8)
            return [
                .loop(
                    "y", from: 0, to: 128, step: 1,
                    [.loop("x", from: 0, to: .literal(width), step: 8, [.store("out", row + x, value)])])
            ]
        }
        func subject(_ width: Int) -> Kernel {
            let extent = 16 * 64 * 16384
            let buffers = [
                Buffer("out", access: .write, extent: extent), Buffer("in", access: .read, extent: extent),
            ]
            return Kernel(name: "large", buffers: buffers, tasksPerSample: 64, body: body(width))
        }
        #expect(verify(subject(128), batchCapacity: 16, count: 0...0).isEmpty)
        let messages = verify(subject(136), batchCapacity: 16, count: 0...0).map(\.description)
        #expect(messages.contains { $0.contains("of \"out\", which has 16777216") }, "\(messages)")
    }
}
