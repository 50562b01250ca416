import Testing

@testable import KernelIR

/// Kernels in fewer words do what they did, and are as short as they should be.
@Suite struct SimplificationTests {
    private static let (x, y, n): (Index, Index, Index) = (.variable("x"), .variable("y"), .variable("n"))

    private func simplified(_ body: [Statement], tasksPerSample: Int = 0, tasksFixed: Int = 4) -> [Statement] {
        Kernel(name: "k", buffers: [], tasksPerSample: tasksPerSample, tasksFixed: tasksFixed, body: body)
            .simplified().body
    }

    /// An index where `x` is in `0 ..< 16` and `n` in `0 ..< 4`.
    @Test(
        arguments: [
            (0 - (x - 1), 1 - x), (32 - (x - 1), 33 - x), (x + 2 - x, 2), (x - 1 + 1, x), (-1 + x, x - 1),
            (x - 4 + 3, x - 1),
            (n * 8 % 8, 0), (n * 8 / 4, n * 2), (n * 6 / 4, n * 6 / 4), (x % 16, x), (x % 15, x % 15), (x / 16, 0),
            (.minimum(16, 64 - x), 16), (.minimum(64, 64 - x), 64 - x), (.maximum(0, x), x), (.maximum(x, 15), 15),
            (.maximum(0, 0 - (x - 1)), .maximum(0, 1 - x)), (.task * 3, .task * 3), ((x + n) * 0, 0),
            // Operands of a division are not negative, which is not known of these.
            ((x - n) / 32, (x - n) / 32), (y % 4, y % 4),
        ] as [(Index, Index)])
    func indices(index: Index, expected: Index) {
        let body: [Statement] = [
            .letIndex("n", .task),
            .loop(
                "x", from: 0, to: 16, step: 1,
                [
                    .loop(
                        "y", from: .batch - 4, to: .batch, step: 1,
                        [.store("out", index, .load("in", Self.y, width: 1))])
                ]),
        ]
        var found: Index?
        func look(_ statement: Statement) {
            switch statement {
            case .loop(_, _, _, _, let body): body.forEach(look)
            case .store(_, let index, _): found = index
            default: break
            }
        }
        simplified(body).forEach(look)
        #expect(found == expected)
    }

    /// The checker asks how far a callee goes, though no text says it.
    @Test func whatOnlyAnExtentNamesStays() {
        let body: [Statement] = [
            .letIndex("n", .batch + 1),
            .call("f", [.address("out", 0, extent: Self.n, access: .write)]),
        ]
        #expect(simplified(body) == body)
    }

    @Test func loopsOfOneRoundAreTheirBodies() {
        let store = { (index: Index) in Statement.store("out", index, 1) }
        #expect(simplified([.loop("x", from: 8, to: 12, step: 4, [store(Self.x)])]) == [store(8)])
        #expect(simplified([.unrolled("x", count: 1, [store(Self.x)])]) == [store(0)])
        #expect(simplified([.loop("x", from: 8, to: 8, step: 4, [store(Self.x)])]).isEmpty)
        let two = [Statement.loop("x", from: 8, to: 13, step: 4, [store(Self.x)])]
        #expect(simplified(two) == two)
        let unrolled = [Statement.unrolled("x", count: 2, [store(Self.x)])]
        #expect(simplified(unrolled) == unrolled, "what is unrolled stays so")
        // How often is known only when the kernel is called.
        let open = [Statement.loop("n", from: 0, to: .batch, step: 4, [store(Self.n)])]
        #expect(simplified(open) == open)
        #expect(simplified([store(.task)], tasksFixed: 1) == [store(0)], "there is one task")
        #expect(simplified([store(.task)], tasksPerSample: 1, tasksFixed: 0) == [store(.task)])
    }

    @Test func whatIsKnownGoesInward() {
        let rows = Index.variable("rows")
        let body: [Statement] = [
            .loop(
                "start", from: 0, to: 100, step: 100,
                [
                    .letIndex("rows", .minimum(100, 100 - .variable("start"))), .letIndex("unused", rows * .batch),
                    .loop("x", from: 0, to: rows, step: 1, [.store("out", Self.x + .variable("start"), 0)]),
                    .loop("x", from: rows, to: 100, step: 1, [.store("out", Self.x, 0)]),
                    .conditional(.less(.variable("start"), rows), [.store("out", rows, 1)], otherwise: []),
                    .conditional(.and(.less(rows, .batch), .lessOrEqual(0, rows)), [.comment("none")], otherwise: []),
                ])
        ]
        #expect(
            simplified(body) == [
                .loop("x", from: 0, to: 100, step: 1, [.store("out", Self.x, 0)]), .store("out", 100, 1),
            ])
    }

    @Test func namesOfJoinedBlocksStayApart() {
        let block = { (from: Int, to: Int) in
            Statement.loop(
                "x", from: Index(from), to: Index(to), step: 4,
                [
                    .declare("sum", width: 1, .load("in", Self.x, width: 1)),
                    .store("out", Self.x, .variable("sum", width: 1)),
                ])
        }
        let joined = { (name: String, index: Index) -> [Statement] in
            [.declare(name, width: 1, .load("in", index, width: 1)), .store("out", index, .variable(name, width: 1))]
        }
        #expect(simplified([block(0, 4), block(4, 8)]) == joined("sum_1", 0) + joined("sum", 4))
        // A name inside a block that ends before is no obstacle.
        #expect(simplified([block(0, 8), block(8, 12)]) == [block(0, 8)] + joined("sum", 8))
    }

    @Test("random kernels make the same bits and stay sound", arguments: [1, 4, 8])
    func randomKernels(width: Int) throws {
        var shorter = 0
        for seed in 0..<200 {
            let kernel = RandomKernel.make(seed: UInt64(seed), width: width)
            let other = kernel.simplified()
            let violations = verify(other, batchCapacity: 2, count: 2...9)
            #expect(violations.isEmpty, "\(kernel.name): \(violations)")
            for (batch, count) in [(2, 9), (1, 2)] {
                #expect(try bits(kernel, batch, count) == bits(other, batch, count), "\(kernel.name)")
            }
            let counts = [kernel, other].map { $0.body.reduce(0) { $0 + $1.statementCount } }
            #expect(counts[1] <= counts[0])
            if counts[1] < counts[0] { shorter += 1 }
        }
        #expect(shorter > 20, "\(shorter) kernels of 200 show little")
    }

    private func bits(_ kernel: Kernel, _ batch: Int, _ count: Int) throws -> [[UInt32]] {
        var operands = kernel.buffers.dropLast().map { buffer in
            (0..<buffer.extent).map { Float($0 % 13) - 5.5 }
        }
        let scalars = RuntimeScalar.allCases.enumerated().map { ($1, Float($0) + 0.5) }
        let evaluator = KernelEvaluator(
            batch: batch, count: count, scalars: Dictionary(uniqueKeysWithValues: scalars),
            functions: RandomKernel.functions)
        try evaluator.run(kernel, operands: &operands)
        // Any NaN is as good as another.
        return operands.map { $0.map { $0.isNaN ? UInt32.max : $0.bitPattern } }
    }
}
