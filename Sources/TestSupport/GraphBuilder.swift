import Diagnostics
import GraphIR

/// Builds graphs by hand, with the types that the shape rules give.
public struct GraphBuilder {
    public private(set) var graph: Graph
    private var line = 0

    public init(_ name: String = "test") { graph = Graph(name: name) }

    /// Appends a node; each gets a line of its own in a file called `test.graph`.
    private mutating func append(_ op: Op, _ inputs: [NodeID], _ type: TensorType, _ name: String) -> NodeID {
        line += 1
        let origin = Origin(location: SourceLocation(file: "test.graph", line: line, column: 3))
        return graph.append(Node(op: op, inputs: inputs, type: type, name: name, origin: origin))
    }

    public mutating func input(_ name: String, _ shape: [Int]) -> NodeID { append(.input, [], .batched(shape), name) }

    public mutating func target(_ name: String, _ shape: [Int]) -> NodeID { append(.target, [], .batched(shape), name) }

    /// A target of class numbers.
    public mutating func classes(_ name: String, _ shape: [Int]) -> NodeID {
        append(.target, [], TensorType.classes(shape), name)
    }

    public mutating func parameter(
        _ name: String, _ shape: [Int], kind: ParameterKind = .weight, fanIn: Int = 1
    ) -> NodeID {
        append(.parameter(kind, fanIn: fanIn), [], .fixed(shape), name)
    }

    /// Any operator; its type is inferred.
    public mutating func add(_ op: Op, _ inputs: [NodeID], _ name: String) throws -> NodeID {
        append(op, inputs, try op.resultType(inputs.map { graph[$0].type }), name)
    }

    public mutating func apply(_ function: Elementwise, _ inputs: [NodeID], _ name: String) throws -> NodeID {
        try add(.elementwise(function), inputs, name)
    }

    /// A convolution with parameters `<name>.weight` and `<name>.bias`.
    public mutating func conv(
        _ g: ConvGeometry, _ x: NodeID, _ name: String, bias: Bool = true
    ) throws -> NodeID {
        let weight = parameter("\(name).weight", g.weightType.shape, fanIn: g.reductionSize)
        let biases = bias ? [parameter("\(name).bias", [g.outputChannels], kind: .bias, fanIn: g.reductionSize)] : []
        return try add(.conv(g), [x, weight] + biases, name)
    }

    /// A convolution of `x` to `channels`, whose geometry follows from the type of `x`.
    public mutating func conv(
        _ x: NodeID, _ channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, _ name: String
    ) throws -> NodeID {
        let map = try featureMap(x)
        let g = ConvGeometry(
            inputChannels: map.channels, input: Extent(map.height, map.width), outputChannels: channels,
            kernel: Extent(kernel), stride: Extent(stride), padding: Padding(padding))
        return try conv(g, x, name)
    }

    /// A transposed convolution, told as the convolution whose data gradient it is, with its parameters.
    public mutating func convTranspose(
        _ g: ConvGeometry, _ x: NodeID, _ name: String, bias: Bool = true
    ) throws -> NodeID {
        let weight = parameter("\(name).weight", g.weightType.shape, fanIn: g.reductionSize)
        let biases = bias ? [parameter("\(name).bias", [g.inputChannels], kind: .bias, fanIn: g.reductionSize)] : []
        return try add(.convTranspose(g), [x, weight] + biases, name)
    }

    /// A transposed convolution of `x` to `channels`, as PyTorch sizes it.
    public mutating func convTranspose(
        _ x: NodeID, _ channels: Int, kernel: Extent, stride: Extent, padding: Int = 0, outputPadding: Int = 0,
        groups: Int = 1, _ name: String
    ) throws -> NodeID {
        let map = try featureMap(x)
        let result = Extent(
            (map.height - 1) * stride.height - 2 * padding + kernel.height + outputPadding,
            (map.width - 1) * stride.width - 2 * padding + kernel.width + outputPadding)
        let g = ConvGeometry(
            inputChannels: channels, input: result, outputChannels: map.channels,
            output: Extent(map.height, map.width), kernel: kernel, stride: stride, padding: Padding(padding),
            dilation: Extent(1), groups: groups)
        return try convTranspose(g, x, name)
    }

    public mutating func maxPool(
        _ x: NodeID, kernel: Int, stride: Int? = nil, padding: Padding = Padding(0), _ name: String
    ) throws -> NodeID {
        let map = try featureMap(x)
        let g = PoolGeometry(
            channels: map.channels, input: Extent(map.height, map.width), kernel: Extent(kernel),
            stride: Extent(stride ?? kernel), padding: padding)
        return try add(.maxPool(g), [x], name)
    }

    public mutating func concat(_ parts: [NodeID], _ name: String) throws -> NodeID { try add(.concat, parts, name) }

    public mutating func output(_ name: String, _ node: NodeID) { graph.outputs.append(NamedValue(name, node)) }

    /// The batch mean of per-sample losses, as the graph's loss.
    public mutating func loss(_ perSample: NodeID, _ name: String = "loss") throws {
        graph.loss = try add(.batchMean, [perSample], name)
    }

    /// A scalar of the graph, as its loss.
    public mutating func setLoss(_ node: NodeID) { graph.loss = node }

    private func featureMap(_ x: NodeID) throws -> (channels: Int, height: Int, width: Int) {
        guard let map = graph[x].type.featureMap else {
            throw ShapeError("'\(graph[x].name)' should be a feature map, found \(graph[x].type)")
        }
        return map
    }
}
