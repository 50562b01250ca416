import Testing

@testable import Runtime

/// Sums of gradients and averages of parameters.
@Suite struct GradientSumTests {
    private let model: Model
    private let store: ParameterStore
    private static let w: [Float] = [1, 2, 3, 4, 5, 6]
    private static let v: [Float] = [10, 20, 30, 40, 50, 60]

    init() throws {
        model = try TestModel.load()
        store = try ParameterStore(model: model)
        try store.setValues(Self.w, of: "w")
        try store.setValues(Self.v, of: "v")
    }

    private func executor(
        _ extras: TrainingExtras = TrainingExtras(sumsGradients: true), threads: Int = 1, optimizer: String = "sgd",
        parameters: ParameterStore? = nil
    ) throws -> Executor {
        try Executor(
            model: model, parameters: parameters ?? store, plans: ["train"], threads: threads, optimizer: optimizer,
            extras: extras)
    }

    /// A run whose gradient of both parameters is `x`.
    private func run(_ executor: Executor, _ x: [Float], _ scalars: StepScalars) throws {
        try executor.write("x", plan: "train", sample: 0, from: x)
        try executor.run("train", batch: 1, scalars: scalars)
    }

    @Test(arguments: 1...3)
    func stepsUseTheWeightedSum(threads: Int) throws {
        let executor = try executor(threads: threads)
        var scalars = StepScalars.sgd(step: 1, learningRate: 0.5, momentum: 0.5)
        scalars.gradientWeight = 0.25
        for step in 0..<2 {
            scalars.keepsGradients = false
            try run(executor, [4, 0, 0, 0, 0, 8], scalars)
            scalars.keepsGradients = true
            try run(executor, [0, 0, 12, 0, 0, 8], scalars)
            #expect(try store.values(of: "w")[1...] == Self.w[1...] || step > 0, "nothing before the step")
            // Both parameters have the gradient 1, 0, 3, 0, 0, 4.
            #expect(try executor.gradientNorm() == 52.0.squareRoot())
            #expect(try executor.read("loss", plan: "train").count == 1, "results stay readable")
            try executor.applyUpdates(scalars: scalars)
        }
        // Momentum: one step of the gradient, then one and a half.
        #expect(try store.values(of: "w") == [1 - 1.25, 2, 3 - 3.75, 4, 5, 6 - 5])
        #expect(try store.values(of: "v") == [10 - 1.25, 20, 30 - 3.75, 40, 50, 60 - 5])
    }

    @Test func gradientsAreScaled() throws {
        let executor = try executor(optimizer: "plain")
        var scalars = StepScalars.sgd(step: 1, learningRate: 1)
        try run(executor, [1, 1, 1, 1, 1, 1], scalars)
        scalars.gradientScale = 0.25
        try executor.applyUpdates(scalars: scalars)
        #expect(try store.values(of: "w") == Self.w.map { $0 - 0.25 })
    }

    @Test func aSumOfOneRunIsThePlainStep() throws {
        let plainStore = try ParameterStore(model: model)
        for name in ["w", "v"] { try plainStore.setValues(store.values(of: name), of: name) }
        let plain = try executor(TrainingExtras(), parameters: plainStore)
        let summing = try executor()
        for step in 1...3 {
            let scalars = StepScalars.sgd(step: step, learningRate: 0.3, momentum: 0.7)
            let x = (0..<6).map { Float(step * $0) / 7 }
            try run(plain, x, scalars)
            try run(summing, x, scalars)
            try summing.applyUpdates(scalars: scalars)
        }
        #expect(try store.values(of: "w") == plainStore.values(of: "w"))
        #expect(try store.moment(1, of: "v") == plainStore.moment(1, of: "v"))
    }

    @Test func normsThatAreNoNumbersAreSeen() throws {
        let executor = try executor()
        try run(executor, [1, .infinity, 1, 1, 1, 1], .sgd(step: 1, learningRate: 1))
        #expect(try executor.gradientNorm() == .infinity)
        try run(executor, [1, .nan, 1, 1, 1, 1], .sgd(step: 1, learningRate: 1))
        #expect(try executor.gradientNorm().isNaN)
        // The next sum begins anew.
        try run(executor, [1, 0, 0, 0, 0, 0], .sgd(step: 1, learningRate: 1))
        #expect(try executor.gradientNorm() == 2.0.squareRoot())
    }

    @Test(arguments: 1...3)
    func averagesFollowAndChangePlaces(threads: Int) throws {
        let executor = try executor(TrainingExtras(averagesParameters: true), threads: threads)
        #expect(try store.average(of: "w") == Self.w, "it starts at the parameters")
        try store.setValues(Self.w.map { $0 + 8 }, of: "w")
        var scalars = StepScalars()
        scalars.averageWeight = 0.25
        try executor.averageParameters(scalars: scalars)
        #expect(try store.average(of: "w") == Self.w.map { $0 + 2 })
        #expect(try store.average(of: "v") == Self.v)
        let version = store.parameters.version
        store.exchangeAverage()
        #expect(store.parameters.version != version, "what was prepared from parameters is stale")
        #expect(try store.values(of: "w") == Self.w.map { $0 + 2 })
        #expect(try store.average(of: "w") == Self.w.map { $0 + 8 })
        store.exchangeAverage()
        #expect(try store.values(of: "w") == Self.w.map { $0 + 8 })
    }

    @Test func memoryIsTakenOnlyWhenAskedFor() throws {
        let memory = { (extras: TrainingExtras) in
            try MemoryUse(model: model, plans: ["train"], threads: 1, optimizer: "sgd", extras: extras)
        }
        let plain = try memory(TrainingExtras())
        #expect(plain.sums == 0 && plain.average == 0 && plain.kept == 0)
        let sums = try memory(TrainingExtras(sumsGradients: true))
        #expect(sums.total == plain.total + model.parameterBytes)
        let both = try memory(TrainingExtras(sumsGradients: true, averagesParameters: true))
        #expect(both.total == plain.total + 2 * model.parameterBytes)
    }

    @Test func whatIsNotThereIsSaid() throws {
        let plain = try executor(TrainingExtras())
        #expect(throws: RuntimeError.self) { try plain.gradientNorm() }
        #expect(throws: RuntimeError.self) { try plain.applyUpdates(scalars: StepScalars()) }
        #expect(throws: RuntimeError.self) { try plain.averageParameters(scalars: StepScalars()) }
        #expect(throws: RuntimeError.self) { try store.average(of: "w") }
        let old = try TestModel.load(defines: ["ADD_UP=NULL", "FOLLOW=NULL"])
        for extras in [TrainingExtras(sumsGradients: true), TrainingExtras(averagesParameters: true)] {
            let error = #expect(throws: RuntimeError.self) {
                try Executor(
                    model: old, parameters: ParameterStore(model: old), plans: ["train"], threads: 1,
                    optimizer: "sgd", extras: extras)
            }
            #expect(error?.message.contains("compile the graph again") == true)
        }
    }

    @Test(arguments: [(0.9, 0), (0.9, 1), (0.999, 7), (0.999, 1000), (0.5, 30), (0.0, 3)])
    func powersAreProducts(base: Double, exponent: Int) {
        let expected = (0..<exponent).reduce(1.0) { product, _ in product * base }
        #expect(abs(Powers.power(base, exponent) - expected) <= 1e-13 * expected)
    }
}
