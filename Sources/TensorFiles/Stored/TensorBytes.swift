/// The bytes of a stored tensor as if they stood row by row, little-endian.
struct TensorBytes {
    private let tensor: StoredTensor
    private let file: OpenedFile
    /// Of a tensor whose elements lie otherwise: all of them, in their order.
    private let gathered: [UInt8]?

    /// - Throws: `TensorFileError`, without names, when the file has become shorter.
    init(_ tensor: StoredTensor, _ file: OpenedFile) throws {
        self.tensor = tensor
        self.file = file
        gathered = try tensor.strides.map { try Self.gather(tensor, $0, file) }
    }

    /// Fills `target` with what begins `offset` bytes after the first element; both are whole elements.
    func read(_ target: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        if let gathered {
            gathered.withUnsafeBytes {
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + target.count]))
            }
        } else {
            try file.read(target, at: tensor.start + offset)
        }
        if tensor.isBigEndian { Self.swap(target, tensor.element.size) }
    }

    /// Reads all from the first element to the last at once: one by one they would take a call of the system each. That is at
    /// most the storage in the file.
    private static func gather(_ tensor: StoredTensor, _ strides: [Int], _ file: OpenedFile) throws -> [UInt8] {
        let size = tensor.element.size
        let count = tensor.elementCount
        guard count > 0 else { return [] }
        let reach = zip(tensor.shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
        let span = try file.bytes(reach * size, at: tensor.start)
        var bytes = [UInt8](repeating: 0, count: count * size)
        var place = [Int](repeating: 0, count: tensor.shape.count)
        var element = 0
        for index in 0..<count {
            for byte in 0..<size { bytes[index * size + byte] = span[element * size + byte] }
            // As a counter: the last axis first.
            for axis in place.indices.reversed() {
                place[axis] += 1
                element += strides[axis]
                if place[axis] < tensor.shape[axis] { break }
                element -= strides[axis] * tensor.shape[axis]
                place[axis] = 0
            }
        }
        return bytes
    }

    private static func swap(_ bytes: UnsafeMutableRawBufferPointer, _ size: Int) {
        guard size > 1 else { return }
        for start in stride(from: 0, to: bytes.count - size + 1, by: size) {
            for place in 0..<size / 2 { bytes.swapAt(start + place, start + size - 1 - place) }
        }
    }
}
