import Base
import FileAccess
import Interpreter

/// Reads a safetensors file of `F32` and `I64` tensors, as far as tests need it.
/// - Throws: `FileError` or `JSONError`.
public func readSafetensors(_ path: String) throws -> [String: Tensor] {
    let bytes = try readBytes(path)
    guard bytes.count >= 8 else { throw FileError(path, "expected 8 bytes of header length") }
    let length = Int(littleEndian(bytes[0..<8]))
    guard length >= 0, length <= bytes.count - 8 else {
        throw FileError(path, "the header of \(length) bytes reaches behind the end")
    }
    let header = try JSON(parsing: bytes[8..<8 + length])
    var tensors: [String: Tensor] = [:]
    for (name, entry) in header.object ?? [:] where name != "__metadata__" {
        let offsets = (entry["data_offsets"]?.array ?? []).compactMap(\.integer)
        guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= bytes.count - 8 - length
        else { throw FileError(path, "'\(name)' has no place in the file") }
        let shape = (entry["shape"]?.array ?? []).compactMap(\.integer)
        let data = bytes[(8 + length + offsets[0])..<(8 + length + offsets[1])]
        tensors[name] = Tensor(shape: shape, values: try values(data, entry["dtype"]?.string ?? "", path, name))
    }
    return tensors
}

private func values(_ data: ArraySlice<UInt8>, _ type: String, _ path: String, _ name: String) throws -> [Double] {
    switch type {
    case "F32":
        stride(from: data.startIndex, to: data.endIndex - 3, by: 4).map {
            Double(Float(bitPattern: UInt32(truncatingIfNeeded: littleEndian(data[$0..<$0 + 4]))))
        }
    case "I64":
        stride(from: data.startIndex, to: data.endIndex - 7, by: 8).map { Double(littleEndian(data[$0..<$0 + 8])) }
    default: throw FileError(path, "'\(name)' has the unknown type '\(type)'")
    }
}

private func littleEndian(_ bytes: ArraySlice<UInt8>) -> Int64 {
    var value: UInt64 = 0
    for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    return Int64(bitPattern: value)
}
