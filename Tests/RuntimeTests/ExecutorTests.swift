import Runtime
import Testing

@Suite struct ExecutorTests {
    private let model: Model
    private let store: ParameterStore
    private let weights: [Float] = [1, 2, 3, 4, 5, 6]

    init() throws {
        model = try TestModel.load()
        store = try ParameterStore(model: model)
        try store.setValues(weights, of: "w")
        try store.setValues([10, 20, 30, 40, 50, 60], of: "v")
    }

    private func executor(_ plans: [String] = ["train"], threads: Int = 1, optimizer: String? = "plain") throws
        -> Executor
    {
        try Executor(model: model, parameters: store, plans: plans, threads: threads, optimizer: optimizer)
    }

    private func sample(_ index: Int) -> [Float] { (0..<TestModel.elements).map { Float(100 * index + $0) } }

    private func feed(_ executor: Executor, _ plan: PlanHandle, batch: Int) throws {
        for index in 0..<batch { try executor.write("x", plan: plan, sample: index, from: sample(index)) }
    }

    @Test(arguments: 1...4, [1, 3, 5])
    func eachTaskRunsOnceOnScratchOfItsThread(threads: Int, batch: Int) throws {
        let executor = try executor(threads: threads)
        let plan = try executor.plan("train")
        for run in 0..<20 {
            try feed(executor, plan, batch: batch)
            try executor.run(plan, batch: batch)
            let tasks = batch * TestModel.elements
            #expect(try executor.read("seen", plan: plan) == [Float](repeating: 1, count: tasks), "run \(run)")
            let owners = try executor.read("owner", plan: plan).map { Int($0) }
            // Scratches lie 128 bytes apart, modulo what a float can count.
            let distances = owners.map { owner in
                owners.map { abs(owner - $0) }.map { min($0, 0x10000 - $0) }.max() ?? 0
            }
            #expect(distances.allSatisfy { $0 < threads }, "run \(run): \(owners)")
        }
    }

    @Test(arguments: [1, 2, 3, 7, 16, 64])
    func resultsDoNotDependOnThreads(threads: Int) throws {
        let executor = try executor(threads: threads)
        let plan = try executor.plan("train")
        try feed(executor, plan, batch: 4)
        try executor.run(plan, batch: 4, scalars: .sgd(step: 1, learningRate: 0.5))
        let y = (0..<4).flatMap { zip(sample($0), weights).map(*) }
        #expect(try executor.read("y", plan: plan) == y)
        #expect(try executor.read("y", plan: plan, sample: 2) == Array(y[12..<18]))
        #expect(try executor.loss(plan) == y.reduce(0, +) / 4)
        let gradient = (0..<6).map { Float(150 + $0) }
        #expect(try executor.read("grad.w", plan: "train") == gradient)
        #expect(try store.values(of: "w") == zip(weights, gradient).map { $0 - 0.5 * $1 })
        let v: [Float] = [10, 20, 30, 40, 50, 60]
        #expect(try store.values(of: "v") == zip(v, gradient).map { $0 - 0.5 * $1 })
    }

    @Test func momentumLivesFromStepToStep() throws {
        let executor = try executor(optimizer: "sgd")
        #expect(store.momentCount == 1)
        for step in 1...2 {
            try feed(executor, try executor.plan("train"), batch: 1)
            let scalars = StepScalars.sgd(step: step, learningRate: 0.25, momentum: 0.5)
            try executor.run("train", batch: 1, scalars: scalars)
        }
        let gradient = sample(0)
        #expect(try store.moment(1, of: "w") == gradient.map { 1.5 * $0 })
        #expect(try store.moment(1, of: "v") == gradient.map { 1.5 * $0 })
        #expect(try store.values(of: "w") == zip(weights, gradient).map { $0 - 0.25 * 2.5 * $1 })
        store.resetMoments()
        #expect(try store.moment(1, of: "v") == [Float](repeating: 0, count: 6))
    }

    @Test func bothMomentsAndCorrectionsReachTheKernel() throws {
        let executor = try executor(threads: 2, optimizer: "adam")
        #expect(store.momentCount == 2)
        try store.setMoment(2, [1, 1, 1, 1, 1, 1], of: "v")
        try feed(executor, try executor.plan("train"), batch: 1)
        // Corrections of step 2: 1 - 0.5^2 and 1 - 0.75^2.
        let scalars = StepScalars.adam(step: 2, learningRate: 1, beta1: 0.5, beta2: 0.75)
        try executor.run("train", batch: 1, scalars: scalars)
        let gradient = sample(0)
        #expect(try store.moment(1, of: "w") == gradient.map { 0.5 * $0 })
        #expect(try store.moment(2, of: "v") == gradient.map { 1 + 0.25 * ($0 * $0 - 1) })
        #expect(try store.values(of: "w") == gradient.map { 0.5 * $0 / 0.75 + 0.25 * $0 * $0 / 0.4375 })
    }

    @Test func plansShareTheArenaAndStridesArePacked() throws {
        let executor = try executor(["train", "infer"], threads: 2)
        #expect(executor.memory.arena == 640)
        let infer = try executor.plan("infer")
        try feed(executor, infer, batch: 3)
        try executor.run(infer, batch: 3)
        let y = (0..<3).flatMap { zip(sample($0), weights).map(*) }
        #expect(try executor.read("y", plan: infer) == y)
        #expect(try executor.read("y", plan: infer, sample: 1) == Array(y[6..<12]))
    }

    @Test func inferenceNeedsNoOptimizer() throws {
        let executor = try executor(["infer"], optimizer: nil)
        #expect(executor.memory == (try MemoryUse(model: model, plans: ["infer"], threads: 1)))
        #expect(executor.memory.moments == 0)
        #expect(executor.memory.total == 512 + 128)
        let text = message { _ = try self.executor(optimizer: nil) }
        #expect(
            text == "plan \"train\" updates parameters, so that an optimizer has to be chosen: "
                + "known are \"plain\", \"sgd\" and \"adam\"")
    }

    #if arch(x86_64) || arch(arm64)
    @Test(arguments: 1...3)
    func denormalsAreZeroInKernelsOnly(threads: Int) throws {
        let executor = try executor(["infer"], threads: threads, optimizer: nil)
        let plan = try executor.plan("infer")
        let tiny = [Float](repeating: 1e-30, count: 6)
        try store.setValues(tiny, of: "w")
        for index in 0..<5 { try executor.write("x", plan: plan, sample: index, from: tiny.map { $0 * 1e20 }) }
        try executor.run(plan, batch: 5)
        #expect(try executor.read("y", plan: plan) == [Float](repeating: 0, count: 30))
        #expect(tiny.map { $0 * 1e20 * $0 }.allSatisfy { $0 > 0 }, "the caller keeps its denormals")
    }
    #endif

    @Test func profilesEveryStep() throws {
        let executor = try executor(threads: 2)
        let plan = try executor.plan("train")
        try feed(executor, plan, batch: 2)
        let seconds = try executor.runProfiled(plan, batch: 2)
        #expect(seconds.count == (try model.plan("train").steps.count))
        #expect(seconds.allSatisfy { $0 >= 0 && $0 < 10 }, "\(seconds)")
        #expect(try executor.read("seen", plan: plan) == [Float](repeating: 1, count: 12))
        #expect(MemoryUse.peakResidentBytes() > 1 << 20)
    }

    @Test(arguments: [0, 6, -1])
    func batchesMustFit(batch: Int) throws {
        let executor = try executor()
        let text = message { try executor.run("train", batch: batch) }
        #expect(text == "a batch of \(batch) does not fit: the model was compiled for 1 to 5 samples")
    }

    @Test func wrongNamesAndSizesAreExplained() throws {
        let executor = try executor()
        let plan = try executor.plan("train")
        #expect(
            message { try executor.write("image", plan: plan, sample: 0, from: sample(0)) }
                == "there is no input of plan \"train\" \"image\": known are \"x\"")
        #expect(
            message { try executor.write("x", plan: plan, sample: 5, from: sample(0)) }
                == "sample 5 of \"x\" does not fit: there is place for 0 to 4")
        #expect(
            message { try executor.write("x", plan: plan, sample: 0, from: [1]) }
                == "one sample of \"x\" of plan \"train\" takes 6 values, found 1")
        #expect(message { _ = try executor.read("z", plan: plan) }.contains("known are \"y\", \"seen\""))
        #expect(message { _ = try executor.plan("infer") } == "there is no plan \"infer\": known are \"train\"")
        #expect(message { _ = try self.executor(optimizer: "lamb") }.contains("there is no optimizer \"lamb\""))
        #expect(message { _ = try self.executor(threads: 0) }.contains("the number of threads is 0"))
    }

    @Test func resultsAreOnlyReadWhileTheyAreThere() throws {
        let executor = try executor(["train", "infer"])
        let (train, infer) = (try executor.plan("train"), try executor.plan("infer"))
        #expect(message { _ = try executor.loss(train) }.contains("gone or not there yet"))
        try feed(executor, train, batch: 2)
        try executor.run(train, batch: 2)
        #expect(message { _ = try executor.loss(train) } == "")
        #expect(message { _ = try executor.read("y", plan: train, sample: 2) }.contains("the last batch had 2"))
        #expect(message { _ = try executor.read("y", plan: infer) }.contains("gone or not there yet"))
        try feed(executor, infer, batch: 1)
        #expect(message { _ = try executor.loss(train) }.contains("gone or not there yet"))
    }

    @Test func anotherGraphsParametersAreRefused() throws {
        // A plan of one graph would reach beyond the other's memory.
        let other = try TestModel.load(defines: ["E=4"])
        let parameters = try ParameterStore(model: other)
        let text = message { _ = try Executor(model: model, parameters: parameters, plans: ["infer"], threads: 1) }
        #expect(text.contains("do not fit graph \"test\""), "\(text)")
    }
}
