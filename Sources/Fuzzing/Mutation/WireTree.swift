import Base

/// A protobuf message as a tree of fields, so that it can be changed in one place and all lengths around stay right.
struct WireTree: Sendable {
    enum Value: Sendable {
        case varint(UInt64)
        case fixed64([UInt8])
        case fixed32([UInt8])
        case bytes([UInt8])
        /// Bytes that read as a message.
        case message(WireTree)
    }

    var fields: [(number: UInt64, value: Value)] = []

    /// nil where the bytes are no message.
    init?(_ bytes: ArraySlice<UInt8>, depth: Int = 0) {
        var rest = bytes
        while !rest.isEmpty {
            guard let key = Self.varint(&rest), key >> 3 > 0, key >> 3 < 1 << 20 else { return nil }
            switch key & 7 {
            case 0:
                guard let value = Self.varint(&rest) else { return nil }
                fields.append((key >> 3, .varint(value)))
            case 1, 5:
                let count = key & 7 == 1 ? 8 : 4
                guard rest.count >= count else { return nil }
                let bytes = Array(rest.prefix(count))
                fields.append((key >> 3, count == 8 ? .fixed64(bytes) : .fixed32(bytes)))
                rest = rest.dropFirst(count)
            case 2:
                guard let length = Self.varint(&rest), length <= UInt64(rest.count) else { return nil }
                let bytes = rest.prefix(Int(length))
                let message = depth < 8 && length > 1 ? WireTree(bytes, depth: depth + 1) : nil
                fields.append((key >> 3, message.map(Value.message) ?? .bytes(Array(bytes))))
                rest = rest.dropFirst(Int(length))
            default: return nil
            }
        }
    }

    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    // MARK: Bytes

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for (number, value) in fields {
            switch value {
            case .varint(let value): bytes += Self.bytes(number << 3) + Self.bytes(value)
            case .fixed64(let value): bytes += Self.bytes(number << 3 | 1) + value
            case .fixed32(let value): bytes += Self.bytes(number << 3 | 5) + value
            case .bytes(let value): bytes += Self.bytes(number << 3 | 2) + Self.bytes(UInt64(value.count)) + value
            case .message(let tree):
                let inner = tree.bytes
                bytes += Self.bytes(number << 3 | 2) + Self.bytes(UInt64(inner.count)) + inner
            }
        }
        return bytes
    }

    private static func bytes(_ varint: UInt64) -> [UInt8] {
        var (rest, bytes) = (varint, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    // MARK: Changes

    /// Changes a field, at a depth that is drawn.
    /// - Parameter other: a message that fields may come from.
    mutating func mutate(with other: WireTree, _ random: inout SplitMix64) {
        guard let place = fields.indices.randomElement(using: &random) else { return }
        if case .message(var inner) = fields[place].value, random.unit() < 0.85 {
            var donor = other
            if case .message(let tree)? = other.fields.randomElement(using: &random)?.value { donor = tree }
            inner.mutate(with: donor, &random)
            fields[place].value = .message(inner)
            return
        }
        switch random.unit() {
        case ..<0.15: fields.remove(at: place)
        case ..<0.25: fields.insert(fields[place], at: place)
        case ..<0.35: fields.swapAt(place, Int.random(in: 0..<fields.count, using: &random))
        case ..<0.42: fields[place].number = UInt64.random(in: 1...25, using: &random)
        case ..<0.5:
            if let field = other.fields.randomElement(using: &random) { fields.insert(field, at: place) }
        default: fields[place].value = Self.changed(fields[place].value, other, &random)
        }
    }

    private static func changed(_ value: Value, _ other: WireTree, _ random: inout SplitMix64) -> Value {
        switch value {
        case .varint(let number): return .varint(pick(number, &random))
        case .fixed64(let bytes): return .fixed64(bytes.map { _ in UInt8.random(in: 0...255, using: &random) })
        case .fixed32(let bytes):
            let numbers: [Float] = [
                0, -0.0, 1, -1, 0.5, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, 1e-45, 3,
            ]
            guard random.unit() < 0.7, let number = numbers.randomElement(using: &random) else {
                return .fixed32(bytes.map { _ in UInt8.random(in: 0...255, using: &random) })
            }
            return .fixed32(withUnsafeBytes(of: number.bitPattern.littleEndian, Array.init))
        case .message(let tree): return .bytes(Array(tree.bytes.dropLast()))
        case .bytes(var bytes):
            switch random.unit() {
            // Names of other values and operators.
            case ..<0.5:
                let texts = other.fields.compactMap { field -> [UInt8]? in
                    if case .bytes(let bytes) = field.value { bytes } else { nil }
                }
                return texts.randomElement(using: &random).map(Value.bytes) ?? .bytes([])
            case ..<0.7:
                if let place = bytes.indices.randomElement(using: &random) {
                    bytes[place] = UInt8.random(in: 0...255, using: &random)
                }
            case ..<0.85: bytes += bytes.prefix(8)
            default: bytes.removeLast(min(bytes.count, Int.random(in: 1...8, using: &random)))
            }
            return .bytes(bytes)
        }
    }

    private static func pick(_ number: UInt64, _ random: inout SplitMix64) -> UInt64 {
        let numbers: [UInt64] = [
            0, 1, 2, 3, 4, 5, 7, 8, 16, 17, 64, 255, 256, 65535, 65536, 1 << 20, 1 << 31, 1 << 32, 1 << 40, 1 << 62,
            1 << 63, .max,
            .max - 1, number &+ 1, number &- 1, number &* 2, 0 &- number,
        ]
        return numbers[Int.random(in: 0..<numbers.count, using: &random)]
    }
}
