import Driver
import Runtime
import TensorFiles
import TestSupport
import Testing

extension CompiledTests {
    /// Running means and variances are parameters, but not of the optimiser.
    @Suite struct RunningMomentsTests {
        private static let text = """
            graph bn {
              input v_x: [3, 4, 5]
              target v_t: [2, 4, 5]
              v_a = conv(v_x, 2, kernel: 1)
              v_b = batch_norm(v_a, momentum: 0.25)
              output v_y = v_b
              loss mse(v_b, v_t)
            }
            """

        /// Weights that come without them will do for gradients, and for nothing else.
        @Test func weightsWithoutThem() throws {
            let model = try CompiledGraph(Self.text, plans: [.gradients, .forward], batch: 2, name: "bn.graph").model
            let parameters = try ParameterStore(model: model, initialValues: .he, seed: 0)
            let path = try TestFolder.write("", name: "without.safetensors")
            var writer = SafetensorsWriter()
            for name in ["v_a.bias", "v_b.weight", "v_b.bias"] { try writer.add(name, shape: [2], values: [3, 4]) }
            try writer.add("v_a.weight", shape: [2, 3, 1, 1], values: Array(repeating: 2, count: 6))
            try writer.write(to: path)
            let file = try TensorFile(path: path)
            #expect(throws: RuntimeError.self) { try parameters.load(file) }
            #expect(try parameters.values(of: "v_b.weight") == [1, 1], "nothing has changed")
            try parameters.load(file, needsRunningMoments: false)
            #expect(try parameters.values(of: "v_b.weight") == [3, 4])
            #expect(try parameters.values(of: "v_b.running_mean") == [0, 0])
            #expect(try parameters.values(of: "v_b.running_var") == [1, 1])
        }

        /// Training counts them up; gradients and evaluation leave them alone.
        @Test func onlyTrainingMovesThem() throws {
            let compiled = try CompiledGraph(
                Self.text, plans: [.train, .gradients, .forward], batch: 2, name: "bn.graph")
            let model = compiled.model
            let parameters = try ParameterStore(model: model, initialValues: .he, seed: 0)
            let executor = try Executor(
                model: model, parameters: parameters, plans: ["train", "gradients", "forward"], threads: 2,
                optimizer: "sgd")
            let pictures = (0..<2).map { sample in (0..<60).map { Float(($0 * 7 + sample) % 11) } }
            for (name, isMoved) in [("gradients", false), ("forward", false), ("train", true)] {
                let plan = try executor.plan(name)
                for sample in 0..<2 {
                    try executor.write("v_x", plan: plan, sample: sample, from: pictures[sample])
                    try executor.write("v_t", plan: plan, sample: sample, from: [Float](repeating: 0, count: 40))
                }
                try executor.run(plan, batch: 2, scalars: .sgd(step: 1, learningRate: 0))
                let mean = try parameters.values(of: "v_b.running_mean")
                #expect((mean != [0, 0]) == isMoved, "\(name)")
            }
            let weight = try parameters.values(of: "v_a.weight")
            for channel in 0..<2 {
                let sums = pictures.flatMap { picture in
                    (0..<20).map { place in
                        (0..<3).reduce(Float(0)) { $0 + weight[channel * 3 + $1] * picture[$1 * 20 + place] }
                    }
                }
                let expected = 0.25 * sums.reduce(0, +) / Float(sums.count)
                let found = try parameters.values(of: "v_b.running_mean")[channel]
                #expect(abs(found - expected) < 1e-5, "channel \(channel): \(found), \(expected)")
            }
        }
    }
}
