import Base
import FileAccess

import Platform

/// A safetensors file, open for reading; its header is checked, its tensors are read when asked for.
///
/// Safe for any file: what does not fit is refused with a message that names it.
public final class SafetensorsFile {
    /// The reference implementation's limit.
    private static let headerLimit = 100_000_000

    public let path: String
    private let header: SafetensorsHeader
    private let places: [String: Int]
    private let descriptor: Int32
    /// Bytes before the first tensor.
    private let dataStart: Int

    /// - Throws: `RuntimeError` when the file cannot be opened or is not a whole safetensors file.
    public init(path: String) throws {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw RuntimeError.system("\(path): cannot be opened", errno: errno) }
        do {
            let size = try SafetensorsFile.regularFileSize(descriptor)
            let length = try SafetensorsFile.headerLength(descriptor, fileSize: size)
            let json = try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                try readExactly(
                    descriptor, UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: length), at: 8)
                count = length
            }
            header = try SafetensorsHeader(json: json, dataBytes: size - 8 - length)
            dataStart = 8 + length
        } catch let error as RuntimeError {
            let other = WeightsFormat(descriptor)
            close(descriptor)
            if let other { throw RuntimeError("\(path): \(other.text)", hint: other.advice) }
            throw RuntimeError("\(path): not a valid safetensors file: \(error.message)")
        }
        self.path = path
        self.descriptor = descriptor
        places = Dictionary(uniqueKeysWithValues: header.tensors.enumerated().map { ($1.name, $0) })
    }

    deinit { close(descriptor) }

    /// In order of their place in the file.
    public var tensors: [SafetensorsTensor] { header.tensors }
    /// In order of their place in the file.
    public var names: [String] { header.tensors.map(\.name) }
    /// The header's map of strings.
    public var metadata: [String: String] {
        Dictionary(uniqueKeysWithValues: header.metadata.map { ($0.key, $0.value.string ?? "") })
    }

    public func contains(_ name: String) -> Bool { places[name] != nil }

    /// The tensor of that name.
    public func tensor(_ name: String) -> SafetensorsTensor? { places[name].map { header.tensors[$0] } }

    /// The values of a tensor, row-major, each the nearest float.
    /// - Throws: `RuntimeError` for an unknown name, an unreadable element type, or a file that changed meanwhile.
    public func floats(_ name: String) throws -> [Float] {
        let count = try known(name).elementCount
        return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            try read(name, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        }
    }

    /// Reads a tensor into memory of exactly its size.
    /// - Throws: as `floats`, and when the sizes differ.
    public func read(_ name: String, into target: UnsafeMutableBufferPointer<Float>) throws {
        let tensor = try known(name)
        guard target.count == tensor.elementCount else {
            throw RuntimeError(
                "\(path): tensor \"\(name)\" \(shapeText(tensor.shape)) has \(tensor.elementCount) values, expected "
                    + "\(target.count)")
        }
        guard tensor.element.isReadableAsFloat else {
            throw RuntimeError(
                "\(path): tensor \"\(name)\" holds \(tensor.element.rawValue) values, which are not readable")
        }
        // In pieces, so that a tensor is not in memory twice.
        let pieceElements = 1 << 16
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceElements * 8, alignment: 16)
        defer { piece.deallocate() }
        for start in stride(from: 0, to: target.count, by: pieceElements) {
            let end = min(start + pieceElements, target.count)
            let bytes = UnsafeMutableRawBufferPointer(rebasing: piece[..<((end - start) * tensor.element.size)])
            try readData(bytes, tensor, from: start * tensor.element.size)
            tensor.element.convert(
                UnsafeRawBufferPointer(bytes), into: UnsafeMutableBufferPointer(rebasing: target[start..<end]))
        }
    }

    /// The values of a tensor of integers.
    /// - Throws: `RuntimeError` for an unknown name or a tensor of floats.
    public func integers(_ name: String) throws -> [Int64] {
        let tensor = try known(name)
        let integers = try bytes(name).withUnsafeBytes { tensor.element.integers($0) }
        guard let integers else {
            throw RuntimeError("\(path): tensor \"\(name)\" holds \(tensor.element.rawValue) values, expected integers")
        }
        return integers
    }

    /// The bytes of a tensor as they stand in the file.
    /// - Throws: `RuntimeError` for an unknown name or a file that changed meanwhile.
    public func bytes(_ name: String) throws -> [UInt8] {
        let tensor = try known(name)
        return try [UInt8](unsafeUninitializedCapacity: tensor.range.count) { buffer, count in
            let target = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: tensor.range.count)
            try readData(target, tensor, from: 0)
            count = tensor.range.count
        }
    }

    /// Calls `body` with the bytes of a tensor in pieces of `size`, the last of which may be smaller; so it is not in memory as
    /// a whole.
    /// - Throws: as `bytes`, and what `body` throws.
    public func forEachPiece(
        of name: String, size: Int = 1 << 20, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let tensor = try known(name)
        let piece = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, min(size, tensor.range.count)), alignment: 16)
        defer { piece.deallocate() }
        for start in stride(from: 0, to: tensor.range.count, by: piece.count) {
            let bytes = UnsafeMutableRawBufferPointer(
                rebasing: piece[..<min(piece.count, tensor.range.count - start)])
            try readData(bytes, tensor, from: start)
            try body(UnsafeRawBufferPointer(bytes))
        }
    }

    private func known(_ name: String) throws -> SafetensorsTensor {
        guard let tensor = tensor(name) else {
            throw RuntimeError("\(path): \(RuntimeError.unknown("tensor", name, valid: names).message)")
        }
        return tensor
    }

    private func readData(_ target: UnsafeMutableRawBufferPointer, _ tensor: SafetensorsTensor, from offset: Int) throws
    {
        do {
            try readExactly(descriptor, target, at: dataStart + tensor.range.lowerBound + offset)
        } catch let error as RuntimeError {
            throw RuntimeError("\(path): tensor \"\(tensor.name)\" cannot be read: \(error.message)")
        }
    }

    private static func regularFileSize(_ descriptor: Int32) throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw RuntimeError(systemMessage(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw RuntimeError("it is not a regular file") }
        return Int(status.st_size)
    }

    private static func headerLength(_ descriptor: Int32, fileSize: Int) throws -> Int {
        guard fileSize >= 8 else { throw RuntimeError("it has \(fileSize) bytes, too few for a header") }
        var length: UInt64 = 0
        try withUnsafeMutableBytes(of: &length) { try readExactly(descriptor, $0, at: 0) }
        length = UInt64(littleEndian: length)
        guard length <= UInt64(headerLimit) else {
            throw RuntimeError("it does not begin with the length of a header, as these files do")
        }
        guard length <= UInt64(fileSize - 8) else {
            throw RuntimeError(
                "it announces a header of \(length) bytes and has \(fileSize) in all: it is truncated, or none of these "
                    + "files")
        }
        return Int(length)
    }
}

/// Fills `target` from `offset` on.
/// - Throws: `RuntimeError` when the file ends before that.
func readExactly(_ descriptor: Int32, _ target: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < target.count {
        let count = pread(descriptor, target.baseAddress.map { $0 + done }, target.count - done, off_t(offset + done))
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw RuntimeError(systemMessage(errno)) }
        guard count > 0 else { throw RuntimeError("it ends at byte \(offset + done)") }
        done += count
    }
}
