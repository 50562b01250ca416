import Driver
import GraphIR
import Passes
import TestSupport
import Testing

extension CompiledTests {
    /// Dropout fused behind every operator that takes it, on maps whose blocks are narrower than the target's vectors, where
    /// a vector could hold several positions.
    @Suite struct NarrowDropoutTests {
        private static let operators = [
            "conv(v_a#, #, kernel: 3, padding: 1)", "conv_transpose(v_a#, #, kernel: 2, stride: 2)",
            "max_pool(v_a#, kernel: 2)", "max_pool(v_a#, kernel: 3, stride: 2)", "avg_pool(v_a#, kernel: 2)",
            "max_unpool(v_p#, v_p#)", "upsample_nearest(v_a#)", "upsample_bilinear(v_a#)", "bed_of_nails(v_a#)",
            "pad(v_a#, like: v_large)", "crop(v_a#, like: v_small)", "batch_norm(v_a#)", "group_norm(v_a#, groups: 2)",
            "relu(v_a#)", "v_a# + v_a#", "v_a# * sigmoid(global_avg_pool(v_a#))", "layer_norm(v_a#)", "1 - v_a#",
            "instance_norm(v_a#)",
        ]

        @Test(arguments: [4, 8, 12])
        func agreesWithTheInterpreter(_ channels: Int) throws {
            var text = """
                graph narrow() {
                input v_x: [3, 9, 11]
                input v_large: [1, 14, 13]
                input v_small: [1, 5, 8]
                v_c# = conv(v_x, #, kernel: 3, padding: 1)
                v_a# = tanh(v_c#)
                v_p# = max_pool(v_a#, kernel: 2)

                """
            for (number, call) in Self.operators.enumerated() {
                text += "v_o\(number) = \(call)\nv_d\(number) = dropout(v_o\(number), rate: 0.3)\n"
                text +=
                    "v_e\(number) = conv(v_d\(number), #, kernel: 3, padding: 1)\noutput v_y\(number) = v_e\(number)\n"
            }
            // So that the other maps, which only say how large, have a gradient.
            text += "output v_l = 1 * v_large\noutput v_s = 1 * v_small\n}\n"
            text = text.replacing("#", with: "\(channels)")
            let compiled = try CompiledGraph(text, plans: [.gradients], batch: 2, name: "narrow.graph")
            let graph = compiled.session.graph
            let differentiated = try differentiate(graph, withRespectTo: compiled.session.inputs)
            let leaves = try calmLeaves(of: graph, differentiated: differentiated, batch: 2, seed: 3)
            let expected = try interpretedResults(differentiated, leaves, batch: 2)
            let found = try compiled.run(.gradients, leaves, batch: 2)
            let problem = resultMismatch(expected: expected, found: found, tolerance: 2e-5, gradientTolerance: 1e-4)
            #expect(problem == nil)
        }
    }
}
