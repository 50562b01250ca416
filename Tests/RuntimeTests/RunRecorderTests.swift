import Base
import Runtime
import Testing

/// Records of when threads work on steps.
@Suite struct RunRecorderTests {
    private func executor(threads: Int) throws -> Executor {
        let model = try TestModel.load()
        let store = try ParameterStore(model: model)
        try store.setValues([1, 2, 3, 4, 5, 6], of: "w")
        return try Executor(
            model: model, parameters: store, plans: ["train", "infer"], threads: threads, optimizer: "plain")
    }

    private func run(_ executor: Executor, _ plan: PlanHandle, in recorder: RunRecorder?, label: Int) throws -> [Float]
    {
        for sample in 0..<5 {
            try executor.write(
                "x", plan: plan, sample: sample, from: (0..<TestModel.elements).map { Float(100 * sample + $0 + label) }
            )
        }
        let scalars = StepScalars.sgd(step: label, learningRate: 0.01)
        if let recorder {
            try executor.runRecorded(plan, batch: 5, scalars: scalars, label: label, in: recorder)
        } else {
            try executor.run(plan, batch: 5, scalars: scalars)
        }
        return try executor.read("y", plan: plan) + executor.parameters.values(of: "w")
    }

    @Test(arguments: 1...3)
    func everyTaskOfEveryStepIsNotedOnce(threads: Int) throws {
        let executor = try executor(threads: threads)
        let plan = try executor.plan("train")
        let recorder = try RunRecorder(plan, of: executor, capacity: 3)
        let before = monotonicNanoseconds()
        for label in 7...9 { _ = try run(executor, plan, in: recorder, label: label) }
        let after = monotonicNanoseconds()
        #expect(recorder.runs.map(\.label) == [7, 8, 9] && recorder.runs.allSatisfy { $0.batch == 5 })
        var end = before
        for index in recorder.runs.indices {
            let slices = recorder.slices(of: index)
            for (place, step) in recorder.plan.steps.enumerated() {
                let own = slices.filter { $0.step == place }
                #expect(own.reduce(0) { $0 + $1.tasks } == step.tasks(batch: 5), "\(step.name) of run \(index)")
                #expect(Set(own.map(\.thread)).count == own.count, "\(step.name) of run \(index): \(own)")
                #expect(own.allSatisfy { end <= $0.begin && $0.begin <= $0.end }, "\(step.name): \(own), after \(end)")
                end = own.map(\.end).max() ?? end
            }
        }
        #expect(end <= after)
    }

    @Test func whatIsComputedIsTheSame() throws {
        let (plain, recorded) = (try executor(threads: 2), try executor(threads: 2))
        let recorder = try RunRecorder(try recorded.plan("train"), of: recorded, capacity: 2)
        for label in 1...4 {
            let expected = try run(plain, try plain.plan("train"), in: nil, label: label)
            let found = try run(recorded, try recorded.plan("train"), in: recorder, label: label)
            #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "run \(label)")
        }
        #expect(recorder.runs.map(\.label) == [1, 2], "a full recorder takes no more")
    }

    @Test func ofAnotherPlanNothingIsRecorded() throws {
        let executor = try executor(threads: 1)
        let recorder = try RunRecorder(try executor.plan("train"), of: executor, capacity: 1)
        let error = #expect(throws: RuntimeError.self) {
            try executor.runRecorded(try executor.plan("infer"), batch: 1, label: 1, in: recorder)
        }
        #expect(error?.message.contains("made for plan \"train\"") == true)
        #expect(throws: RuntimeError.self, "more memory than there is") {
            try RunRecorder(try executor.plan("train"), of: executor, capacity: .max)
        }
    }

    @Test(arguments: [
        ("enc1_1", "enc1_1"), ("enc1_1#1", "enc1_1"), ("grad.enc1_1.weight#2", "enc1_1"),
        ("update.enc1_1.bias", "enc1_1"),
        ("d_enc1_1.conv", "enc1_1"), ("dec.conv1.nchw8c", "dec.conv1"), ("d_joined#1", "joined"), ("d_d_x", "d_x"),
        ("", ""),
    ])
    func stepsBelongToLayers(name: String, layer: String) throws {
        var plan = try TestModel.load().plan("train")
        let step = plan.steps[0]
        plan.steps = ["enc1_1#1", "enc1_1", "dec.conv1", name].map {
            var step = step
            step.name = $0
            step.operation = $0.hasSuffix("c") ? "relayout" : "conv"
            step.phase = $0 == name && name.hasPrefix("d_") ? .backward : .forward
            if name.hasPrefix("grad") || name.hasPrefix("update"), $0 == name { step.phase = .update }
            return step
        }
        #expect(plan.layers.last == layer)
    }
}
