import Driver
import Foundation
import Runtime
import Strategy
import TestSupport
import Testing

@testable import unetc

/// A bundle that learns takes the trainer's steps.
@Suite(.serialized) struct BundleTrainingTests {
    private static let steps = 3

    /// Its channels fit vectors: of others the trainer's products are OpenBLAS's.
    private static let changing = BundleNets.changing(
        "changing", channels: 3,
        train: "train { optimizer: sgd(lr: 1e-2, momentum: 0.9, weight_decay: 1e-3)   batch: 6   seed: 77 }")

    @Test(arguments: [BundleNets.tiny, changing])
    func stepsHaveTheBitsOfTheTrainer(_ net: BundledLibrary.Net) throws {
        let folder = try TemporaryFolder()
        var learner = net
        learner.flags = ["--train", "--tile", "none"]
        let library = try BundledLibrary(learner, in: folder)
        let graph = "\(folder.path)/\(net.name).graph"
        let session = try Session(path: graph, overrides: [])
        let batch = min(4, session.graph.training.batch)
        let data = try Data(session, batch: batch)
        try writeFloats(data.inputs, to: folder.path + "/inputs")
        try writeFloats(data.targets, to: folder.path + "/targets")
        let program = try library.program(BundledLibrary.source("training.c"))
        let learned = folder.path + "/learned"
        let said = try BundledLibrary.run([
            program, library.weights, folder.path + "/inputs", folder.path + "/targets", "\(batch)", "\(Self.steps)",
            "0.01", learned,
        ])
        let losses = said.split(separator: "\n").compactMap { Float($0) }

        let expected = try trained(session, data, batch: batch)
        #expect(losses == expected.losses, "\(said)")
        let file = try readBytes(learned)
        for info in expected.model.parameters {
            let values = try expected.parameters.values(of: info.name)
            let start = 128 + info.offset
            let found: [UInt32] = values.indices.map { index in
                file[start + 4 * index..<start + 4 * index + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
            }
            #expect(found == values.map(\.bitPattern), "\(info.name)")
        }
        #expect(try readBytes(library.weights) != file, "nothing was learned")
    }

    /// Inputs and targets of all steps.
    private struct Data {
        var inputs: [Float]
        var targets: [Float]

        init(_ session: Session, batch: Int) throws {
            let needs = try session.dataNeeds()
            let count = BundleTrainingTests.steps * batch
            var state: UInt32 = 7
            func next() -> UInt32 {
                state = state &* 1_664_525 &+ 1_013_904_223
                return state >> 8
            }
            inputs = (0..<count * needs.input.reduce(1, *)).map { _ in Float(next()) / Float(1 << 24) }
            let classes = UInt32(needs.classes ?? 2)
            targets = (0..<count * (needs.target?.shape.reduce(1, *) ?? 0)).map { _ in Float(next() >> 8 % classes) }
        }
    }

    /// What the trainer's plan makes of the same.
    private func trained(
        _ session: Session, _ data: Data, batch: Int
    ) throws -> (model: Model, parameters: ParameterStore, losses: [Float]) {
        var options = CompileOptions(target: .native(), jobs: 2)
        options.plans = [.train]
        options.avoidsBLAS = true
        let model = try Model.load(path: try session.compileSharedObject(options).product)
        let parameters = try ParameterStore(model: model)
        for info in model.parameters { try parameters.setValues(session.initialValues(of: info.name), of: info.name) }
        let training = session.graph.training
        let executor = try Executor(
            model: model, parameters: parameters, plans: ["train"], threads: 2, optimizer: training.optimizer.name)
        let plan = try executor.plan("train")
        let feeds = try model.plan("train").inputs
        var losses: [Float] = []
        for step in 0..<Self.steps {
            for tensor in feeds {
                let values = tensor.role == .target ? data.targets : data.inputs
                for sample in 0..<batch {
                    let start = (step * batch + sample) * tensor.elementCount
                    try executor.withInput(tensor.name, plan: plan, sample: sample) {
                        _ = $0.update(fromContentsOf: values[start..<start + tensor.elementCount])
                    }
                }
            }
            var scalars = StepScalars.adam(step: step + 1, learningRate: 0.01)
            if case .sgd(_, let momentum, let decay) = training.optimizer {
                scalars = .sgd(step: step + 1, learningRate: 0.01, momentum: momentum, weightDecay: decay)
            }
            scalars.seed = training.seed
            try executor.run(plan, batch: batch, scalars: scalars)
            losses.append(Float(try executor.loss(plan)))
        }
        return (model, parameters, losses)
    }

    private func writeFloats(_ values: [Float], to path: String) throws {
        let bytes = values.withUnsafeBytes { Array($0) }
        try #require(FileManager.default.createFile(atPath: path, contents: Foundation.Data(bytes)))
    }
}
