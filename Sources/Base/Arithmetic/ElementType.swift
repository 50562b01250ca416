/// How the elements of a tensor are stored. They are computed with as 32-bit floats whatever that is: loads and stores
/// convert, nothing else does.
public enum ElementType: String, Hashable, Sendable, CaseIterable {
    /// 32-bit IEEE 754 floats.
    case float32 = "f32"
    /// The upper half of 32-bit floats: their range, with 8 bits of precision.
    case bfloat16 = "bf16"

    /// Bytes of an element. Nothing else knows how large one is.
    public var bytes: Int {
        switch self {
        case .float32: 4
        case .bfloat16: 2
        }
    }

    /// Elements in the place of a 32-bit float.
    public var perWord: Int { ElementType.float32.bytes / bytes }

    /// What a number is after having been stored: the nearest one of the type, of two equally near ones the one whose last
    /// bit is 0. Numbers beyond the largest become infinite, what is no number stays none, and where bits are lost denormal
    /// numbers become zero: while kernels run they count as that anyway.
    public func rounded(_ number: Float) -> Float {
        switch self {
        case .float32: return number
        case .bfloat16:
            let bits = number.bitPattern
            // A quiet one, since a payload in the lower half would be lost.
            guard !number.isNaN else { return Float(bitPattern: (bits | 0x0040_0000) & 0xffff_0000) }
            guard bits & 0x7f80_0000 != 0 else { return Float(bitPattern: bits & 0x8000_0000) }
            // Adds just less than half of the last place, or half of it where the last bit is 1.
            return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
        }
    }

    /// The largest relative error of `rounded`, of numbers that are not so small that they are stored with fewer bits.
    public var roundingUnit: Double {
        switch self {
        case .float32: 0x1p-24
        case .bfloat16: 0x1p-8
        }
    }

    /// The numbers that memory holds, which has as many as `numbers` has place for.
    public func read(_ memory: UnsafeRawBufferPointer, into numbers: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .float32: UnsafeMutableRawBufferPointer(numbers).copyMemory(from: memory)
        case .bfloat16:
            for index in numbers.indices {
                let half = memory.loadUnaligned(fromByteOffset: bytes * index, as: UInt16.self)
                numbers[index] = Float(bitPattern: UInt32(half) << 16)
            }
        }
    }

    /// Stores numbers, each rounded, in memory that has place for as many.
    public func write(_ numbers: UnsafeBufferPointer<Float>, to memory: UnsafeMutableRawBufferPointer) {
        switch self {
        case .float32: memory.copyMemory(from: UnsafeRawBufferPointer(numbers))
        case .bfloat16:
            for index in numbers.indices {
                let half = UInt16(truncatingIfNeeded: rounded(numbers[index]).bitPattern >> 16)
                memory.storeBytes(of: half, toByteOffset: bytes * index, as: UInt16.self)
            }
        }
    }
}
