import Base
import FileAccess
import ONNXMessages

extension ONNXModel {
    /// Reads a model's file. Safe for any bytes.
    ///
    /// - Parameters:
    ///   - path: names the file in errors.
    ///   - external: gives a range of bytes of a file beside the model's, where tensors may lie.
    /// - Throws: `ExchangeError` for what is no model, or holds tensors whose values do not fit their shapes.
    package init(
        _ bytes: [UInt8], path: String, external: @escaping (String, _ offset: Int, _ count: Int?) throws -> [UInt8]
    ) throws {
        let memory = bytes.count + Self.overhead
        guard let message = bytes.withUnsafeBufferPointer({ unetc_onnx_read($0.baseAddress, $0.count, memory) }) else {
            throw ExchangeError(
                "\(path): cannot be read as an ONNX model: it is something else, or damaged",
                hint: "is it the right file, and whole?")
        }
        defer { unetc_onnx_free(message) }
        guard let graph = message.pointee.graph else {
            throw ExchangeError("\(path): an ONNX model without a graph: the file is something else, or damaged")
        }
        let reader = MessageReader(path: path, external: external)
        let sets = list(message.pointee.opset_import, message.pointee.n_opset_import)
        let own = sets.first { ["", "ai.onnx"].contains(text($0.domain)) }
        self.init(
            irVersion: Int(message.pointee.ir_version), opset: own.map { Int($0.version) } ?? 0,
            producer: text(message.pointee.producer_name), producerVersion: text(message.pointee.producer_version),
            metadata: list(message.pointee.metadata_props, message.pointee.n_metadata_props).map {
                (text($0.key), text($0.value))
            },
            graph: try reader.graph(graph.pointee))
    }

    /// Reads a file, with tensors that it keeps in others beside it.
    /// - Throws: `FileError` where one cannot be read, `ExchangeError` as above.
    package init(path: String) throws {
        let folder = Files.folder(of: path)
        var others: [String: [UInt8]] = [:]
        try self.init(try Files.read(path), path: path) { name, offset, count in
            // A model must not look into other folders.
            guard !name.isEmpty, !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
                throw ExchangeError("\(path): keeps tensors in \"\(name)\", which is not beside it")
            }
            let bytes = try others[name] ?? Files.read("\(folder)/\(name)")
            others[name] = bytes
            let end = count.map { offset + $0 } ?? bytes.count
            guard offset <= end, end <= bytes.count else {
                throw ExchangeError("\(path): its tensors end at byte \(end) of \"\(name)\", which has \(bytes.count)")
            }
            return Array(bytes[offset..<end])
        }
    }

    /// Memory that the messages of a model may take, beyond the bytes of its file.
    private static let overhead = 256 << 20
}

private func text(_ bytes: UnsafeMutablePointer<CChar>?) -> String { bytes.map { String(cString: $0) } ?? "" }

private func text(_ data: ProtobufCBinaryData) -> String {
    String(decoding: UnsafeBufferPointer(start: data.data, count: data.len), as: UTF8.self)
}

private func list<T>(_ pointer: UnsafeMutablePointer<UnsafeMutablePointer<T>?>?, _ count: Int) -> [T] {
    UnsafeBufferPointer(start: pointer, count: count).compactMap { $0?.pointee }
}

private struct MessageReader {
    let path: String
    let external: (String, _ offset: Int, _ count: Int?) throws -> [UInt8]

    func graph(_ message: Unetc__Onnx__Graph) throws -> ONNXGraph {
        var graph = ONNXGraph(name: text(message.name))
        graph.nodes = try list(message.node, message.n_node).map(node)
        graph.initializers = try list(message.initializer, message.n_initializer).map { try tensor($0) }
        graph.inputs = list(message.input, message.n_input).map(value)
        graph.outputs = list(message.output, message.n_output).map(value)
        return graph
    }

    private func node(_ message: Unetc__Onnx__Node) throws -> ONNXNode {
        let texts = { (pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, count: Int) in
            UnsafeBufferPointer(start: pointer, count: count).map(text)
        }
        let domain = text(message.domain)
        return ONNXNode(
            name: text(message.name), op: text(message.op_type), domain: domain == "ai.onnx" ? "" : domain,
            inputs: texts(message.input, message.n_input), outputs: texts(message.output, message.n_output),
            attributes: try list(message.attribute, message.n_attribute).map(attribute))
    }

    private func attribute(_ message: Unetc__Onnx__Attribute) throws -> ONNXAttribute {
        ONNXAttribute(name: text(message.name), value: try attributeValue(message))
    }

    private func attributeValue(_ message: Unetc__Onnx__Attribute) throws -> ONNXAttribute.Value {
        switch message.type {
        case 1: return .float(message.f)
        case 2: return .integer(Int(message.i))
        case 3: return .text(text(message.s))
        case 4:
            guard let value = message.t else {
                throw ExchangeError("\(path): attribute \"\(text(message.name))\" lacks its tensor")
            }
            return .tensor(try tensor(value.pointee))
        case 6: return .floats(Array(UnsafeBufferPointer(start: message.floats, count: message.n_floats)))
        case 7: return .integers(UnsafeBufferPointer(start: message.ints, count: message.n_ints).map(Int.init))
        case 8: return .texts(UnsafeBufferPointer(start: message.strings, count: message.n_strings).map(text))
        default: return .other(Int(message.type))
        }
    }

    private func value(_ message: Unetc__Onnx__ValueInfo) -> ONNXValue {
        guard let tensor = message.type?.pointee.tensor_type?.pointee else {
            return ONNXValue(name: text(message.name))
        }
        let shape = tensor.shape.map { shape in
            list(shape.pointee.dim, shape.pointee.n_dim).map { dimension -> ONNXValue.Dimension in
                if dimension.has_dim_value != 0 { return .fixed(Int(dimension.dim_value)) }
                return dimension.dim_param == nil ? .unknown : .named(text(dimension.dim_param))
            }
        }
        return ONNXValue(
            name: text(message.name), element: ONNXElement(rawValue: Int(tensor.elem_type)), shape: shape)
    }

    // MARK: Tensors

    private func tensor(_ message: Unetc__Onnx__Tensor) throws -> ONNXTensor {
        let name = text(message.name)
        let dimensions = UnsafeBufferPointer(start: message.dims, count: message.n_dims).map(Int.init)
        let shape = "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
        guard let element = ONNXElement(rawValue: Int(message.data_type)) else {
            throw ExchangeError(
                "\(path): tensor \"\(name)\" \(shape) has the element type \(message.data_type), which is not read")
        }
        var count = 1
        for dimension in dimensions {
            // Also of an empty tensor, whose other dimensions may be anything.
            let (product, overflow) = count.multipliedReportingOverflow(by: max(1, dimension))
            guard dimension >= 0, !overflow, product < 1 << 40 else {
                throw ExchangeError("\(path): tensor \"\(name)\" has the impossible shape \(shape)")
            }
            count = product
        }
        if dimensions.contains(0) { count = 0 }
        let values = try self.values(message, element, name: name)
        let found = values.count
        guard found == count else {
            throw ExchangeError("\(path): tensor \"\(name)\" of shape \(shape) holds \(found) values")
        }
        return ONNXTensor(name: name, shape: dimensions, values: values)
    }

    private func values(
        _ message: Unetc__Onnx__Tensor, _ element: ONNXElement, name: String
    ) throws -> ONNXTensor.Values {
        if message.data_location == 1 {
            return try externalBytes(message, name).withUnsafeBytes { element.values($0) }
        }
        if message.has_raw_data != 0 {
            return element.values(UnsafeRawBufferPointer(start: message.raw_data.data, count: message.raw_data.len))
        }
        let small = UnsafeBufferPointer(start: message.int32_data, count: message.n_int32_data)
        switch element {
        case .float: return .floats(Array(UnsafeBufferPointer(start: message.float_data, count: message.n_float_data)))
        case .double:
            return .floats(
                UnsafeBufferPointer(start: message.double_data, count: message.n_double_data).map(Float.init))
        case .float16: return .floats(small.map { float(half: UInt16(truncatingIfNeeded: $0)) })
        case .bfloat16: return .floats(small.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) })
        case .int64:
            return .integers(UnsafeBufferPointer(start: message.int64_data, count: message.n_int64_data).map(Int.init))
        case .uint32, .uint64:
            return .integers(
                UnsafeBufferPointer(start: message.uint64_data, count: message.n_uint64_data)
                    .map { Int(truncatingIfNeeded: $0) })
        case .int8, .uint8, .int16, .uint16, .int32, .bool: return .integers(small.map(Int.init))
        }
    }

    private func externalBytes(_ message: Unetc__Onnx__Tensor, _ name: String) throws -> [UInt8] {
        var entries: [String: String] = [:]
        for entry in list(message.external_data, message.n_external_data) {
            entries[text(entry.key)] = text(entry.value)
        }
        let offset = Int(entries["offset"] ?? "0") ?? -1
        let length = entries["length"].map { Int($0) ?? -1 }
        guard let location = entries["location"], (0..<1 << 50).contains(offset), (0..<1 << 40).contains(length ?? 0)
        else { throw ExchangeError("\(path): tensor \"\(name)\" lies in another file, at a place that makes no sense") }
        return try external(location, offset, length)
    }
}

extension ONNXTensor.Values {
    package var count: Int {
        switch self {
        case .floats(let values): values.count
        case .integers(let values): values.count
        case .bytes(let values): values.count
        }
    }
}

extension ONNXElement {
    /// The elements of little-endian bytes, as many as are whole.
    fileprivate func values(_ bytes: UnsafeRawBufferPointer) -> ONNXTensor.Values {
        switch self {
        case .float: .floats(bytes.map(UInt32.self) { Float(bitPattern: $0) })
        case .double: .floats(bytes.map(UInt64.self) { Float(Double(bitPattern: $0)) })
        case .float16: .floats(bytes.map(UInt16.self, float(half:)))
        case .bfloat16: .floats(bytes.map(UInt16.self) { Float(bitPattern: UInt32($0) << 16) })
        case .int8: .integers(bytes.map(Int8.self, Int.init))
        case .uint8, .bool: .integers(bytes.map(UInt8.self, Int.init))
        case .int16: .integers(bytes.map(Int16.self, Int.init))
        case .uint16: .integers(bytes.map(UInt16.self, Int.init))
        case .int32: .integers(bytes.map(Int32.self, Int.init))
        case .uint32: .integers(bytes.map(UInt32.self, Int.init))
        case .int64: .integers(bytes.map(Int64.self, Int.init))
        case .uint64: .integers(bytes.map(UInt64.self) { Int(truncatingIfNeeded: $0) })
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Elements need not be aligned.
    fileprivate func map<T: FixedWidthInteger, Result>(_: T.Type, _ convert: (T) -> Result) -> [Result] {
        (0..<count / MemoryLayout<T>.size).map { index in
            convert(T(littleEndian: loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self)))
        }
    }
}

/// The float of an IEEE half's bits.
private func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let (exponent, fraction) = (UInt32(bits >> 10) & 0x1f, UInt32(bits & 0x3ff))
    switch exponent {
    case 0:
        // Subnormal halves are exact multiples of 2^-24.
        let magnitude = Float(fraction) * 0x1p-24
        return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}
