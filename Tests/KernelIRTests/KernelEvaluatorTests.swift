import KernelIR
import Testing

@Suite("The evaluator")
struct KernelEvaluatorTests {
    private let i = Index.variable("i")

    private func kernel(_ body: [Statement]) -> Kernel {
        Kernel(
            name: "subject",
            buffers: [
                Buffer("y", access: .write, extent: 4), Buffer("x", access: .read, extent: 4),
                Buffer("scratch", access: .workspace, extent: 2),
            ],
            tasksPerSample: 2, body: body)
    }

    @Test("executes all tasks")
    func tasks() throws {
        var operands: [[Float]] = [[0, 0, 0, 0], [1, 2, 3, 4]]
        let body: [Statement] = [.store("y", .task, .load("x", .task, width: 1) * .scalar(.beta1) + .number(.count))]
        try KernelEvaluator(batch: 2, count: 100, scalars: [.beta1: 10]).run(kernel(body), operands: &operands)
        #expect(operands == [[110, 120, 130, 140], [1, 2, 3, 4]])
    }

    @Test("fuses multiplications and additions")
    func fused() throws {
        let tiny = Float(1).ulp
        var operands: [[Float]] = [[0, 0, 0, 0], [1 + tiny, 1 - tiny, -1, 0]]
        let x = (0..<3).map { Expression.load("x", .literal($0), width: 1) }
        try KernelEvaluator(batch: 1).run(
            kernel([.store("y", 0, .fusedMultiplyAdd(x[0], x[1], x[2]))]), operands: &operands)
        #expect(operands[0][0] == -tiny * tiny)
    }

    @Test("random numbers depend on seed, step, key and place alone")
    func randomNumbers() throws {
        let numbers = { (seed: UInt64, step: Int64, key: UInt64, stride: Int) throws -> [Float] in
            var evaluator = KernelEvaluator(batch: 1)
            (evaluator.seed, evaluator.step) = (seed, step)
            var operands: [[Float]] = [[0, 0, 0, 0], [1, 2, 3, 4]]
            let body: [Statement] = [.store("y", 0, .uniform(key: key, first: 5, stride: stride, width: 4))]
            try evaluator.run(kernel(body), operands: &operands)
            return operands[0]
        }
        let found = try numbers(1, 2, 3, 1)
        #expect(try numbers(1, 2, 3, 1) == found)
        for other in try [numbers(4, 2, 3, 1), numbers(1, 4, 3, 1), numbers(1, 2, 4, 1)] {
            #expect(zip(other, found).allSatisfy { $0 != $1 })
        }
        #expect(try numbers(1, 2, 3, 2).first == found.first)
        #expect(try numbers(1, 2, 3, 2)[1] == found[2])
    }

    @Test("a workspace starts as NaN")
    func workspace() throws {
        var operands: [[Float]] = [[0, 0, 0, 0], [1, 2, 3, 4]]
        try KernelEvaluator(batch: 1).run(kernel([.store("y", 0, .load("scratch", 1, width: 1))]), operands: &operands)
        #expect(operands[0][0].isNaN)
    }

    @Test(
        "mistakes are errors that say where",
        arguments: [
            (Statement.store("y", 4, 1), "\"y\"[4 ..< 5] is outside its 4 floats"),
            (.store("y", 0, .horizontalSum(.load("x", 1, width: 4))), "\"x\"[1 ..< 5] is outside its 4 floats"),
            (.letIndex("n", 1 / .task), "1 / 0 is not defined"),
            (.assign("n", 1), "\"n\" is not declared"),
            (.call("gone", []), "the evaluator was given no function \"gone\""),
        ])
    func errors(statement: Statement, message: String) throws {
        var operands: [[Float]] = [[0, 0, 0, 0], [1, 2, 3, 4]]
        let error = #expect(throws: KernelEvaluationError.self) {
            try KernelEvaluator(batch: 1).run(kernel([statement]), operands: &operands)
        }
        #expect(error?.message == message)
        #expect(error?.description.hasPrefix("kernel \"subject\", task 0, in \"") == true)
        #expect(operands.count == 2)
    }
}
