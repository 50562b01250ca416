import Base
import Driver
import GraphIR
import Interpreter
import Runtime
import TestSupport
import Testing

/// PyTorch's numbers, where the folder `shared` is there.
private let isAvailable = sharedFolder() != nil

extension CompiledTests {
    /// The twelve steps of `trace_w8`: the seed's net, eight wide, trained by its own Adam.
    @Suite struct TraceTests {
        private func tensors() throws -> [String: Tensor] {
            try readSafetensors(try #require(sharedFolder()) + "/reference/trace_w8.safetensors")
        }

        private func metadata() throws -> JSON {
            try JSON(parsing: readBytes(try #require(sharedFolder()) + "/reference/trace_w8.json"))
        }

        @Test(.enabled(if: isAvailable, "no folder ../shared beside the checkout"))
        func trainsAsPyTorchDoes() throws {
            let (reference, trace) = (try tensors(), try metadata())
            let batch = try #require(trace["batch"]?.integer)
            let rate = try #require(trace["lr"]?.number)
            let losses = try #require(trace["losses"]?.array).compactMap(\.number)
            #expect(losses.count == 12)
            let compiled = try CompiledGraph(
                try bundledText("unet.graph"),
                overrides: [("width", "8"), ("size", "64")], plans: [.train, .gradients], batch: batch,
                name: "unet.graph"
            ) { $0.withRespectTo = [] }
            let model = compiled.model
            let parameters = try ParameterStore(model: model, initialValues: .pytorch, seed: 0)
            for parameter in model.parameters {
                let expected = try #require(reference["initial." + parameter.name])
                let found = Tensor(
                    shape: parameter.shape, values: try parameters.values(of: parameter.name).map(Double.init))
                #expect(mismatch(parameter.name, expected: expected, found: found, tolerance: 1e-7) == nil)
            }
            let executor = try Executor(
                model: model, parameters: parameters, plans: ["train", "gradients"], threads: 2, optimizer: "adam")
            try checkFirstGradients(compiled, executor, reference, batch: batch)

            let plan = try executor.plan("train")
            let count = try #require(reference["images"]).shape[0]
            for (step, expected) in losses.enumerated() {
                let leaves = samples((step * batch) % count, batch, reference)
                try compiled.feed(try model.plan("train").inputs, leaves, executor, plan, batch: batch)
                try executor.run(plan, batch: batch, scalars: .adam(step: step + 1, learningRate: rate))
                let loss = Double(try executor.loss(plan))
                #expect(abs(loss - expected) <= 1e-4, "step \(step): loss \(loss), PyTorch \(expected)")
            }
            for parameter in model.parameters {
                let expected = try #require(reference["final." + parameter.name])
                let found = Tensor(
                    shape: parameter.shape, values: try parameters.values(of: parameter.name).map(Double.init))
                #expect(mismatch(parameter.name, expected: expected, found: found, tolerance: 1e-3) == nil)
            }
        }

        private func samples(_ start: Int, _ batch: Int, _ reference: [String: Tensor]) -> [String: Tensor] {
            var leaves: [String: Tensor] = [:]
            for (name, key) in [("image", "images"), ("mask", "masks")] {
                guard let all = reference[key] else { continue }
                let size = all.shape.dropFirst().reduce(1, *)
                leaves[name] = Tensor(
                    shape: [batch] + all.shape.dropFirst(),
                    values: Array(all.values[(start * size)..<((start + batch) * size)]))
            }
            return leaves
        }

        private func checkFirstGradients(
            _ compiled: CompiledGraph, _ executor: Executor, _ reference: [String: Tensor], batch: Int
        ) throws {
            let plan = try executor.plan("gradients")
            let info = try compiled.model.plan("gradients")
            try compiled.feed(info.inputs, samples(0, batch, reference), executor, plan, batch: batch)
            try executor.run(plan, batch: batch)
            for tensor in info.outputs where tensor.role != .loss {
                let expected = try #require(reference[tensor.name], "\(tensor.name)")
                let found = Tensor(
                    shape: (tensor.isBatched ? [batch] : []) + tensor.shape,
                    values: try executor.read(tensor.name, plan: plan).map(Double.init))
                #expect(mismatch(tensor.name, expected: expected, found: found, tolerance: 1e-4) == nil)
            }
        }
    }

    /// The cases of `ops.json`. Cases of one batch are compiled together, as parts of one graph.
    @Suite struct OperatorReferenceTests {
        static let losses: Set<String> = ["bce_with_logits", "cross_entropy", "dice_loss", "mse"]

        private struct Case {
            var name: String
            var attributes: JSON
            var tensors: [String: Tensor]

            /// A literal of the language: `3`, `[3, 3]`, `true`.
            private func literal(_ value: JSON) -> String {
                if let bool = value.bool { return "\(bool)" }
                if let list = value.array { return "[" + list.map(literal).joined(separator: ", ") + "]" }
                if let integer = value.integer { return "\(integer)" }
                return value.number.map { "\($0)" } ?? ""
            }

            func labels(_ keys: [String]) -> String {
                keys.compactMap { key in attributes[key].map { ", \(key): \(literal($0))" } }.joined()
            }

            var op: String { attributes["op"]?.string ?? "" }
            var inputs: [String] { (attributes["inputs"]?.array ?? []).compactMap(\.string) }
            var batch: Int { tensors["x"]?.shape.first ?? 0 }

            /// The operator's statement; names begin with `v_` and the case's, so that all kernels are in one file.
            var expression: String {
                let x = "v_\(name)_x"
                let other = "v_\(name)_\(inputs.last ?? "")"
                switch op {
                case "conv", "conv_transpose":
                    let keys = ["kernel", "stride", "padding", "dilation", "groups", "output_padding", "bias"]
                    return "\(op)(\(x), \(attributes["channels"]?.integer ?? 0)\(labels(keys)))"
                case "max_pool", "avg_pool": return "\(op)(\(x)\(labels(["kernel", "stride", "padding"])))"
                case "max_unpool": return "max_unpool(\(other), v_\(name)_pool)"
                case "concat", "add", "mul": return "\(op)(\(x), \(other))"
                case let op where OperatorReferenceTests.losses.contains(op):
                    return "\(op)(\(x), \(other)\(labels(["pos_weight", "smooth", "ignore", "weights"])))"
                default: return "\(op)(\(x)\(labels(["slope", "scale", "align_corners", "groups", "eps"])))"
                }
            }

            /// What has to stand before the operator's statement.
            var preparation: String {
                op == "max_unpool" ? "v_\(name)_pool = max_pool(v_\(name)_x, kernel: 2)\n" : ""
            }

            /// The parameters' values: running moments start as training does.
            var parameters: [String: Tensor] {
                var found: [String: Tensor] = [:]
                for key in ["weight", "bias"] { found["v_\(name).\(key)"] = tensors[key] }
                if op == "batch_norm", let shape = tensors["weight"]?.shape {
                    found["v_\(name).running_mean"] = Tensor(shape: shape)
                    found["v_\(name).running_var"] = Tensor(shape: shape, repeating: 1)
                }
                return found
            }
        }

        private func cases(ofLosses: Bool) throws -> [Case] {
            let folder = try #require(sharedFolder()) + "/reference"
            let metadata = try JSON(parsing: readBytes(folder + "/ops.json")).object ?? [:]
            let tensors = try readSafetensors(folder + "/ops.safetensors")
            return metadata.sorted { $0.key < $1.key }.compactMap { name, attributes in
                guard Self.losses.contains(attributes["op"]?.string ?? "") == ofLosses else { return nil }
                let own = tensors.filter { $0.key.hasPrefix(name + "/") }
                let pairs = own.map { (String($0.key.dropFirst(name.utf8.count + 1)), $0.value) }
                return Case(name: name, attributes: attributes, tensors: Dictionary(uniqueKeysWithValues: pairs))
            }
        }

        private func declaration(_ test: Case, _ input: String) -> String {
            let shape = (test.tensors[input]?.shape ?? []).dropFirst()
            let kind = input == "target" ? "target" : "input"
            let isOfClasses = shape.count == 2
            return "\(kind) v_\(test.name)_\(input): \(isOfClasses ? "classes" : "")\(Array(shape))\n"
        }

        @Test(.enabled(if: isAvailable, "no folder ../shared beside the checkout"), arguments: [1, 2])
        func operatorsAgreeWithPyTorch(_ batch: Int) throws {
            let cases = try cases(ofLosses: false).filter { $0.batch == batch }
            #expect(cases.count >= 10)
            var text = "graph cases() {\n"
            var leaves: [String: Tensor] = [:]
            for test in cases {
                text += test.inputs.map { declaration(test, $0) }.joined()
                text +=
                    test.preparation
                    + "v_\(test.name) = \(test.expression)\noutput v_\(test.name)_out = v_\(test.name)\n"
                for input in test.inputs { leaves["v_\(test.name)_\(input)"] = test.tensors[input] }
                leaves["cotangent.v_\(test.name)_out"] = test.tensors["cotangent"]
                leaves.merge(test.parameters) { $1 }
            }
            // What only says where maxima lie has no gradient.
            let inputs = cases.flatMap { test in
                test.inputs.filter { test.tensors["grad.\($0)"] != nil }.map { "v_\(test.name)_\($0)" }
            }
            let compiled = try CompiledGraph(text + "}\n", plans: [.gradients], batch: batch, name: "cases.graph") {
                $0.withRespectTo = inputs
            }
            let found = try compiled.run(.gradients, leaves, batch: batch)
            for test in cases {
                for (key, expected) in test.tensors where key == "out" || key.hasPrefix("grad.") {
                    let operand = key.dropFirst(5)
                    let isParameter = operand == "weight" || operand == "bias"
                    let name =
                        key == "out" ? "v_\(test.name)_out" : "grad.v_\(test.name)\(isParameter ? "." : "_")\(operand)"
                    let result = try #require(found[name], "\(name)")
                    #expect(mismatch(name, expected: expected, found: result, tolerance: 2e-5) == nil)
                }
            }
        }

        @Test(.enabled(if: isAvailable, "no folder ../shared beside the checkout"))
        func lossesAgreeWithPyTorch() throws {
            let cases = try cases(ofLosses: true)
            #expect(cases.count >= 6)
            for test in cases {
                let text =
                    "graph \(test.name)() {\n" + test.inputs.map { declaration(test, $0) }.joined()
                    + "output out = v_\(test.name)_x\nloss \(test.expression)\n}\n"
                let compiled = try CompiledGraph(
                    text, plans: [.gradients], batch: test.batch, name: "\(test.name).graph")
                var leaves: [String: Tensor] = [:]
                for input in test.inputs { leaves["v_\(test.name)_\(input)"] = test.tensors[input] }
                let found = try compiled.run(.gradients, leaves, batch: test.batch)
                let pairs = [("loss", "out"), ("grad.v_\(test.name)_x", "grad.x")]
                for (name, key) in pairs {
                    let expected = try #require(test.tensors[key])
                    let result = try #require(found[name])
                    #expect(mismatch(test.name, expected: expected, found: result, tolerance: 2e-5) == nil)
                }
            }
        }
    }
}
