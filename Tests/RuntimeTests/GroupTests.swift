import Testing

@testable import Runtime

/// Steps that may run at the same time.
@Suite struct GroupTests {
    private static let pairs = ["UPDATE_BESIDE=1", "WEIGHT=2.5"]

    private func executor(_ defines: [String], threads: Int) throws -> Executor {
        let model = try TestModel.load(defines: defines)
        let store = try ParameterStore(model: model)
        try store.setValues([1, 2, 3, 4, 5, 6], of: "w")
        try store.setValues([6, 5, 4, 3, 2, 1], of: "v")
        return try Executor(model: model, parameters: store, plans: ["train"], threads: threads, optimizer: "plain")
    }

    private func feed(_ executor: Executor, _ plan: PlanHandle) throws {
        for sample in 0..<5 {
            try executor.write(
                "x", plan: plan, sample: sample, from: (0..<TestModel.elements).map { Float(10 * sample + $0) })
        }
    }

    private func results(_ executor: Executor, _ plan: PlanHandle) throws -> [UInt32] {
        try ["w", "v"].flatMap { try executor.parameters.values(of: $0) }.map(\.bitPattern)
            + executor.read("y", plan: plan).map(\.bitPattern)
    }

    @Test func theTablesSayWhichStepsAreOne() throws {
        let together = try executor(Self.pairs, threads: 1)
        let apart = try executor([], threads: 1)
        let plan = try together.plan("train")
        let (groups, others) = (try together.bound(plan).groups, try apart.bound(plan).groups)
        #expect(groups == [0..<1, 1..<2, 2..<3, 3..<4, 4..<6])
        #expect(others == (0..<6).map { $0..<$0 + 1 })
        #expect(together.model.plans[0].steps.map(\.isBeside) == [false, false, false, false, false, true])
        #expect(together.model.plans[0].steps[5].taskWeight == 2.5)
    }

    @Test(arguments: [1, 2, 3, 7], [false, true])
    func theBitsAreThoseOfStepsInTurn(threads: Int, inTurn: Bool) throws {
        let together = try executor(Self.pairs, threads: threads)
        together.runsGroupsInTurn = inTurn
        let apart = try executor([], threads: 1)
        for executor in [together, apart] {
            let plan = try executor.plan("train")
            for step in 1...3 {
                try feed(executor, plan)
                try executor.run(plan, batch: 5, scalars: .sgd(step: step, learningRate: 0.01))
            }
        }
        let plan = try apart.plan("train")
        let (found, expected) = (try results(together, plan), try results(apart, plan))
        #expect(found == expected)
    }

    /// Looks come behind the group, for each of its steps; times of its steps are shares of its own.
    @Test(arguments: 1...3)
    func everyStepIsLookedAtAndTimed(threads: Int) throws {
        let executor = try executor(Self.pairs, threads: threads)
        let plan = try executor.plan("train")
        try feed(executor, plan)
        var seen: [Int] = []
        let scalars = StepScalars.sgd(step: 1, learningRate: 0.01)
        try executor.run(plan, batch: 5, scalars: scalars) { seen.append($0) }
        #expect(seen == Array(0..<6))
        let seconds = try executor.runProfiled(plan, batch: 5, scalars: scalars)
        #expect(seconds.count == 6 && seconds.allSatisfy { $0 >= 0 })
        let recorder = try RunRecorder(plan, of: executor, capacity: 1)
        try executor.runRecorded(plan, batch: 5, scalars: scalars, label: 1, in: recorder)
        let slices = recorder.slices(of: 0)
        for (place, step) in recorder.plan.steps.enumerated() {
            let tasks = slices.filter { $0.step == place }.reduce(0) { $0 + $1.tasks }
            #expect(tasks == step.tasks(batch: 5), "\(step.name)")
        }
    }

    @Test(arguments: ["Z_BESIDE=1", "UPDATE_BESIDE=1' '-DWEIGHT=-1"])
    func wrongGroupsAreRefused(define: String) throws {
        #expect(throws: RuntimeError.self) { try TestModel.load(defines: [define]) }
    }
}
