import Base

/// The header of a safetensors file: what lies where, already checked.
struct SafetensorsHeader: Sendable {
    /// The reference implementation's limit.
    private static let sizeLimit = 100_000_000

    /// In order of their place in the file.
    var tensors: [StoredTensor]
    /// In the file's order.
    var metadata: [JSON.Member]

    /// Reads the header of a file. Safe for any bytes.
    /// - Throws: `TensorFileError`, without the file's name, that names the tensor at fault.
    init(_ file: OpenedFile) throws {
        let length = try Self.length(file)
        let value: JSON
        do { value = try JSON(parsing: file.bytes(length, at: 8)) } catch let error as TensorFileError {
            throw error
        } catch {
            throw TensorFileError("\(error)")
        }
        guard let members = value.members else { throw TensorFileError("the header is not a JSON object") }
        var entries: [Entry] = []
        var metadata: [JSON.Member] = []
        for member in members {
            if member.key == "__metadata__" {
                metadata = try Self.metadata(member.value)
            } else {
                entries.append(try Self.entry(member))
            }
        }
        // Empty tensors first, so that they do not seem to overlap their neighbour.
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound, $0.name) < ($1.range.lowerBound, $1.range.upperBound, $1.name)
        }
        try Self.checkCoverage(entries, dataBytes: file.size - 8 - length)
        tensors = entries.map {
            StoredTensor(
                name: $0.name, shape: $0.shape, element: $0.element, start: 8 + length + $0.range.lowerBound)
        }
        self.metadata = metadata
    }

    /// What the header says of a tensor.
    private struct Entry {
        var name: String
        var shape: [Int]
        var element: TensorElement
        /// Its bytes, counted from the first byte after the header.
        var range: Range<Int>
    }

    private static func length(_ file: OpenedFile) throws -> Int {
        guard file.size >= 8 else { throw TensorFileError("it has \(file.size) bytes, too few for a header") }
        var length: UInt64 = 0
        try withUnsafeMutableBytes(of: &length) { try file.read($0, at: 0) }
        length = UInt64(littleEndian: length)
        guard length <= UInt64(sizeLimit) else {
            throw TensorFileError("it does not begin with the length of a header, as these files do")
        }
        guard length <= UInt64(file.size - 8) else {
            throw TensorFileError(
                "it announces a header of \(length) bytes and has \(file.size) in all: it is truncated, or none of these "
                    + "files")
        }
        return Int(length)
    }

    private static func metadata(_ value: JSON) throws -> [JSON.Member] {
        guard let members = value.members, members.allSatisfy({ $0.value.string != nil }) else {
            throw TensorFileError("\"__metadata__\" is not a map of strings")
        }
        return members
    }

    private static func entry(_ member: JSON.Member) throws -> Entry {
        let name = member.key
        guard let type = member.value["dtype"]?.string, let shape = sizes(member.value["shape"]),
            let offsets = sizes(member.value["data_offsets"]), offsets.count == 2
        else { throw TensorFileError("tensor \"\(name)\" lacks its dtype, shape or two data_offsets") }
        guard let element = TensorElement(rawValue: type) else {
            throw TensorFileError(
                "tensor \"\(name)\" has the unknown dtype \"\(type)\"; known are "
                    + TensorElement.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard offsets[0] <= offsets[1] else {
            throw TensorFileError("tensor \"\(name)\" ends at byte \(offsets[1]), before it begins at \(offsets[0])")
        }
        guard let bytes = byteCount(shape, element), bytes == offsets[1] - offsets[0] else {
            throw TensorFileError(
                "tensor \"\(name)\" \(type) \(Text.shape(shape)) does not take the \(offsets[1] - offsets[0]) bytes "
                    + "that it is given")
        }
        return Entry(name: name, shape: shape, element: element, range: offsets[0]..<offsets[1])
    }

    /// The format allows neither overlaps nor holes, and the last tensor ends with the file.
    private static func checkCoverage(_ tensors: [Entry], dataBytes: Int) throws {
        var end = 0
        var previous = "the header"
        for tensor in tensors {
            guard tensor.range.lowerBound == end else {
                let fault = tensor.range.lowerBound < end ? "overlaps" : "leaves a gap after"
                throw TensorFileError("tensor \"\(tensor.name)\" \(fault) \(previous)")
            }
            end = tensor.range.upperBound
            previous = "\"\(tensor.name)\""
        }
        guard end == dataBytes else {
            throw TensorFileError(
                "the tensors take \(end) bytes and the file has \(dataBytes) for them: "
                    + (end > dataBytes ? "it is truncated" : "something was appended"))
        }
    }

    private static func byteCount(_ shape: [Int], _ element: TensorElement) -> Int? {
        var bytes = element.size
        for dimension in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
            if overflow { return nil }
            bytes = product
        }
        return bytes
    }

    /// Integers from zero up; nil for anything else.
    private static func sizes(_ value: JSON?) -> [Int]? {
        guard let values = value?.array else { return nil }
        let sizes = values.compactMap(\.integer).filter { $0 >= 0 }
        return sizes.count == values.count ? sizes : nil
    }
}
