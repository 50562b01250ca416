import GraphIR
import TestSupport
import Testing

@testable import Exchange

/// Statements that repeat are declared once, and the graph is the same.
@Suite struct BlockTests {
    /// A net of another program, as PyTorch's newer exporter writes it: parameters have the names of modules, all else has numbers.
    private struct Maker {
        var graph = ONNXGraph(name: "main_graph")
        private var last = "image"
        private var channels: [String: Int] = ["image": 3]

        init() {
            let shape: [ONNXValue.Dimension] = [.fixed(1), .fixed(3), .fixed(16), .fixed(16)]
            graph.inputs = [ONNXValue(name: "image", element: .float, shape: shape)]
        }

        @discardableResult
        mutating func add(_ op: String, _ inputs: [String], _ attributes: [ONNXAttribute] = []) -> String {
            let name = "\(op.lowercased())_\(graph.nodes.count)"
            graph.nodes.append(
                ONNXNode(name: "node_" + name, op: op, inputs: inputs, outputs: [name], attributes: attributes))
            channels[name] = op == "Concat" ? inputs.reduce(0) { $0 + (channels[$1] ?? 0) } : channels[inputs[0]]
            return name
        }

        mutating func conv(_ name: String, _ input: String, _ count: Int, kernel: Int = 3, stride: Int = 1) -> String {
            let shape = [count, channels[input] ?? 0, kernel, kernel]
            graph.initializers.append(
                ONNXTensor(
                    name: name + ".weight", shape: shape,
                    values: .floats((0..<shape.reduce(1, *)).map { Float($0 % 7) / 7 - 0.4 })))
            let pad = kernel / 2
            let result = add(
                "Conv", [input, name + ".weight"],
                [
                    ONNXAttribute(name: "pads", value: .integers([pad, pad, pad, pad])),
                    ONNXAttribute(name: "strides", value: .integers([stride, stride])),
                ])
            channels[result] = count
            return result
        }

        /// A residual block, whose first convolution may go down.
        mutating func residual(_ name: String, _ input: String, _ count: Int, stride: Int = 1) -> String {
            let first = add("Relu", [conv(name + ".conv1", input, count, stride: stride)])
            let second = conv(name + ".conv2", first, count)
            let short =
                stride == 1 ? input : conv(name + ".downsample.0", input, count, kernel: 1, stride: stride)
            return add("Relu", [add("Add", [second, short])])
        }

        func net(_ output: String, flat: Bool = false) throws -> ImportedNet {
            var graph = graph
            graph.outputs = [ONNXValue(name: output, element: .float, shape: nil)]
            var options = ImportOptions()
            options.loss = .none
            options.findsBlocks = !flat
            let model = ONNXModel(irVersion: 8, opset: 17, producer: "pytorch", graph: graph)
            return try ONNXImporter.net(model, path: "t.onnx", options)
        }
    }

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
            return code.split(separator: " ").joined(separator: " ")
        }.filter { !$0.isEmpty }
    }

    /// Both texts are the same graph with the same parameters.
    private func expectSame(_ short: ImportedNet, _ flat: ImportedNet) throws {
        #expect(short.structureHash == flat.structureHash)
        #expect(try compiled(short.text).structureHash == compiled(flat.text).structureHash)
        #expect(short.tensors.map(\.name) == flat.tensors.map(\.name))
        #expect(!flat.text.contains("block "))
    }

    @Test func encodersAreBlocksOfTheirModules() throws {
        var maker = Maker()
        var map = maker.add("Relu", [maker.conv("encoder.conv1", "image", 8)])
        for (layer, count) in [(1, 8), (2, 16), (3, 32), (4, 64)] {
            map = maker.residual("encoder.layer\(layer).0", map, count, stride: layer == 1 ? 1 : 2)
            map = maker.residual("encoder.layer\(layer).1", map, count)
        }
        let output = maker.conv("head", map, 1, kernel: 1)
        let (short, flat) = (try maker.net(output), try maker.net(output, flat: true))
        try expectSame(short, flat)
        let text = lines(short.text)
        #expect(
            text.firstRange(of: [
                "block layer(x, channels) {", "conv1 = conv(x, channels, kernel: 3, padding: same, bias: false)",
                "relu1 = relu(conv1)", "conv2 = conv(relu1, channels, kernel: 3, padding: same, bias: false)",
                "add1 = conv2 + x", "return relu(add1)", "}",
            ]) != nil, "\(short.text)")
        #expect(text.contains("block layer2(x, channels) {"), "\(short.text)")
        #expect(text.contains("\"encoder.layer2.0\" = layer2(\"encoder.layer1.1\", 16)"), "\(short.text)")
        #expect(text.contains("\"encoder.layer4.1\" = layer(\"encoder.layer4.0\", 64)"), "\(short.text)")
        #expect(text.count < lines(flat.text).count)
        #expect(flat.tensors.map(\.name).contains("encoder.layer4.0.downsample.0.weight"))
    }

    /// Two maps from outside; numbers that are equal are one argument.
    @Test func decodersTakeTheirSkips() throws {
        var maker = Maker()
        let top = maker.conv("a", "image", 4)
        var map = maker.conv("b", top, 4)
        for (level, count) in [4, 6, 8].enumerated() {
            let both = maker.add("Concat", [map, top], [ONNXAttribute(name: "axis", value: .integer(1))])
            let first = maker.add("Relu", [maker.conv("up.\(level).0", both, count)])
            map = maker.add("Relu", [maker.conv("up.\(level).3", first, count)])
        }
        let output = maker.conv("head", map, 1)
        let short = try maker.net(output)
        try expectSame(short, try maker.net(output, flat: true))
        let text = lines(short.text)
        #expect(text.contains("block up(x, y, channels) {") && text.contains("concat1 = concat(x, y)"), "\(short.text)")
        #expect(text.contains("\"up.1\" = up(\"up.0\", a, 6)"), "\(short.text)")
    }

    /// What is read from outside besides the result, an output, other wiring, operators' names: all stays written out.
    @Test(arguments: ["inner", "output", "wiring", "names", "two"]) func whatIsNoBlockStays(_ kind: String) throws {
        var maker = Maker()
        var map = maker.conv("stem", "image", 4)
        var others: [String] = []
        for index in 0..<(kind == "two" ? 2 : 4) {
            let names = kind == "names" ? ["conv", "relu"] : ["first", "second"]
            let first = maker.conv("part.\(index).\(names[0])", map, 4)
            let relu = maker.add("Relu", [first])
            let input = kind == "wiring" && index % 2 == 0 ? first : relu
            if kind == "wiring" && index % 2 == 0 { others.append(relu) }
            if kind == "inner" { others.append(relu) }
            map = maker.conv("part.\(index).\(names[1])", input, 4 + (kind == "wiring" && index > 1 ? 2 : 0))
        }
        for other in others where kind == "inner" { map = maker.add("Add", [map, other]) }
        var output = map
        if kind == "wiring" {
            output = maker.conv(
                "head",
                maker.add("Concat", [map] + others, [ONNXAttribute(name: "axis", value: .integer(1))]), 1)
        } else if kind == "output" {
            output = maker.graph.nodes[2].outputs[0]
            _ = map
        }
        let (short, flat) = (try maker.net(output), try maker.net(output, flat: true))
        try expectSame(short, flat)
        #expect(short.text == flat.text, "\(short.text)")
    }

    /// A name that a call would have, and something else has.
    @Test func takenNamesAreNoCalls() throws {
        var maker = Maker()
        var map = maker.conv("part.0", "image", 4)
        for index in 0..<4 {
            map = maker.add("Relu", [maker.conv("part.\(index).a", map, 4)])
            map = maker.add("Relu", [maker.conv("part.\(index).b", map, 4)])
        }
        let output = maker.conv("head", map, 1)
        try expectSame(try maker.net(output), try maker.net(output, flat: true))
    }

    @Test(arguments: BundledNet.all) func ownModelsKeepAllNames(_ net: BundledNet) throws {
        let graph = try compiled(try net.text(), net.overrides)
        var exporting = ExportOptions()
        exporting.keepsNormalizations = true
        let model = try ONNXExporter.model(graph, exporting) { name in
            let count = graph.id(named: name).map { graph[$0].type.elementCount } ?? 0
            return (0..<count).map { 0.25 + Float($0 % 7) / 8 }
        }
        var options = ImportOptions()
        options.loss = .none
        options.name = graph.name
        let short = try ONNXImporter.net(model, path: "t.onnx", options)
        options.findsBlocks = false
        let flat = try ONNXImporter.net(model, path: "t.onnx", options)
        try expectSame(short, flat)
        #expect(try compiled(short.text).exported.structureHash == graph.exported.structureHash)
        if short.text != flat.text { #expect(lines(short.text).count < lines(flat.text).count) }
        // Those whose modules are longer than two statements.
        let modular = ["attention-unet", "resunet", "unet-bn", "unet-mobilenet", "unet-resnet18", "unet-resnet34"]
        #expect(short.text.contains("block ") || !modular.contains(net.name), "\(short.text)")
    }
}
