import Base

/// Named tensors in a file, which stays open; its directory is checked, its tensors are read when asked for.
///
/// Safe for any file: what does not fit is refused with a message that names it.
public struct TensorFile: Sendable {
    public var path: String { file.path }
    /// In the file's order.
    public let tensors: [StoredTensor]
    /// Texts that the file says of itself.
    public let metadata: [String: String]
    /// Why entries of the file are no tensors that can be read, by name.
    private let refusals: [String: String]
    private let places: [String: Int]
    private let file: OpenedFile

    /// - Throws: `TensorFileError` when the file cannot be opened or is not a whole file of tensors.
    public init(path: String) throws {
        let file = try OpenedFile(path: path)
        self.file = file
        if let torch = try Self.naming(file, "not a PyTorch file that can be read", { try TorchFile.tensors(file) }) {
            (tensors, refusals, metadata) = (torch.tensors, torch.refusals, [:])
        } else {
            let header = try Self.naming(file, "not a valid safetensors file") { try SafetensorsHeader(file) }
            (tensors, refusals) = (header.tensors, [:])
            metadata = Dictionary(uniqueKeysWithValues: header.metadata.map { ($0.key, $0.value.string ?? "") })
        }
        places = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    }

    /// Puts the file's name before what is wrong with it, or says what else it is.
    private static func naming<Result>(_ file: OpenedFile, _ what: String, _ body: () throws -> Result) throws -> Result
    {
        do { return try body() } catch let error as TensorFileError {
            if let other = ForeignFormat(startOf: try file.head(ForeignFormat.headBytes)) {
                throw TensorFileError("\(file.path): \(other.text)", hint: other.advice)
            }
            throw TensorFileError("\(file.path): \(what): \(error.message)", hint: error.hint)
        }
    }

    /// In the file's order.
    public var names: [String] { tensors.map(\.name) }

    public func contains(_ name: String) -> Bool { places[name] != nil }

    /// The tensor of that name.
    public func tensor(_ name: String) -> StoredTensor? { places[name].map { tensors[$0] } }

    /// Why an entry of that name is no tensor that can be read: `is numpy.core.multiarray._reconstruct, which is not run`; nil
    /// for tensors, and for what is not there.
    public func refusal(_ name: String) -> String? { refusals[name] }

    /// The values of a tensor, row-major, each the nearest float.
    /// - Throws: `TensorFileError` for an unknown name, an unreadable element type, or a file that changed meanwhile.
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
            throw TensorFileError(
                "\(path): tensor \"\(name)\" \(Text.shape(tensor.shape)) has \(tensor.elementCount) values, expected "
                    + "\(target.count)")
        }
        guard tensor.element.isReadableAsFloat else {
            throw TensorFileError(
                "\(path): tensor \"\(name)\" holds \(tensor.element.rawValue) values, which are not readable")
        }
        // In pieces, so that a tensor is not in memory twice.
        var start = 0
        try forEachPiece(of: name, size: (1 << 16) * tensor.element.size) { bytes in
            let end = start + bytes.count / tensor.element.size
            tensor.element.convert(bytes, into: UnsafeMutableBufferPointer(rebasing: target[start..<end]))
            start = end
        }
    }

    /// The values of a tensor of integers.
    /// - Throws: `TensorFileError` for an unknown name or a tensor of floats.
    public func integers(_ name: String) throws -> [Int64] {
        let tensor = try known(name)
        let integers = try bytes(name).withUnsafeBytes { tensor.element.integers($0) }
        guard let integers else {
            throw TensorFileError(
                "\(path): tensor \"\(name)\" holds \(tensor.element.rawValue) values, expected integers")
        }
        return integers
    }

    /// The elements of a tensor, row-major and little-endian.
    /// - Throws: `TensorFileError` for an unknown name or a file that changed meanwhile.
    public func bytes(_ name: String) throws -> [UInt8] {
        let tensor = try known(name)
        return try [UInt8](unsafeUninitializedCapacity: tensor.byteCount) { buffer, count in
            let target = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: tensor.byteCount)
            try named(tensor) { try TensorBytes(tensor, file).read(target, at: 0) }
            count = tensor.byteCount
        }
    }

    /// Calls `body` with the bytes of a tensor in pieces of `size`, the last of which may be smaller; so it is not in memory as
    /// a whole. One whose elements do not follow each other is.
    /// - Throws: as `bytes`, and what `body` throws.
    public func forEachPiece(
        of name: String, size: Int = 1 << 20, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let tensor = try known(name)
        let source = try named(tensor) { try TensorBytes(tensor, file) }
        let piece = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, min(size, tensor.byteCount)), alignment: 16)
        defer { piece.deallocate() }
        for start in stride(from: 0, to: tensor.byteCount, by: piece.count) {
            let bytes = UnsafeMutableRawBufferPointer(
                rebasing: piece[..<min(piece.count, tensor.byteCount - start)])
            try named(tensor) { try source.read(bytes, at: start) }
            try body(UnsafeRawBufferPointer(bytes))
        }
    }

    /// `known are "a", "b" and 17 more`.
    private var knownText: String {
        names.isEmpty ? "there are none" : "known are " + Text.list(names.map { "\"\($0)\"" }, most: 20)
    }

    private func known(_ name: String) throws -> StoredTensor {
        guard let tensor = tensor(name) else {
            if let refusal = refusals[name] { throw TensorFileError("\(path): \"\(name)\" \(refusal)") }
            throw TensorFileError("\(path): there is no tensor \"\(name)\": \(knownText)")
        }
        return tensor
    }

    private func named<Result>(_ tensor: StoredTensor, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as TensorFileError {
            throw TensorFileError("\(path): tensor \"\(tensor.name)\" cannot be read: \(error.message)")
        }
    }
}
