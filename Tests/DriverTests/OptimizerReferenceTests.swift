import Driver
import Runtime
import TestSupport
import Testing

extension CompiledTests {
    /// Three steps of a compiled net of five parameters on three samples, beside PyTorch's in double precision.
    @Suite struct OptimizerReferenceTests {
        struct Case: Sendable, CustomTestStringConvertible {
            var optimizer: String
            /// As `clip_grad_norm_`; nil for none.
            var clip: Double?
            var weight: [Double]
            var bias: Double
            /// The norms that PyTorch measured.
            var norms: [Double] = []

            var testDescription: String { optimizer + (clip.map { ", clip \($0)" } ?? "") }
        }

        /// `Adam` and `AdamW` with lr 0.0625 and weight decay 0.25, `SGD` with momentum 0.9 as well.
        static let cases = [
            Case(
                optimizer: "adam",
                weight: [0.6861615438452412, -1.0623926999224176, 1.81297409693892, 0.18158597560041848],
                bias: 0.06282630426224906),
            Case(
                optimizer: "adamw",
                weight: [0.6605416376588389, -1.0076039262275764, 1.7237865212021748, 0.18379811039154703],
                bias: 0.054322984014275544),
            Case(
                optimizer: "sgd",
                weight: [0.7832122820277733, -0.9438803546922281, 0.7233907398515965, 0.11393563579138435],
                bias: -0.31192152990304206),
            Case(
                optimizer: "adam", clip: 0.5,
                weight: [0.510612485617873, -1.062616808675208, 1.8126047451710803, 0.17629476568067612],
                bias: 0.06318645406158882, norms: [4.3203969122864585, 4.109819260689253, 3.8671261379155264]),
            Case(
                optimizer: "adamw", clip: 0.5,
                weight: [0.6613044982142954, -1.0074221405904924, 1.7231395736428339, 0.18551157784500688],
                bias: 0.05377281384689178, norms: [4.3203969122864585, 4.001195416270827, 3.6925112958998385]),
            Case(
                optimizer: "sgd", clip: 0.5,
                weight: [0.49869000850234063, -1.1192143652089288, 1.6794952970939527, 0.02474360008031531],
                bias: 0.15373172611560182, norms: [4.3203969122864585, 4.1835795898368255, 3.9262879165195033]),
        ]

        private static let samples: [(x: [Float], t: Float)] = [
            ([0.5, -1, 0.25, 2], 1), ([-0.25, 0.5, 1.5, -1], -0.5), ([1, 0.75, -0.5, 0.125], 0.25),
        ]

        private static let graph = Result {
            try CompiledGraph(
                """
                graph five {
                  input x: [4, 1, 1]
                  target t: [1, 1, 1]
                  y = conv(x, 1, kernel: 1)
                  output out = y
                  loss mse(y, t)
                }
                """, plans: [.train], batch: 3)
        }

        /// - Parameter parts: the samples of each batch whose gradients are added up; nil for a plain step.
        private func parameters(_ known: Case, parts: [Range<Int>]?, threads: Int) throws -> (
            store: ParameterStore, norms: [Double]
        ) {
            let model = try Self.graph.get().model
            let store = try ParameterStore(model: model)
            try store.setValues([0.5, -1.25, 2, 0.0078125], of: "y.weight")
            try store.setValues([0.25], of: "y.bias")
            let executor = try Executor(
                model: model, parameters: store, plans: ["train"], threads: threads, optimizer: known.optimizer,
                extras: TrainingExtras(sumsGradients: parts != nil, averagesParameters: true))
            var norms: [Double] = []
            for step in 1...3 {
                var scalars =
                    known.optimizer == "sgd"
                    ? StepScalars.sgd(step: step, learningRate: 0.0625, momentum: 0.9, weightDecay: 0.25)
                    : .adam(step: step, learningRate: 0.0625, weightDecay: 0.25)
                for (place, part) in (parts ?? [0..<3]).enumerated() {
                    for (row, sample) in Self.samples[part].enumerated() {
                        try executor.write("x", plan: "train", sample: row, from: sample.x)
                        try executor.write("t", plan: "train", sample: row, from: [sample.t])
                    }
                    scalars.gradientWeight = Double(part.count) / 3
                    scalars.keepsGradients = place > 0
                    try executor.run("train", batch: part.count, scalars: scalars)
                }
                if let clip = known.clip {
                    norms.append(try executor.gradientNorm())
                    scalars.gradientScale = min(1, clip / (norms[step - 1] + 1e-6))
                }
                if parts != nil { try executor.applyUpdates(scalars: scalars) }
                scalars.averageWeight = 1
                try executor.averageParameters(scalars: scalars)
            }
            #expect(try store.average(of: "y.weight") == store.values(of: "y.weight"))
            return (store, norms)
        }

        private func expectNear(_ store: ParameterStore, _ known: Case) throws {
            let found = try store.values(of: "y.weight") + store.values(of: "y.bias")
            for (a, b) in zip(found, known.weight + [known.bias]) {
                #expect(abs(Double(a) - b) <= 2e-6, "\(found), PyTorch \(known.weight), \(known.bias)")
            }
        }

        @Test(arguments: cases, [[0..<3], [0..<2, 2..<3], [0..<1, 1..<2, 2..<3]])
        func summedStepsArePyTorchs(known: Case, parts: [Range<Int>]) throws {
            let (store, norms) = try parameters(known, parts: parts, threads: 1)
            try expectNear(store, known)
            #expect(zip(norms, known.norms).allSatisfy { abs($0 - $1) <= 1e-5 }, "\(norms)")
            let other = try parameters(known, parts: parts, threads: 3)
            #expect(try other.store.values(of: "y.weight") == store.values(of: "y.weight"), "three threads")
            #expect(other.norms == norms)
        }

        @Test(arguments: cases.filter { $0.clip == nil })
        func plainStepsArePyTorchs(known: Case) throws {
            let plain = try parameters(known, parts: nil, threads: 1).store
            try expectNear(plain, known)
            // The sum of one batch is its gradient: the same bits by another way.
            let summed = try parameters(known, parts: [0..<3], threads: 1).store
            for name in ["y.weight", "y.bias"] { #expect(try plain.values(of: name) == summed.values(of: name)) }
        }
    }
}
