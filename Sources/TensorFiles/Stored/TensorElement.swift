/// The element types that tensors in files may have, by their names in safetensors files.
public enum TensorElement: String, Hashable, Sendable, CaseIterable {
    case bool = "BOOL"
    case u8 = "U8"
    case i8 = "I8"
    case f8e4m3 = "F8_E4M3"
    case f8e5m2 = "F8_E5M2"
    case i16 = "I16"
    case u16 = "U16"
    case f16 = "F16"
    case bf16 = "BF16"
    case i32 = "I32"
    case u32 = "U32"
    case f32 = "F32"
    case f64 = "F64"
    case i64 = "I64"
    case u64 = "U64"

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .bool, .u8, .i8, .f8e4m3, .f8e5m2: 1
        case .i16, .u16, .f16, .bf16: 2
        case .i32, .u32, .f32: 4
        case .f64, .i64, .u64: 8
        }
    }

    /// False for the 8-bit floats, which nothing here computes with.
    public var isReadableAsFloat: Bool { self != .f8e4m3 && self != .f8e5m2 }

    /// The nearest float of each little-endian element of `bytes`, which hold as many as `target` has place for.
    func convert(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .f32: bytes.each(UInt32.self, into: target) { Float(bitPattern: $0) }
        case .f64: bytes.each(UInt64.self, into: target) { Float(Double(bitPattern: $0)) }
        case .f16: bytes.each(UInt16.self, into: target) { TensorElement.float(half: $0) }
        case .bf16: bytes.each(UInt16.self, into: target) { Float(bitPattern: UInt32($0) << 16) }
        case .i64: bytes.each(Int64.self, into: target) { Float($0) }
        case .u64: bytes.each(UInt64.self, into: target) { Float($0) }
        case .i32: bytes.each(Int32.self, into: target) { Float($0) }
        case .u32: bytes.each(UInt32.self, into: target) { Float($0) }
        case .i16: bytes.each(Int16.self, into: target) { Float($0) }
        case .u16: bytes.each(UInt16.self, into: target) { Float($0) }
        case .i8: bytes.each(Int8.self, into: target) { Float($0) }
        case .u8, .bool: bytes.each(UInt8.self, into: target) { Float($0) }
        case .f8e4m3, .f8e5m2: target.update(repeating: .nan)
        }
    }

    /// The integers of little-endian integer elements; nil for floats.
    func integers(_ bytes: UnsafeRawBufferPointer) -> [Int64]? {
        switch self {
        case .i64: bytes.map(Int64.self) { $0 }
        case .u64: bytes.map(UInt64.self) { Int64(truncatingIfNeeded: $0) }
        case .i32: bytes.map(Int32.self) { Int64($0) }
        case .u32: bytes.map(UInt32.self) { Int64($0) }
        case .i16: bytes.map(Int16.self) { Int64($0) }
        case .u16: bytes.map(UInt16.self) { Int64($0) }
        case .i8: bytes.map(Int8.self) { Int64($0) }
        case .u8, .bool: bytes.map(UInt8.self) { Int64($0) }
        case .f16, .bf16, .f32, .f64, .f8e4m3, .f8e5m2: nil
        }
    }

    /// An IEEE half without relying on the processor's conversion.
    static func float(half bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1f
        let fraction = UInt32(bits & 0x3ff)
        switch exponent {
        case 0:
            // Subnormal halves are exact multiples of 2^-24.
            let magnitude = Float(fraction) * 0x1p-24
            return sign == 0 ? magnitude : -magnitude
        case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Elements need not be aligned: tensors follow each other without gaps.
    fileprivate func each<T: FixedWidthInteger>(
        _: T.Type, into target: UnsafeMutableBufferPointer<Float>, _ convert: (T) -> Float
    ) {
        for index in 0..<Swift.min(target.count, count / MemoryLayout<T>.size) {
            target[index] = convert(
                T(littleEndian: loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self)))
        }
    }

    fileprivate func map<T: FixedWidthInteger>(_: T.Type, _ convert: (T) -> Int64) -> [Int64] {
        (0..<count / MemoryLayout<T>.size).map { index in
            convert(T(littleEndian: loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self)))
        }
    }
}
