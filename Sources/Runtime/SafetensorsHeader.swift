import Base

/// A tensor of a safetensors file.
public struct SafetensorsTensor: Hashable, Sendable {
    public var name: String
    public var shape: [Int]
    public var element: SafetensorsElement
    /// Its bytes, counted from the first byte after the header.
    var range: Range<Int>

    public var elementCount: Int { range.count / element.size }
}

/// The header of a safetensors file: what lies where, already checked.
struct SafetensorsHeader: Sendable {
    /// In order of their place in the file.
    var tensors: [SafetensorsTensor]
    /// In the file's order.
    var metadata: [JSON.Member]

    /// Reads the JSON part. Safe for any bytes.
    /// - Parameter dataBytes: what follows the header in the file.
    /// - Throws: `RuntimeError` that names the tensor at fault.
    init(json: [UInt8], dataBytes: Int) throws {
        let value: JSON
        do { value = try JSON(parsing: json) } catch { throw RuntimeError("\(error)") }
        guard let members = value.members else { throw RuntimeError("the header is not a JSON object") }
        var tensors: [SafetensorsTensor] = []
        var metadata: [JSON.Member] = []
        for member in members {
            if member.key == "__metadata__" {
                metadata = try SafetensorsHeader.metadata(member.value)
            } else {
                tensors.append(try SafetensorsHeader.tensor(member))
            }
        }
        // Empty tensors first, so that they do not seem to overlap their neighbour.
        tensors.sort {
            ($0.range.lowerBound, $0.range.upperBound, $0.name) < ($1.range.lowerBound, $1.range.upperBound, $1.name)
        }
        try SafetensorsHeader.checkCoverage(tensors, dataBytes: dataBytes)
        self.tensors = tensors
        self.metadata = metadata
    }

    private static func metadata(_ value: JSON) throws -> [JSON.Member] {
        guard let members = value.members, members.allSatisfy({ $0.value.string != nil }) else {
            throw RuntimeError("\"__metadata__\" is not a map of strings")
        }
        return members
    }

    private static func tensor(_ member: JSON.Member) throws -> SafetensorsTensor {
        let name = member.key
        guard let type = member.value["dtype"]?.string, let shape = sizes(member.value["shape"]),
            let offsets = sizes(member.value["data_offsets"]), offsets.count == 2
        else { throw RuntimeError("tensor \"\(name)\" lacks its dtype, shape or two data_offsets") }
        guard let element = SafetensorsElement(rawValue: type) else {
            throw RuntimeError(
                "tensor \"\(name)\" has the unknown dtype \"\(type)\"; known are "
                    + SafetensorsElement.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard offsets[0] <= offsets[1] else {
            throw RuntimeError("tensor \"\(name)\" ends at byte \(offsets[1]), before it begins at \(offsets[0])")
        }
        guard let bytes = byteCount(shape, element), bytes == offsets[1] - offsets[0] else {
            throw RuntimeError(
                "tensor \"\(name)\" \(type) \(shapeText(shape)) does not take the \(offsets[1] - offsets[0]) bytes "
                    + "that it is given")
        }
        return SafetensorsTensor(name: name, shape: shape, element: element, range: offsets[0]..<offsets[1])
    }

    /// The format allows neither overlaps nor holes, and the last tensor ends with the file.
    private static func checkCoverage(_ tensors: [SafetensorsTensor], dataBytes: Int) throws {
        var end = 0
        var previous = "the header"
        for tensor in tensors {
            guard tensor.range.lowerBound == end else {
                let fault = tensor.range.lowerBound < end ? "overlaps" : "leaves a gap after"
                throw RuntimeError("tensor \"\(tensor.name)\" \(fault) \(previous)")
            }
            end = tensor.range.upperBound
            previous = "\"\(tensor.name)\""
        }
        guard end == dataBytes else {
            throw RuntimeError(
                "the tensors take \(end) bytes and the file has \(dataBytes) for them: "
                    + (end > dataBytes ? "it is truncated" : "something was appended"))
        }
    }

    private static func byteCount(_ shape: [Int], _ element: SafetensorsElement) -> Int? {
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
