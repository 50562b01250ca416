/// A model of an ONNX file, as far as it is read and written here: one graph of nodes over named values, without subgraphs.
package struct ONNXModel: Sendable {
    /// The version of the file's form, which goes up with the operator sets.
    package var irVersion: Int
    /// The version of ONNX's own operators; 0 where the file names none.
    package var opset: Int
    /// What wrote the file: "pytorch", "tf2onnx".
    package var producer: String
    package var producerVersion: String
    package var metadata: [(key: String, value: String)]
    package var graph: ONNXGraph

    package init(
        irVersion: Int, opset: Int, producer: String = "", producerVersion: String = "",
        metadata: [(key: String, value: String)] = [], graph: ONNXGraph
    ) {
        self.irVersion = irVersion
        self.opset = opset
        self.producer = producer
        self.producerVersion = producerVersion
        self.metadata = metadata
        self.graph = graph
    }

    /// What it holds, for people.
    package var summary: String {
        let elements = graph.initializers.reduce(0) { $0 + $1.values.count }
        return "\(graph.nodes.count) nodes, \(graph.initializers.count) tensors of \(elements) numbers, opset \(opset)"
    }
}

/// Nodes in the order in which they run. A value is known by its name: an input's, an initializer's or a node's output.
package struct ONNXGraph: Sendable {
    package var name: String
    package var nodes: [ONNXNode] = []
    package var initializers: [ONNXTensor] = []
    package var inputs: [ONNXValue] = []
    package var outputs: [ONNXValue] = []

    package init(name: String) { self.name = name }
}

/// One operator and the values that it reads and makes. An operand that is left out has an empty name.
package struct ONNXNode: Sendable {
    package var name: String
    package var op: String
    /// Empty for ONNX's own operators.
    package var domain: String
    package var inputs: [String]
    package var outputs: [String]
    package var attributes: [ONNXAttribute]

    package init(
        name: String, op: String, domain: String = "", inputs: [String], outputs: [String],
        attributes: [ONNXAttribute] = []
    ) {
        self.name = name
        self.op = op
        self.domain = domain
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }
}

/// A constant of a node.
package struct ONNXAttribute: Sendable {
    package enum Value: Sendable {
        case float(Float)
        case integer(Int)
        case text(String)
        case tensor(ONNXTensor)
        case floats([Float])
        case integers([Int])
        case texts([String])
        /// A kind that is not read, by its number: subgraphs and types.
        case other(Int)
    }

    package var name: String
    package var value: Value

    package init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}

/// A constant tensor.
package struct ONNXTensor: Sendable {
    package enum Values: Sendable {
        case floats([Float])
        case integers([Int])
        case bytes([UInt8])
    }

    package var name: String
    package var shape: [Int]
    /// Row-major; floats of any width as floats, all integers and truth values as integers. Written are floats, 64-bit integers and
    /// bytes.
    package var values: Values

    package init(name: String, shape: [Int], values: Values) {
        self.name = name
        self.shape = shape
        self.values = values
    }
}

/// An input or an output of a graph.
package struct ONNXValue: Sendable {
    package enum Dimension: Sendable, Equatable {
        case fixed(Int)
        /// Any size, the same wherever the name stands.
        case named(String)
        case unknown
    }

    package var name: String
    package var element: ONNXElement?
    /// nil where the file does not say.
    package var shape: [Dimension]?

    package init(name: String, element: ONNXElement? = nil, shape: [Dimension]? = nil) {
        self.name = name
        self.element = element
        self.shape = shape
    }
}

/// The element types of ONNX that are read, by their numbers.
package enum ONNXElement: Int, Sendable {
    case float = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10
    case double = 11
    case uint32 = 12
    case uint64 = 13
    case bfloat16 = 16

    /// Bytes of one element.
    package var size: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .float, .int32, .uint32: 4
        case .int64, .double, .uint64: 8
        }
    }

    package var isFloat: Bool {
        switch self {
        case .float, .float16, .double, .bfloat16: true
        case .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .uint32, .uint64: false
        }
    }
}

/// Why a graph cannot become another form, or a file cannot become a graph, in words for the person who can change it.
package struct ExchangeError: Error, Hashable, Sendable, CustomStringConvertible {
    package var message: String
    /// What can be done about it.
    package var hint: String?

    package init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    package var description: String { message + (hint.map { "\n  hint: \($0)" } ?? "") }
}
