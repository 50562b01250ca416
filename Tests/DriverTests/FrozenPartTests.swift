import Base
import Driver
import Passes
import Runtime
import Strategy
import TestSupport
import Testing

extension CompiledTests {
    /// Nets that are trained in parts.
    @Suite struct FrozenPartTests {
        private static let text = """
            graph frozen {
              input fz_x: [3, 8, 8]
              target fz_t: [2, 8, 8]
              enc_c1 = conv(fz_x, 8, kernel: 3, padding: 1)
              enc_a = relu(batch_norm(enc_c1))
              enc_c2 = conv(enc_a, 8, kernel: 3, padding: 1)
              enc_b = relu(batch_norm(enc_c2))
              dec_c1 = conv(enc_b, 8, kernel: 3, padding: 1)
              dec_a = relu(batch_norm(dec_c1))
              out = conv(dec_a, 2, kernel: 1)
              output fz_y = out
              loss mse(out, fz_t)
            }
            """

        private func compiled(_ frozen: [String], plans: [PlanKind] = [.train, .forward]) throws -> CompiledGraph {
            try CompiledGraph(
                Self.text, plans: plans, batch: 4, name: "frozen.graph", frozen: frozen.map(NamePattern.init))
        }

        @Test(arguments: ["adam", "sgd"]) func frozenPartsStayAndTakeNoMemory(optimizer: String) throws {
            let whole = try compiled([]).model
            let model = try compiled(["enc_*"]).model
            #expect(model.graphHash == whole.graphHash, "checkpoints of one are those of the other")
            let (all, part) = (
                try MemoryUse(model: whole, plans: ["train"], threads: 1, optimizer: optimizer),
                try MemoryUse(model: model, plans: ["train"], threads: 1, optimizer: optimizer)
            )
            #expect(part.moments < all.moments && part.arena < all.arena)
            #expect(model.trainedParameters.allSatisfy { !$0.name.hasPrefix("enc_") })
            let parameters = try ParameterStore(model: model, initialValues: .he, seed: 3)
            let before = try model.parameters.map { try parameters.values(of: $0.name) }
            let executor = try Executor(
                model: model, parameters: parameters, plans: ["train"], threads: 2, optimizer: optimizer)
            let plan = try executor.plan("train")
            for step in 1...3 {
                for sample in 0..<4 {
                    let picture = (0..<192).map { Float(($0 * 7 + sample + step) % 11) / 11 }
                    try executor.write("fz_x", plan: plan, sample: sample, from: picture)
                    try executor.write("fz_t", plan: plan, sample: sample, from: [Float](repeating: 1, count: 128))
                }
                let scalars =
                    optimizer == "adam"
                    ? StepScalars.adam(step: step, learningRate: 0.1)
                    : .sgd(step: step, learningRate: 0.1, momentum: 0.9)
                try executor.run(plan, batch: 4, scalars: scalars)
            }
            for (parameter, values) in zip(model.parameters, before) {
                let isSame = try parameters.values(of: parameter.name) == values
                #expect(isSame == parameter.name.hasPrefix("enc_"), "\(parameter.name)")
            }
            #expect(throws: RuntimeError.self) { try parameters.moment(1, of: "enc_c1.weight") }
            #expect(try parameters.moment(1, of: "out.weight").contains { $0 != 0 })
        }
    }
}
