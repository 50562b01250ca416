/// The bytes of a model's parameters, and a number that changes whenever they may have.
///
/// The bytes are private to this file. There are two ways to change them: `store`, which counts by itself, and kernels,
/// which get `address(at:)` bound once; whoever runs a plan with updates says so by `kernelsWillWrite()` each time.
final class ParameterMemory {
    /// Differs from all earlier ones when a parameter may have changed since.
    private(set) var version = 0
    private let memory: MappedMemory

    /// All parameters zero.
    /// - Throws: `RuntimeError` when there is not enough memory.
    init(bytes: Int) throws { memory = try MappedMemory(bytes: bytes, for: "the parameters") }

    /// A parameter's values, for looking only, as long as the memory lives.
    func values(_ parameter: ParameterInfo) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: address(at: parameter.offset), count: parameter.elementCount)
    }

    /// Overwrites a parameter; `values` has as many elements.
    func store(_ values: [Float], _ parameter: ParameterInfo) {
        version += 1
        let target = UnsafeMutableBufferPointer(
            start: address(at: parameter.offset), count: parameter.elementCount)
        _ = target.update(fromContentsOf: values)
    }

    /// Lets `fill` overwrite a parameter.
    func store(
        _ parameter: ParameterInfo, fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
    ) rethrows {
        version += 1
        try fill(
            UnsafeMutableBufferPointer(start: address(at: parameter.offset), count: parameter.elementCount))
    }

    /// What is `offset` bytes into the memory, for kernels alone.
    func address(at offset: Int) -> UnsafeMutablePointer<Float> { memory.floats(at: offset) }

    /// Swaps all parameters with as many bytes elsewhere.
    func exchange(with other: MappedMemory) {
        version += 1
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        piece.withUnsafeMutableBytes { piece in
            for start in stride(from: 0, to: min(memory.count, other.count), by: piece.count) {
                let bytes = min(piece.count, min(memory.count, other.count) - start)
                let (ours, theirs) = (memory.base + start, other.base + start)
                piece.baseAddress?.copyMemory(from: ours, byteCount: bytes)
                ours.copyMemory(from: theirs, byteCount: bytes)
                if let saved = piece.baseAddress { theirs.copyMemory(from: saved, byteCount: bytes) }
            }
        }
    }

    /// Copies all parameters to as many bytes elsewhere.
    func copy(to other: MappedMemory) {
        other.base.copyMemory(from: memory.base, byteCount: min(memory.count, other.count))
    }

    /// Lets `fill` overwrite all of it.
    func overwrite(_ fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        version += 1
        try fill(UnsafeMutableRawBufferPointer(start: memory.base, count: memory.count))
    }

    /// Has to come before each run of kernels that may write to the memory.
    func kernelsWillWrite() { version += 1 }
}
