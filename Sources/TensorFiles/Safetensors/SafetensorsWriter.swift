import Base
import FileAccess

/// Collects tensors and writes them as one safetensors file: the same bytes for the same calls.
public struct SafetensorsWriter {
    private struct Entry {
        var name: String
        var shape: [Int]
        var element: TensorElement
        var bytes: Bytes
    }

    /// Where an entry's bytes are until the file is written.
    private enum Bytes {
        case floats([Float])
        case integers([Int64])
        case raw([UInt8])
        /// Memory that the owner keeps alive.
        case borrowed(UnsafeRawBufferPointer, owner: AnyObject)

        var count: Int {
            switch self {
            case .floats(let values): TensorElement.f32.size * values.count
            case .integers(let values): TensorElement.i64.size * values.count
            case .raw(let bytes): bytes.count
            case .borrowed(let bytes, _): bytes.count
            }
        }

        func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
            switch self {
            case .floats(let values): try values.withUnsafeBytes(body)
            case .integers(let values): try values.withUnsafeBytes(body)
            case .raw(let bytes): try bytes.withUnsafeBytes(body)
            case .borrowed(let bytes, let owner): try withExtendedLifetime(owner) { try body(bytes) }
            }
        }
    }

    private var metadata: [JSON.Member]
    private var entries: [Entry] = []
    private var names: Set<String> = ["__metadata__"]

    /// - Parameter metadata: written in this order; a later value of the same key replaces an earlier one.
    public init(metadata: [(String, String)] = []) {
        self.metadata = []
        for (key, value) in metadata { setMetadata(key, value) }
    }

    /// Sets one string of the header's map.
    public mutating func setMetadata(_ key: String, _ value: String) {
        let member = (key: key, value: JSON.string(value))
        if let index = metadata.firstIndex(where: { $0.key == key }) {
            metadata[index] = member
        } else {
            metadata.append(member)
        }
    }

    /// Adds a tensor of 32-bit floats, row-major. Tensors stand in the file in the order in which they are added.
    /// - Throws: `TensorFileError` when the name is taken or the number of values does not fit the shape.
    public mutating func add(_ name: String, shape: [Int], values: [Float]) throws {
        try append(Entry(name: name, shape: shape, element: .f32, bytes: .floats(values)))
    }

    /// Adds a tensor of 64-bit integers.
    /// - Throws: as for floats.
    public mutating func add(_ name: String, shape: [Int], integers: [Int64]) throws {
        try append(Entry(name: name, shape: shape, element: .i64, bytes: .integers(integers)))
    }

    /// Adds a tensor of bytes.
    /// - Throws: as for floats.
    public mutating func add(_ name: String, shape: [Int], bytes: [UInt8]) throws {
        try append(Entry(name: name, shape: shape, element: .u8, bytes: .raw(bytes)))
    }

    /// Adds a tensor whose bytes stay where they are until the file is written.
    /// - Parameter owner: keeps them alive.
    /// - Throws: as for floats.
    public mutating func add(
        _ name: String, shape: [Int], element: TensorElement, borrowing bytes: UnsafeRawBufferPointer,
        of owner: AnyObject
    ) throws {
        try append(Entry(name: name, shape: shape, element: element, bytes: .borrowed(bytes, owner: owner)))
    }

    /// Writes the file under a temporary name, syncs it and gives it its name: whatever happens, a file of that name is
    /// either the old one or wholly the new one.
    /// - Throws: `FileError` that names the file and why it could not be written.
    public func write(to path: String) throws {
        let header = headerBytes()
        try FileWriter.write(path) { file in
            try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.append($0) }
            try file.append(header)
            for entry in entries { try entry.bytes.withBytes { try file.append($0) } }
        }
    }

    private mutating func append(_ entry: Entry) throws {
        guard entry.shape.allSatisfy({ $0 >= 0 }), entry.shape.reduce(entry.element.size, *) == entry.bytes.count else {
            throw TensorFileError(
                "tensor \"\(entry.name)\" of shape \(Text.shape(entry.shape)) is given "
                    + "\(entry.bytes.count / entry.element.size) values")
        }
        guard names.insert(entry.name).inserted else {
            throw TensorFileError("a tensor \"\(entry.name)\" cannot be written: the name is taken")
        }
        entries.append(entry)
    }

    /// Calls `body` with the name, shape and bytes of each tensor, in the file's order.
    public func forEachTensor(_ body: (String, [Int], UnsafeRawBufferPointer) throws -> Void) rethrows {
        for entry in entries { try entry.bytes.withBytes { try body(entry.name, entry.shape, $0) } }
    }

    /// The data starts at a multiple of so many bytes.
    private static let alignment = 64

    /// The JSON header, padded with blanks so that programs that map the file can read tensors of whole vectors as vectors.
    private func headerBytes() -> [UInt8] {
        var members: [JSON.Member] = []
        if !metadata.isEmpty { members.append(("__metadata__", .object(metadata))) }
        var offset = 0
        for entry in entries {
            let end = offset + entry.bytes.count
            members.append(
                (
                    entry.name,
                    .object([
                        ("dtype", .string(entry.element.rawValue)),
                        ("shape", .array(entry.shape.map(JSON.integer))),
                        ("data_offsets", .array([.integer(offset), .integer(end)])),
                    ])
                ))
            offset = end
        }
        var bytes = Array(JSON.object(members).text(.compact).utf8)
        while !(8 + bytes.count).isMultiple(of: Self.alignment) { bytes.append(UInt8(ascii: " ")) }
        return bytes
    }
}
