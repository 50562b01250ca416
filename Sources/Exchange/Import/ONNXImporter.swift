import GraphDSL
import GraphIR

/// Makes a graph's text of an ONNX model: constants are computed, values that are only seen in another form are followed, and each
/// other node becomes a statement. Each family of operators has an extension of its own.
package struct ONNXImporter {
    let model: ONNXModel
    let options: ImportOptions
    var values: [String: ImportedValue] = [:]
    var statements: [ImportedStatement] = []
    /// How many nodes and outputs read a name.
    private(set) var uses: [String: Int] = [:]
    /// The first dimension of all inputs.
    private(set) var batch = 1
    private(set) var inputs: [Int] = []
    private(set) var notes: [String] = []
    private var refusals: [ExchangeError] = []
    /// Elements that folding may still make, so that a small file does not become a large one.
    var foldable = 1 << 24

    /// - Throws: `ExchangeError` that names what cannot be expressed, with its nodes.
    package static func net(
        _ model: ONNXModel, path: String, _ options: ImportOptions
    ) throws(ExchangeError) -> ImportedNet {
        var importer = ONNXImporter(model: model, options: options)
        do {
            return try importer.run()
        } catch {
            throw ExchangeError("\(path): \(error.message)", hint: error.hint)
        }
    }

    private init(model: ONNXModel, options: ImportOptions) {
        self.model = model
        self.options = options
        for node in model.graph.nodes { for name in node.inputs { uses[name, default: 0] += 1 } }
        for output in model.graph.outputs { uses[output.name, default: 0] += 1 }
    }

    private mutating func run() throws(ExchangeError) -> ImportedNet {
        for tensor in model.graph.initializers { values[tensor.name] = .constant(tensor) }
        for input in model.graph.inputs where values[input.name] == nil { try add(input) }
        for node in model.graph.nodes {
            do {
                try add(node)
            } catch {
                for name in node.outputs where !name.isEmpty { values[name] = .refused }
                refusals.append(
                    ExchangeError("\(described(node)): \(error.message.prefix(400))", hint: error.hint))
            }
        }
        if let refusal = Self.summary(refusals) { throw refusal }
        var writer = GraphWriter(self)
        let nets = try writer.nets()
        let flat = try nets.flat.checked()
        // Blocks change the text alone; should they not, the text without them is right.
        guard options.findsBlocks, let short = try? nets.short?.checked(), short.structureHash == flat.structureHash
        else { return flat }
        return short
    }

    /// All refusals as one.
    private static func summary(_ refusals: [ExchangeError]) -> ExchangeError? {
        guard let first = refusals.first else { return nil }
        guard refusals.count > 1 else { return first }
        let shown = refusals.prefix(10).map { "  " + $0.message + ($0.hint.map { " (\($0))" } ?? "") }
        let rest = refusals.count > shown.count ? ["  and \(refusals.count - shown.count) more"] : []
        return ExchangeError(
            "\(refusals.count) nodes cannot be expressed:\n" + (shown + rest).joined(separator: "\n"))
    }

    func described(_ node: ONNXNode) -> String {
        let name = (node.name.isEmpty ? node.outputs.first ?? "" : node.name).shortened
        return "\((node.domain.isEmpty ? "" : node.domain + ".").shortened)\(node.op.shortened) \"\(name)\""
    }

    // MARK: Inputs

    private mutating func add(_ input: ONNXValue) throws(ExchangeError) {
        guard input.element?.isFloat ?? true else {
            throw ExchangeError(
                "input \"\(input.name)\" holds whole numbers, expected floats",
                hint: "import the net without what prepares its pictures")
        }
        guard let shape = input.shape, shape.count == 4 else {
            throw ExchangeError(
                "input \"\(input.name)\" has \(input.shape.map { "\($0.count)" } ?? "unknown") dimensions, expected 4: "
                    + "[N, C, H, W]")
        }
        let isLast = Self.hasChannelsLast(shape)
        let sides = isLast ? [shape[1], shape[2]] : [shape[2], shape[3]]
        guard case .fixed(let channels) = shape[isLast ? 3 : 1] else {
            throw ExchangeError(
                "input \"\(input.name)\" leaves its channels open", hint: "export it with a fixed number")
        }
        let extent: Extent
        if let size = options.size {
            extent = size
        } else if case .fixed(let height) = sides[0], case .fixed(let width) = sides[1] {
            extent = Extent(height, width)
        } else {
            throw ExchangeError(
                "input \"\(input.name)\" leaves its height and width open", hint: "say how large: --size 256x256")
        }
        if case .fixed(let size) = shape[0] { batch = size }
        let numbers = [batch, channels, extent.height, extent.width]
        guard numbers.allSatisfy({ (1..<1 << 16).contains($0) }) else {
            throw ExchangeError("input \"\(input.name)\" has the impossible shape \(numbers)")
        }
        statements.append(
            ImportedStatement(
                template: "", operands: [], channels: channels, extent: extent, name: input.name, source: ""))
        inputs.append(statements.count - 1)
        values[input.name] = .map(
            isLast
                ? MapView(
                    statement: statements.count - 1, shape: [batch, extent.height, extent.width, channels],
                    order: .permuted([0, 2, 3, 1])) : MapView(statement: statements.count - 1, shape: numbers))
    }

    /// Whether it is `[N, H, W, C]`, which nothing says: pictures have few channels.
    private static func hasChannelsLast(_ shape: [ONNXValue.Dimension]) -> Bool {
        let isFew = { (dimension: ONNXValue.Dimension) in
            if case .fixed(let size) = dimension { size <= 4 } else { false }
        }
        return !isFew(shape[1]) && isFew(shape[3])
    }

    // MARK: Nodes

    private mutating func add(_ node: ONNXNode) throws(ExchangeError) {
        guard node.domain.isEmpty else {
            throw ExchangeError(
                "the operator is not one of ONNX's own", hint: "export with standard operators")
        }
        // What is made of refused values is refused already, and said.
        let operands = node.inputs.map { values[$0] }
        if operands.contains(where: { if case .refused = $0 { true } else { false } }) {
            for name in node.outputs { values[name] = .refused }
            return
        }
        for (name, value) in zip(node.inputs, operands) where !name.isEmpty && value == nil {
            throw ExchangeError("it reads \"\(name)\", which nothing makes")
        }
        if try fold(node) { return }
        guard let results = try results(node) else {
            throw ExchangeError("there is no such operator in the language", hint: Self.advice[node.op])
        }
        for (name, value) in zip(node.outputs, results) where !name.isEmpty { values[name] = value }
        for name in node.outputs.dropFirst(results.count) where !name.isEmpty && uses[name, default: 0] > 0 {
            values[name] = .refused
            throw ExchangeError("its further result \"\(name)\" is read, which the language does not have")
        }
    }

    /// What a node makes, by the family of its operator; nil for operators of none.
    private mutating func results(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue]? {
        if let results = try convolutions(node) { return results }
        if let results = try functions(node) { return results }
        if let results = try arithmetics(node) { return results }
        if let results = try normalizations(node) { return results }
        if let results = try poolings(node) { return results }
        if let results = try joinings(node) { return results }
        if let results = try resizings(node) { return results }
        if let results = try views(node) { return results }
        return try products(node)
    }

    /// What can be done where there is no operator.
    private static let advice: [String: String] = [
        "ArgMax": "export the net without the arg-max: predict takes the largest logit by itself",
        "If": "export with constants in place of what is decided in the model",
        "Loop": "export with the loop unrolled", "Einsum": "export with plain products",
        "QuantizeLinear": "export the net before it is quantized",
        "DequantizeLinear": "export the net before it is quantized",
    ]

    /// Whether it is a file that `unetc export` wrote, whose nodes are called like the graph's.
    var isOwn: Bool { model.producer == "unetc" }

    // MARK: Operands

    /// An operand that has to be a map; nil where it is left out or constant.
    func map(_ node: ONNXNode, _ position: Int) -> MapView? {
        guard node.inputs.indices.contains(position), case .map(let view) = values[node.inputs[position]] else {
            return nil
        }
        return view
    }

    /// An operand that has to be known now; nil where it is left out or is not.
    func constant(_ node: ONNXNode, _ position: Int) -> ONNXTensor? {
        guard node.inputs.indices.contains(position), case .constant(let tensor) = values[node.inputs[position]] else {
            return nil
        }
        return tensor
    }

    /// Whether an operand is given.
    func has(_ node: ONNXNode, _ position: Int) -> Bool {
        node.inputs.indices.contains(position) && !node.inputs[position].isEmpty
    }

    func anyMap(_ node: ONNXNode, _ position: Int = 0) throws(ExchangeError) -> MapView {
        guard let view = map(node, position) else {
            throw ExchangeError("operand \(position + 1) is no feature map")
        }
        return view
    }

    /// A map as `[N, C, H, W]`.
    func plainMap(_ node: ONNXNode, _ position: Int = 0) throws(ExchangeError) -> MapView {
        let view = try anyMap(node, position)
        guard let plain = plain(view) else {
            throw ExchangeError(
                "operand \(position + 1) has the shape \(view.shape), with its axes in an order that is not [N, C, H, W]"
            )
        }
        return plain
    }

    /// The view as the map itself, where it has the same elements in the same order.
    func plain(_ view: MapView) -> MapView? {
        let shape = [batch] + statements[view.statement].shape
        switch view.order {
        case .plain: return view
        case .flat where view.shape == shape: return MapView(statement: view.statement, shape: shape)
        default: return nil
        }
    }

    /// A constant that has to be floats.
    func floats(_ node: ONNXNode, _ position: Int, _ what: String) throws(ExchangeError) -> ONNXTensor {
        guard let tensor = constant(node, position), case .floats = tensor.values else {
            throw ExchangeError("\(what) is computed by the net, expected a constant")
        }
        return tensor
    }

    // MARK: Statements

    /// Adds a statement that makes a map.
    mutating func add(
        _ template: String, _ operands: [MapView], channels: Int, _ extent: Extent, _ node: ONNXNode,
        parameters: [ImportedStatement.Parameter] = [], name: String? = nil
    ) throws(ExchangeError) -> MapView {
        guard channels > 0, extent.height > 0, extent.width > 0 else {
            throw ExchangeError("its result would be empty: \(channels) channels of \(extent.height) x \(extent.width)")
        }
        guard statements.count < 20_000 else { throw ExchangeError("the net has more than 20000 nodes") }
        statements.append(
            ImportedStatement(
                template: template, operands: operands.map(\.statement), channels: channels, extent: extent,
                parameters: parameters,
                name: isOwn ? node.name : name ?? node.statementName, weightName: name, source: described(node)))
        return MapView(
            statement: statements.count - 1, shape: [batch, channels, extent.height, extent.width])
    }

    /// Adds a function of each element, whatever the order of the axes.
    mutating func addFunction(
        _ template: String, _ operands: [MapView], _ node: ONNXNode
    ) throws(ExchangeError) -> MapView {
        let (first, map) = (operands[0], statements[operands[0].statement])
        var view = try add(template, operands, channels: map.channels, map.extent, node)
        (view.shape, view.order) = (first.shape, first.order)
        return view
    }

    func statement(of view: MapView) -> ImportedStatement { statements[view.statement] }

    mutating func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }
}

extension ONNXNode {
    func attribute(_ name: String) -> ONNXAttribute.Value? { attributes.first { $0.name == name }?.value }

    func integer(_ name: String, default value: Int) -> Int {
        if case .integer(let number) = attribute(name) { number } else { value }
    }
    func float(_ name: String, default value: Float) -> Float {
        if case .float(let number) = attribute(name) { number } else { value }
    }
    func text(_ name: String, default value: String = "") -> String {
        if case .text(let text) = attribute(name) { text } else { value }
    }
    func integers(_ name: String) -> [Int]? {
        if case .integers(let numbers) = attribute(name) { numbers } else { nil }
    }
    func floats(_ name: String) -> [Float]? {
        if case .floats(let numbers) = attribute(name) { numbers } else { nil }
    }
}

extension ONNXTensor {
    /// All elements; nil where they are no whole numbers.
    var integers: [Int]? {
        switch values {
        case .integers(let numbers): numbers
        case .bytes(let bytes): bytes.map(Int.init)
        case .floats: nil
        }
    }

    /// All elements as floats.
    var floats: [Float] {
        switch values {
        case .floats(let numbers): numbers
        case .integers(let numbers): numbers.map(Float.init)
        case .bytes(let bytes): bytes.map(Float.init)
        }
    }
}

extension String {
    /// For messages and comments: on one line, and not too long of it.
    var shortened: String {
        let line = String(
            unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }.prefix(160))
        return line.count < 160 ? line : line + "…"
    }
}
