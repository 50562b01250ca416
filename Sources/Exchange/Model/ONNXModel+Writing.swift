import FileAccess
import ONNXMessages

extension ONNXModel {
    /// The most that a message may take: readers count its bytes in 32 bits.
    private static let sizeLimit = Int(Int32.max)

    /// Writes the model's file; the same model gives the same bytes.
    /// - Throws: `FileError` when the file cannot be written, `ExchangeError` for models of 2 GiB and more.
    package func write(to path: String) throws {
        let messages = MessageMemory()
        let model = messages.model(self)
        let size = unetc_onnx_size(model)
        guard size <= Self.sizeLimit else {
            throw ExchangeError(
                "\(path): the model takes \(size >> 20) MiB, and an ONNX file holds less than 2 GiB",
                hint: "export a narrower net")
        }
        try FileWriter.write(path) { file in
            try withExtendedLifetime(messages) {
                try Sink { bytes throws(FileError) in try file.append(bytes) }.take(model)
            }
        }
    }

    /// The bytes of the model's file.
    package var bytes: [UInt8] {
        let messages = MessageMemory()
        var bytes: [UInt8] = []
        withExtendedLifetime(messages) {
            try? Sink { piece throws(FileError) in bytes += piece }.take(messages.model(self))
        }
        return bytes
    }
}

/// What the C library gives its pieces to; it collects small ones, and keeps the first failure.
private final class Sink {
    private let pass: (UnsafeRawBufferPointer) throws(FileError) -> Void
    private var waiting: [UInt8] = []
    private var failure: FileError?

    init(_ pass: @escaping (UnsafeRawBufferPointer) throws(FileError) -> Void) { self.pass = pass }

    func take(_ model: UnsafePointer<Unetc__Onnx__Model>) throws(FileError) {
        unetc_onnx_write(
            model,
            { context, bytes, count in
                guard let context else { return }
                Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue().append(bytes, count)
            }, Unmanaged.passUnretained(self).toOpaque())
        flush()
        if let failure { throw failure }
    }

    private func append(_ bytes: UnsafePointer<UInt8>?, _ count: Int) {
        let piece = UnsafeRawBufferPointer(start: bytes, count: count)
        if count < 1 << 16 {
            waiting.append(contentsOf: piece)
            if waiting.count >= 1 << 16 { flush() }
        } else {
            flush()
            pass(on: piece)
        }
    }

    private func flush() {
        waiting.withUnsafeBytes { pass(on: $0) }
        waiting.removeAll(keepingCapacity: true)
    }

    private func pass(on piece: UnsafeRawBufferPointer) {
        guard failure == nil else { return }
        do { try pass(piece) } catch { failure = error }
    }
}

/// Memory for the structures of the C library, which lives as long as this does.
private final class MessageMemory {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit { for block in blocks { block.deallocate() } }

    private func array<T>(_ values: [T]) -> UnsafeMutablePointer<T>? {
        guard !values.isEmpty else { return nil }
        let block = UnsafeMutablePointer<T>.allocate(capacity: values.count)
        block.initialize(from: values, count: values.count)
        blocks.append(UnsafeMutableRawPointer(block))
        return block
    }

    private func one<T>(_ value: T) -> UnsafeMutablePointer<T> {
        let block = UnsafeMutablePointer<T>.allocate(capacity: 1)
        block.initialize(to: value)
        blocks.append(UnsafeMutableRawPointer(block))
        return block
    }

    private func many<T>(_ values: [T]) -> UnsafeMutablePointer<UnsafeMutablePointer<T>?>? {
        array(values.map { Optional(one($0)) })
    }

    private func text(_ text: String) -> UnsafeMutablePointer<CChar>? {
        // What is behind a zero would be lost on the way.
        array(text.utf8.prefix { $0 != 0 }.map(CChar.init(bitPattern:)) + [0])
    }

    private func texts(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        array(texts.map(text))
    }

    private func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        ProtobufCBinaryData(len: bytes.count, data: array(bytes))
    }

    func model(_ model: ONNXModel) -> UnsafeMutablePointer<Unetc__Onnx__Model> {
        var message = Unetc__Onnx__Model()
        unetc__onnx__model__init(&message)
        message.has_ir_version = 1
        message.ir_version = Int64(model.irVersion)
        message.producer_name = text(model.producer)
        message.producer_version = text(model.producerVersion)
        message.graph = one(graph(model.graph))
        var set = Unetc__Onnx__OperatorSet()
        unetc__onnx__operator_set__init(&set)
        set.domain = text("")
        set.has_version = 1
        set.version = Int64(model.opset)
        message.n_opset_import = 1
        message.opset_import = many([set])
        message.n_metadata_props = model.metadata.count
        message.metadata_props = many(model.metadata.map(entry))
        return one(message)
    }

    private func entry(_ entry: (key: String, value: String)) -> Unetc__Onnx__Entry {
        var message = Unetc__Onnx__Entry()
        unetc__onnx__entry__init(&message)
        message.key = text(entry.key)
        message.value = text(entry.value)
        return message
    }

    private func graph(_ graph: ONNXGraph) -> Unetc__Onnx__Graph {
        var message = Unetc__Onnx__Graph()
        unetc__onnx__graph__init(&message)
        message.name = text(graph.name)
        message.n_node = graph.nodes.count
        message.node = many(graph.nodes.map(node))
        message.n_initializer = graph.initializers.count
        message.initializer = many(graph.initializers.map(tensor))
        message.n_input = graph.inputs.count
        message.input = many(graph.inputs.map(value))
        message.n_output = graph.outputs.count
        message.output = many(graph.outputs.map(value))
        return message
    }

    private func node(_ node: ONNXNode) -> Unetc__Onnx__Node {
        var message = Unetc__Onnx__Node()
        unetc__onnx__node__init(&message)
        message.name = text(node.name)
        message.op_type = text(node.op)
        if !node.domain.isEmpty { message.domain = text(node.domain) }
        message.n_input = node.inputs.count
        message.input = texts(node.inputs)
        message.n_output = node.outputs.count
        message.output = texts(node.outputs)
        message.n_attribute = node.attributes.count
        message.attribute = many(node.attributes.map(attribute))
        return message
    }

    /// The numbers of the kinds of attributes stand in onnx.proto.
    private func attribute(_ attribute: ONNXAttribute) -> Unetc__Onnx__Attribute {
        var message = Unetc__Onnx__Attribute()
        unetc__onnx__attribute__init(&message)
        message.name = text(attribute.name)
        message.has_type = 1
        switch attribute.value {
        case .float(let number):
            (message.type, message.has_f, message.f) = (1, 1, number)
        case .integer(let number):
            (message.type, message.has_i, message.i) = (2, 1, Int64(number))
        case .text(let text):
            (message.type, message.has_s, message.s) = (3, 1, bytes(Array(text.utf8)))
        case .tensor(let value):
            (message.type, message.t) = (4, one(tensor(value)))
        case .floats(let numbers):
            (message.type, message.n_floats, message.floats) = (6, numbers.count, array(numbers))
        case .integers(let numbers):
            (message.type, message.n_ints, message.ints) = (7, numbers.count, array(numbers.map(Int64.init)))
        case .texts(let texts):
            (message.type, message.n_strings) = (8, texts.count)
            message.strings = array(texts.map { bytes(Array($0.utf8)) })
        case .other: fatalError("an attribute that cannot be written")
        }
        return message
    }

    private func tensor(_ tensor: ONNXTensor) -> Unetc__Onnx__Tensor {
        var message = Unetc__Onnx__Tensor()
        unetc__onnx__tensor__init(&message)
        message.name = text(tensor.name)
        message.n_dims = tensor.shape.count
        message.dims = array(tensor.shape.map(Int64.init))
        message.has_data_type = 1
        message.has_raw_data = 1
        switch tensor.values {
        case .floats(let values):
            message.data_type = Int32(ONNXElement.float.rawValue)
            message.raw_data = raw(values)
        case .integers(let values):
            message.data_type = Int32(ONNXElement.int64.rawValue)
            message.raw_data = raw(values)
        case .bytes(let values):
            message.data_type = Int32(ONNXElement.uint8.rawValue)
            message.raw_data = raw(values)
        }
        return message
    }

    /// The elements as they lie in memory, which is little-endian as files are.
    private func raw<T>(_ values: [T]) -> ProtobufCBinaryData {
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, values.count * MemoryLayout<T>.stride), alignment: MemoryLayout<T>.alignment)
        blocks.append(block)
        values.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: block, count: $0.count).copyMemory(from: $0) }
        return ProtobufCBinaryData(
            len: values.count * MemoryLayout<T>.stride, data: block.assumingMemoryBound(to: UInt8.self))
    }

    private func value(_ value: ONNXValue) -> Unetc__Onnx__ValueInfo {
        var tensor = Unetc__Onnx__Type__TensorType()
        unetc__onnx__type__tensor_type__init(&tensor)
        if let element = value.element { (tensor.has_elem_type, tensor.elem_type) = (1, Int32(element.rawValue)) }
        if let dimensions = value.shape {
            var shape = Unetc__Onnx__Shape()
            unetc__onnx__shape__init(&shape)
            shape.n_dim = dimensions.count
            shape.dim = many(dimensions.map(dimension))
            tensor.shape = one(shape)
        }
        var type = Unetc__Onnx__Type()
        unetc__onnx__type__init(&type)
        type.tensor_type = one(tensor)
        var message = Unetc__Onnx__ValueInfo()
        unetc__onnx__value_info__init(&message)
        message.name = text(value.name)
        message.type = one(type)
        return message
    }

    private func dimension(_ dimension: ONNXValue.Dimension) -> Unetc__Onnx__Shape__Dimension {
        var message = Unetc__Onnx__Shape__Dimension()
        unetc__onnx__shape__dimension__init(&message)
        switch dimension {
        case .fixed(let size): (message.has_dim_value, message.dim_value) = (1, Int64(size))
        case .named(let name): message.dim_param = text(name)
        case .unknown: break
        }
        return message
    }
}
