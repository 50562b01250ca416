import GraphIR
import Passes

/// A graph as the text of a PyTorch module: a layer for what has parameters, a line for each value. Its `state_dict` has the graph's
/// names, so that a file of weights loads as it is.
package struct PyTorchModule {
    private let graph: Graph
    private var layers: [String] = []
    private var lines: [String] = []
    private var variables: [NodeID: String] = [:]
    private var taken: Set<String> = Self.words
    private var places: [NodeID: String] = [:]
    private var needsNails = false

    /// - Parameter graph: as it is elaborated.
    /// - Returns: a Python file.
    /// - Throws: `ExchangeError` for what has no form there.
    package static func text(of graph: Graph) throws(ExchangeError) -> String {
        var forward = graph
        forward.loss = nil
        forward.gradients = []
        var module = PyTorchModule(graph: removeDeadNodes(forward, keepLeaves: false), momenta: graph.runningMomenta)
        return try module.text()
    }

    /// Of parameters that are counted up.
    private let momenta: [String: Double]

    private init(graph: Graph, momenta: [String: Double]) {
        self.graph = graph
        self.momenta = momenta
    }

    private static let words: Set = [
        "self", "torch", "nn", "F", "super", "and", "as", "assert", "async", "await", "break", "class", "continue",
        "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
        "not", "or",
        "pass", "raise", "return", "try", "while", "with", "yield", "None", "True", "False", "put", "bed_of_nails",
        "module", "path",
        "layer", "forward",
    ]

    // MARK: The file

    private mutating func text() throws(ExchangeError) -> String {
        let inputs = graph.ids { $0 == .input }
        for id in inputs { variables[id] = variable(graph[id].name) }
        for id in graph.ids { try add(id) }
        let results = graph.outputs.map { variables[$0.node] ?? "None" }
        let result =
            results.count == 1
            ? results[0]
            : "{" + zip(graph.outputs, results).map { "\"\($0.name)\": \($1)" }.joined(separator: ", ") + "}"
        let shapes = inputs.map {
            "\(graph[$0].name) [N, \(graph[$0].type.shape.map(String.init).joined(separator: ", "))]"
        }
        let nails =
            needsNails
            ? """


            def bed_of_nails(x, rows, columns):
                y = x.new_zeros(x.shape[0], x.shape[1], x.shape[2] * rows, x.shape[3] * columns)
                y[:, :, ::rows, ::columns] = x
                return y

            """ : ""
        return """
            \"\"\"The net "\(graph.name)" as a PyTorch module, written by unetc. Takes \(shapes.joined(separator: ", ")).\"\"\"
            import torch
            import torch.nn.functional as F
            from torch import nn


            def put(module, path, layer):
                \"\"\"Makes a layer a part of the module under a name with dots, which its parameters begin with.\"\"\"
                *parents, name = path.split(".")
                for parent in parents:
                    if not hasattr(module, parent):
                        module.add_module(parent, nn.Module())
                    module = getattr(module, parent)
                for part, child in getattr(module, name, nn.Module()).named_children():
                    layer.add_module(part, child)
                module.add_module(name, layer)
            \(nails)

            class \(Self.className(graph.name))(nn.Module):
                def __init__(self):
                    super().__init__()
            \((layers.isEmpty ? ["pass"] : layers).map { "        " + $0 }.joined(separator: "\n"))

                def forward(self, \(inputs.compactMap { variables[$0] }.joined(separator: ", "))):
            \(lines.map { "        " + $0 }.joined(separator: "\n"))
                    return \(result)

            """
    }

    /// `UnetSmall` of `unet_small`.
    private static func className(_ name: String) -> String {
        let parts = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let joined = parts.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return joined.first?.isLetter ?? false ? joined : "Net" + joined
    }

    private mutating func variable(_ name: String) -> String {
        var legal = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        if legal.first?.isNumber ?? true { legal = "v" + legal }
        while !taken.insert(legal).inserted { legal += "_" }
        return legal
    }

    // MARK: Nodes

    private mutating func add(_ id: NodeID) throws(ExchangeError) {
        let node = graph[id]
        if node.op.isLeaf || node.op.isEffect { return }
        switch node.op {
        case .normalization(.moments), .normalization(.runningMoments), .layerNormalization(.moments): return
        default: break
        }
        let value = try expression(id)
        let name = variable(node.name)
        variables[id] = name
        lines.append("\(name)\(places[id].map { ", \($0)" } ?? "") = \(value)")
    }

    private func operand(_ id: NodeID, _ position: Int = 0) -> String {
        variables[graph[id].inputs[position]] ?? "None"
    }

    private mutating func expression(_ id: NodeID) throws(ExchangeError) -> String {
        let node = graph[id]
        let x = operand(id)
        switch node.op {
        case .conv(let geometry): return convolution(id, geometry)
        case .convTranspose(let geometry): return transposedConvolution(id, geometry)
        case .maxPool(let geometry):
            if isUnpooled(id) { places[id] = variable(node.name + "_places") }
            return "F.max_pool2d(\(x), \(window(geometry))\(places[id] == nil ? "" : ", return_indices=True"))"
        case .maxUnpool(let geometry):
            let pool = graph.ids.first {
                graph[$0].op == .maxPool(geometry) && graph[$0].inputs[0] == node.inputs[1] && places[$0] != nil
            }
            guard let found = pool.flatMap({ places[$0] }) else {
                throw ExchangeError("\"\(node.name)\": its pooling is not a value of the net")
            }
            return "F.max_unpool2d(\(x), \(found), \(window(geometry)), output_size=\(operand(id, 1)).shape[-2:])"
        case .resample(let map): return try resampling(id, map, x)
        case .normalization(.normalize(let groups, let epsilon)): return normalization(id, groups, epsilon)
        case .normalize(let constants):
            let list = { (numbers: [Double]) in
                "torch.tensor([\(numbers.map { "\($0)" }.joined(separator: ", "))], device=\(x).device).view(-1, 1, 1)"
            }
            return "(\(x) - \(list(constants.means))) / \(list(constants.deviations))"
        case .broadcast(.apply(let function, _)): return "\(x) \(function == .add ? "+" : "*") \(operand(id, 1))"
        case .broadcast(.mean): return "\(x).mean((2, 3), keepdim=True)"
        case .broadcast(.maximum): return "\(x).amax((2, 3), keepdim=True)"
        case .softmax: return "torch.softmax(\(x), 1)"
        case .elementwise(let function): return try self.function(id, function)
        case .concat: return "torch.cat([\(node.inputs.indices.map { operand(id, $0) }.joined(separator: ", "))], 1)"
        case .channelSlice(let start, let count): return "\(x)[:, \(start):\(start + count)]"
        case .channelPad(let before, let after): return "F.pad(\(x), (0, 0, 0, 0, \(before), \(after)))"
        case .layerNormalization(.normalize): return layerNormalization(id)
        default: throw ExchangeError("\"\(node.name)\": there is no form of \(node.op.mnemonic) in PyTorch")
        }
    }

    private func isUnpooled(_ id: NodeID) -> Bool {
        guard case .maxPool(let geometry) = graph[id].op else { return false }
        return graph.nodes.contains { $0.op == .maxUnpool(geometry) && $0.inputs[1] == graph[id].inputs[0] }
    }

    private func pair(_ extent: Extent) -> String {
        extent.height == extent.width ? "\(extent.height)" : "(\(extent.height), \(extent.width))"
    }

    private func window(_ geometry: PoolGeometry) -> String {
        "\(pair(geometry.kernel)), \(pair(geometry.stride)), \(pair(Extent(geometry.padding.top, geometry.padding.left)))"
    }

    // MARK: Layers

    /// Adds a layer under the name that its parameters begin with.
    /// - Returns: what calls it.
    private mutating func layer(_ parameter: NodeID, _ text: String) -> String {
        let name = graph[parameter].name
        let path = name.split(separator: ".").dropLast().joined(separator: ".")
        layers.append("put(self, \"\(path)\", \(text))")
        let isPlain = path.split(separator: ".").allSatisfy { part in
            !(part.first?.isNumber ?? true)
                && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
                && !Self.words.contains(String(part))
        }
        return isPlain ? "self.\(path)" : "self.get_submodule(\"\(path)\")"
    }

    private mutating func convolution(_ id: NodeID, _ geometry: ConvGeometry) -> String {
        let padding = geometry.padding
        let isEven = padding.top == padding.bottom && padding.left == padding.right
        let arguments = [
            "\(geometry.inputChannels)", "\(geometry.outputChannels)", pair(geometry.kernel),
            geometry.stride == Extent(1) ? nil : "stride=\(pair(geometry.stride))",
            padding == Padding(0) ? nil : "padding=\(isEven ? pair(Extent(padding.top, padding.left)) : "\"same\"")",
            geometry.dilation == Extent(1) ? nil : "dilation=\(pair(geometry.dilation))",
            geometry.groups == 1 ? nil : "groups=\(geometry.groups)", graph[id].inputs.count > 2 ? nil : "bias=False",
        ]
        let list = arguments.compactMap(\.self).joined(separator: ", ")
        if geometry.isLinear {
            let bias = graph[id].inputs.count > 2 ? "" : ", bias=False"
            let linear = "nn.Linear(\(geometry.inputChannels), \(geometry.outputChannels)\(bias))"
            return layer(graph[id].inputs[1], linear) + "(\(operand(id)).movedim(1, -1)).movedim(-1, 1)"
        }
        return layer(graph[id].inputs[1], "nn.Conv2d(\(list))") + "(\(operand(id)))"
    }

    private mutating func transposedConvolution(_ id: NodeID, _ geometry: ConvGeometry) -> String {
        let rest = { (size: Int, from: Int, stride: Int, kernel: Int, padding: Int) in
            size - ((from - 1) * stride - padding + kernel)
        }
        let output = Extent(
            rest(
                geometry.input.height, geometry.output.height, geometry.stride.height, geometry.kernel.height,
                geometry.padding.top + geometry.padding.bottom),
            rest(
                geometry.input.width, geometry.output.width, geometry.stride.width, geometry.kernel.width,
                geometry.padding.left + geometry.padding.right))
        let padding = Extent(geometry.padding.top, geometry.padding.left)
        let arguments = [
            "\(geometry.outputChannels)", "\(geometry.inputChannels)", pair(geometry.kernel),
            geometry.stride == Extent(1) ? nil : "stride=\(pair(geometry.stride))",
            padding == Extent(0) ? nil : "padding=\(pair(padding))",
            output == Extent(0) ? nil : "output_padding=\(pair(output))",
            graph[id].inputs.count > 2 ? nil : "bias=False",
        ]
        let list = arguments.compactMap(\.self).joined(separator: ", ")
        return layer(graph[id].inputs[1], "nn.ConvTranspose2d(\(list))") + "(\(operand(id)))"
    }

    private mutating func normalization(_ id: NodeID, _ groups: NormalizationGroups, _ epsilon: Double) -> String {
        let channels = graph[id].type.shape[0]
        guard graph[id].inputs.count > 2 else {
            return "F.group_norm(\(operand(id)), \(groups.count(channels: channels)), eps=\(epsilon))"
        }
        let scale = graph[id].inputs[2]
        let eps = epsilon == 1e-5 ? "" : ", eps=\(epsilon)"
        let text: String
        switch groups {
        case .batch:
            let name = graph[scale].name.split(separator: ".").dropLast().joined(separator: ".") + ".running_mean"
            let momentum = momenta[name] ?? 0.1
            text = "nn.BatchNorm2d(\(channels)\(eps)\(momentum == 0.1 ? "" : ", momentum=\(momentum)"))"
        case .channels(let count): text = "nn.GroupNorm(\(count), \(channels)\(eps))"
        }
        return layer(scale, text) + "(\(operand(id)))"
    }

    private mutating func layerNormalization(_ id: NodeID) -> String {
        guard case .layerNormalization(.moments(let epsilon)) = graph[graph[id].inputs[1]].op else {
            fatalError("\(graph[id].name) has no moments")
        }
        let eps = epsilon == 1e-5 ? "" : ", eps=\(epsilon)"
        let text = "nn.LayerNorm(\(graph[id].type.shape[0])\(eps))"
        return layer(graph[id].inputs[2], text) + "(\(operand(id)).movedim(1, -1)).movedim(-1, 1)"
    }

    // MARK: Functions

    private mutating func resampling(
        _ id: NodeID, _ map: Resampling, _ x: String
    ) throws(ExchangeError) -> String {
        switch map.rule {
        case .averagePool:
            guard let geometry = map.poolGeometry else { fatalError("an average without a window") }
            return "F.avg_pool2d(\(x), \(window(geometry)))"
        case .nearest(let scale): return "F.interpolate(\(x), scale_factor=\(pair(scale)), mode=\"nearest\")"
        case .bilinear(let scale, let aligns):
            return
                "F.interpolate(\(x), scale_factor=\(pair(scale)), mode=\"bilinear\", align_corners=\(aligns ? "True" : "False"))"
        case .bedOfNails(let scale):
            needsNails = true
            return "bed_of_nails(\(x), \(scale.height), \(scale.width))"
        case .resize(let interpolation, _):
            let modes: [Interpolation: String] = [
                .nearest: "\"nearest\"", .nearestExact: "\"nearest-exact\"",
                .bilinear: "\"bilinear\", align_corners=False", .bilinearCorners: "\"bilinear\", align_corners=True",
            ]
            guard let mode = modes[interpolation] else {
                throw ExchangeError("\"\(graph[id].name)\": PyTorch does not resize as \(interpolation.rawValue) does")
            }
            return "F.interpolate(\(x), size=(\(map.output.height), \(map.output.width)), mode=\(mode))"
        case .shift(let top, let left, let border):
            let (bottom, right) = (
                map.output.height - map.input.height - top, map.output.width - map.input.width - left
            )
            let mode =
                switch border {
                case .zeros: ""
                case .constant(let number): ", value=\(number)"
                case .reflect: ", mode=\"reflect\""
                case .replicate: ", mode=\"replicate\""
                }
            return "F.pad(\(x), (\(left), \(right), \(top), \(bottom))\(mode))"
        }
    }

    private func function(_ id: NodeID, _ function: Elementwise) throws(ExchangeError) -> String {
        let operands = graph[id].inputs.indices.map { operand(id, $0) }
        let (x, numbers) = (operands[0], function.numbers)
        switch function.declaration.name {
        case "dropout": return "F.dropout(\(x), \(numbers[0]), self.training)"
        case "scale": return "\(numbers[0]) * \(x)"
        case "offset": return "\(x) + \(numbers[0])"
        case "relu6": return "F.relu6(\(x))"
        case "hardsigmoid": return "F.hardsigmoid(\(x))"
        case "clamp": return "torch.clamp(\(x), \(numbers[0]), \(numbers[1]))"
        case "relu": return "F.relu(\(x))"
        case "leaky_relu": return "F.leaky_relu(\(x), \(numbers[0]))"
        case "elu": return "F.elu(\(x), \(numbers[0]))"
        case "silu": return "F.silu(\(x))"
        case "gelu": return "F.gelu(\(x), approximate=\"\(numbers[0] == 0 ? "none" : "tanh")\")"
        case "hardswish": return "F.hardswish(\(x))"
        default: return try Self.text(of: function.formula, operands)
        }
    }

    private static func text(of formula: Formula, _ operands: [String]) throws(ExchangeError) -> String {
        switch formula {
        case .operand(let number): return operands[number]
        case .constant(let number): return "\(number)"
        case .uniform: throw ExchangeError("a random function has no form in PyTorch")
        case .unary(let function, let a):
            let inner = try text(of: a, operands)
            return function == .negate ? "-\(inner)" : "\(name(function))(\(inner))"
        case .binary(let operation, let a, let b):
            let (first, second) = (try text(of: a, operands), try text(of: b, operands))
            switch operation {
            case .add: return "(\(first) + \(second))"
            case .subtract: return "(\(first) - \(second))"
            case .multiply: return "(\(first) * \(second))"
            case .divide: return "(\(first) / \(second))"
            case .minimum, .maximum:
                let (bound, value) = a.isConstant ? (first, second) : (second, first)
                if a.isConstant || b.isConstant {
                    return "torch.clamp(\(value), \(operation == .minimum ? "max" : "min")=\(bound))"
                }
                return "torch.\(operation == .minimum ? "minimum" : "maximum")(\(first), \(second))"
            }
        case .power(let a, let exponent): return "(\(try text(of: a, operands)) ** \(exponent))"
        case .select(let comparison, let a, let b, let then, let otherwise):
            let sign = comparison == .less ? "<" : ">"
            return "torch.where(\(try text(of: a, operands)) \(sign) \(try text(of: b, operands)), "
                + "\(try text(of: then, operands)), \(try text(of: otherwise, operands)))"
        }
    }

    private static func name(_ function: Formula.Function) -> String {
        switch function {
        case .negate: "torch.neg"
        case .absolute: "torch.abs"
        case .exponential: "torch.exp"
        case .exponentialMinusOne: "torch.expm1"
        case .logarithm: "torch.log"
        case .hyperbolicTangent: "torch.tanh"
        case .errorFunction: "torch.erf"
        case .sigmoid: "torch.sigmoid"
        case .softplus: "F.softplus"
        }
    }
}

extension Formula {
    fileprivate var isConstant: Bool { if case .constant = self { true } else { false } }
}
