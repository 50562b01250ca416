import Runtime
import Testing

/// Running with a look at every result.
@Suite struct WatchingTests {
    private let model: Model
    private let store: ParameterStore
    private let executor: Executor
    private let plan: PlanHandle

    init() throws {
        model = try TestModel.load()
        store = try ParameterStore(model: model)
        executor = try Executor(model: model, parameters: store, plans: ["train"], threads: 2, optimizer: "plain")
        plan = try executor.plan("train")
        try store.setValues([1, 2, 3, 4, 5, 6], of: "w")
    }

    private func feed(_ values: [[Float]]) throws {
        for (sample, row) in values.enumerated() { try executor.write("x", plan: plan, sample: sample, from: row) }
    }

    @Test func goodNumbersAreAsWithoutALook() throws {
        let rows: [[Float]] = [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]]
        let scalars = StepScalars.sgd(step: 1, learningRate: 0.25)
        try feed(rows)
        try executor.run(plan, batch: 2, scalars: scalars)
        let expected = try (executor.read("y", plan: plan), executor.loss(plan), store.values(of: "w"))
        try store.setValues([1, 2, 3, 4, 5, 6], of: "w")
        try store.setValues([0, 0, 0, 0, 0, 0], of: "v")
        try feed(rows)
        #expect(try executor.runWatched(plan, batch: 2, scalars: scalars) == nil)
        #expect(try executor.read("y", plan: plan) == expected.0)
        #expect(try executor.loss(plan) == expected.1)
        #expect(try store.values(of: "w") == expected.2)
    }

    @Test(arguments: [Float.infinity, -.infinity, .nan])
    func theFirstBadResultIsNamed(value: Float) throws {
        try feed([[1, 2, 3, 4, 5, 6], [6, 5, value, 3, 2, 1]])
        let broken = try #require(try executor.runWatched(plan, batch: 2))
        #expect(broken.step.name == "y" && broken.step.source == "t:2" && broken.tensor == "y")
        #expect(value.isNaN ? broken.value.isNaN : broken.value == value)
    }

    /// Places of samples that are not in the batch hold what they like.
    @Test func samplesBeyondTheBatchDoNotCount() throws {
        try feed([[1, 2, 3, 4, 5, 6], [.nan, .nan, .nan, .nan, .nan, .nan]])
        try executor.run(plan, batch: 2)
        try store.setValues([1, 2, 3, 4, 5, 6], of: "w")
        try store.setValues([0, 0, 0, 0, 0, 0], of: "v")
        try feed([[1, 2, 3, 4, 5, 6]])
        #expect(try executor.runWatched(plan, batch: 1) == nil)
    }

    @Test func updatesAreLookedAt() throws {
        try feed([[1, 2, 3, 4, 5, 1e30]])
        let scalars = StepScalars.sgd(step: 1, learningRate: 1e30)
        let broken = try #require(try executor.runWatched(plan, batch: 1, scalars: scalars))
        #expect(broken.step.name == "update w" && broken.tensor == "w" && broken.value == -.infinity)
    }
}
