import Base
import Testing

@testable import Runtime

/// What each task takes, noted by one thread.
@Suite struct TaskTimesTests {
    private func executor(threads: Int) throws -> Executor {
        let model = try TestModel.load()
        let store = try ParameterStore(model: model)
        try store.setValues([1, 2, 3, 4, 5, 6], of: "w")
        return try Executor(
            model: model, parameters: store, plans: ["train", "infer"], threads: threads, optimizer: "plain")
    }

    private func write(_ executor: Executor, _ plan: PlanHandle) throws {
        for sample in 0..<5 {
            try executor.write(
                "x", plan: plan, sample: sample, from: (0..<TestModel.elements).map { Float(100 * sample + $0) })
        }
    }

    @Test(arguments: 1...3)
    func everyTaskIsNotedAndNothingElseChanges(threads: Int) throws {
        let (plain, timed) = (try executor(threads: threads), try executor(threads: threads))
        let plan = try timed.plan("train")
        let times = try TaskTimes(plan, of: timed, batch: 5, capacity: 2)
        let before = monotonicNanoseconds()
        for step in 1...3 {
            let scalars = StepScalars.sgd(step: step, learningRate: 0.01)
            for one in [plain, timed] { try write(one, try one.plan("train")) }
            try plain.run("train", batch: 5, scalars: scalars)
            try timed.runTimingTasks(plan, batch: 5, scalars: scalars, in: times)
            let (expected, found) = (try plain.parameters.values(of: "w"), try timed.parameters.values(of: "w"))
            #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "step \(step)")
        }
        let passed = monotonicNanoseconds() - before
        #expect(times.runs == 2, "times that are full take no more")
        var sum = 0
        for (place, step) in times.plan.steps.enumerated() {
            let runs = times.nanoseconds(of: place)
            #expect(runs.map(\.count) == [step.tasks(batch: 5), step.tasks(batch: 5)], "\(step.name)")
            #expect(runs.joined().allSatisfy { $0 >= 0 })
            sum += runs.joined().reduce(0, +)
        }
        #expect(sum > 0 && sum <= passed)
    }

    @Test func ofOtherPlansAndBatchesNothingIsNoted() throws {
        let executor = try executor(threads: 1)
        let times = try TaskTimes(try executor.plan("train"), of: executor, batch: 5, capacity: 1)
        for (plan, batch) in [("infer", 5), ("train", 4)] {
            let error = #expect(throws: RuntimeError.self) {
                try executor.runTimingTasks(try executor.plan(plan), batch: batch, in: times)
            }
            #expect(error?.message.contains("plan \"train\" with 5 samples") == true)
        }
        #expect(throws: RuntimeError.self, "more memory than there is") {
            try TaskTimes(try executor.plan("train"), of: executor, batch: 5, capacity: .max)
        }
    }

    @Test func aHopTakesTime() throws {
        let hop = try measuredHop()
        #expect(hop > 1e-10 && hop < 1e-2, "\(hop) seconds")
    }
}
