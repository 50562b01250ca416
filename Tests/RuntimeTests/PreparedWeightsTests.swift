import Runtime
import TensorFiles
import Testing

@Suite struct PreparedWeightsTests {
    private let model: Model
    private let store: ParameterStore

    init() throws {
        // A library of its own, whose count no other test changes.
        model = try TestModel.load(defines: ["OWN_LIBRARY"])
        store = try ParameterStore(model: model, initialValues: .pytorch, seed: 1)
    }

    private func executor(
        _ preparedWeights: PreparedWeights, plans: [String] = ["train", "keep", "keep too"], threads: Int = 2
    ) throws -> Executor {
        try Executor(
            model: model, parameters: store, plans: plans, threads: threads,
            optimizer: plans.contains("train") ? "plain" : nil, preparedWeights: preparedWeights)
    }

    private func sample(_ index: Int) -> [Float] { (0..<TestModel.elements).map { Float(10 * index + $0) } }

    /// Runs a plan on its samples, checks what it computes, and returns how many preparations there have been so far.
    @discardableResult
    private func run(_ executor: Executor, _ plan: String = "keep", batch: Int = 2) throws -> Int {
        for index in 0..<batch { try executor.write("x", plan: plan, sample: index, from: sample(index)) }
        try executor.run(plan, batch: batch)
        let (w, v) = (try store.values(of: "w"), try store.values(of: "v"))
        let expected = (0..<batch).flatMap { index in
            sample(index).enumerated().map { 2 * w[$0] * $1 + 3 * v[$0] }
        }
        #expect(try executor.read("y", plan: plan) == expected)
        return Int(try executor.read("made", plan: plan)[0])
    }

    private func train(_ executor: Executor) throws {
        let before = try store.values(of: "w")
        try executor.write("x", plan: "train", sample: 0, from: sample(1))
        try executor.run("train", batch: 1, scalars: .sgd(step: 1, learningRate: 0.5))
        #expect(try store.values(of: "w") != before)
    }

    /// A file with parameters that differ from the store's.
    private func parameterFile() throws -> TensorFile {
        let path = try TemporaryFolder.make() + "/weights.safetensors"
        var writer = SafetensorsWriter()
        try ParameterStore(model: model, initialValues: .he, seed: 7).export(to: &writer)
        try writer.write(to: path)
        return try TensorFile(path: path)
    }

    @Test(arguments: 1...3)
    func preparationsAreLeftOutUntilParametersChange(threads: Int) throws {
        let executor = try executor(.kept, threads: threads)
        #expect(try run(executor) == 2)
        #expect(try run(executor, batch: 5) == 2, "other inputs, and more of them")
        #expect(try run(executor) == 2)
    }

    @Test func everyChangeOfParametersIsNoticed() throws {
        let executor = try executor(.kept)
        var count = try run(executor)
        let changes: [(String, () throws -> Void)] = [
            ("one is set", { try store.setValues([1, 2, 3, 4, 5, 6], of: "v") }),
            ("initial values", { store.initialize(.he, seed: 3) }),
            ("loading", { try store.load(try parameterFile()) }),
            ("a training step", { try train(executor) }),
            ("a training step of another executor", { try train(try self.executor(.recomputed)) }),
        ]
        for (name, change) in changes {
            try change()
            #expect(try run(executor) == count + 2, "\(name)")
            #expect(try run(executor) == count + 2, "\(name), then nothing")
            count += 2
        }
    }

    @Test func whatIsNoChangeIsNone() throws {
        let executor = try executor(.kept)
        #expect(try run(executor) == 2)
        try store.allocateMoments(1)
        try store.setMoment(1, [1, 2, 3, 4, 5, 6], of: "w")
        store.resetMoments()
        _ = try store.values(of: "w")
        #expect(message { try store.setValues([1], of: "w") } != "")
        let file = try parameterFile()
        #expect(message { try store.load(file, prefix: "other.") } != "")
        #expect(try run(executor) == 2)
    }

    @Test func recomputedMeansInEveryRun() throws {
        let executor = try executor(.recomputed)
        for runs in 1...3 { #expect(try run(executor) == 2 * runs) }
        try train(executor)
        #expect(try run(executor) == 8)
    }

    @Test func plansThatTakeTurnsPrepareAtEachTurn() throws {
        let executor = try executor(.kept)
        #expect(try run(executor, "keep") == 2)
        #expect(try run(executor, "keep too") == 4)
        #expect(try run(executor, "keep too") == 4)
        #expect(try run(executor, "keep") == 6)
    }

    @Test func theProfileTellsWhatDidNotRun() throws {
        let executor = try executor(.kept)
        try run(executor)
        let plan = try executor.plan("keep")
        try executor.write("x", plan: plan, sample: 0, from: sample(0))
        let seconds = try executor.runProfiled(plan, batch: 1)
        #expect(seconds.count == 5)
        #expect(seconds[0] == 0 && seconds[2] == 0)
        #expect(try executor.read("made", plan: plan) == [2])
    }

    @Test func memoryIsCounted() throws {
        let kept = try executor(.kept, plans: ["keep"], threads: 1).memory
        #expect(kept.arena == 260 && kept.prepared == 128)
        #expect(kept.total == 260 + 128 + model.parameterBytes + kept.moments)
        let recomputed = try executor(.recomputed, plans: ["keep"], threads: 1).memory
        #expect(recomputed.arena == 320 + 64 && recomputed.prepared == 0)
        let training = try executor(.recomputed).memory
        #expect(training.arena == 640, "the place of the largest fits into the arena of training")
        for policy in [PreparedWeights.kept, .recomputed] {
            let use = try MemoryUse(
                model: model, plans: ["train", "keep"], threads: 2, optimizer: "plain", preparedWeights: policy)
            #expect(try executor(policy, plans: ["train", "keep"]).memory == use)
        }
    }
}
