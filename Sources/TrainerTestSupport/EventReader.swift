/// Reads event files on its own: the framing, the checksums and as much of protobuf's wire format as they use.
package struct EventReader {
    package struct Event {
        package var wallTime = 0.0
        package var step = 0
        package var fileVersion: String?
        package var isSessionStart = false
        /// By tag, in the file's order.
        var numbers: [(tag: String, value: Float)] = []
        package var texts: [(tag: String, plugin: String, text: String)] = []
        package var pictures: [(tag: String, width: Int, height: Int, channels: Int, png: [UInt8])] = []

        init(
            wallTime: Double = 0.0, step: Int = 0, fileVersion: String? = nil, isSessionStart: Bool = false,
            numbers: [(tag: String, value: Float)] = [], texts: [(tag: String, plugin: String, text: String)] = [],
            pictures: [(tag: String, width: Int, height: Int, channels: Int, png: [UInt8])] = []
        ) {
            self.wallTime = wallTime
            self.step = step
            self.fileVersion = fileVersion
            self.isSessionStart = isSessionStart
            self.numbers = numbers
            self.texts = texts
            self.pictures = pictures
        }

        package func number(_ tag: String) -> Float? { numbers.first { $0.tag == tag }?.value }
    }

    package struct Damage: Error, CustomStringConvertible {
        package var description: String

        init(description: String) {
            self.description = description
        }
    }

    package var events: [Event] = []

    package init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = Int(try Self.little(&rest, 8, checksummed: true))
            guard rest.count >= length + 4 else { throw Damage(description: "a record is cut off") }
            let data = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            guard try Self.little(&rest, 4) == UInt64(Self.masked(data)) else {
                throw Damage(description: "the checksum of a record is wrong")
            }
            events.append(try Self.event(data))
        }
    }

    private static func little(
        _ rest: inout ArraySlice<UInt8>, _ count: Int, checksummed: Bool = false
    ) throws -> UInt64 {
        guard rest.count >= count else { throw Damage(description: "a number is cut off") }
        let bytes = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        if checksummed, try little(&rest, 4) != UInt64(masked(bytes)) {
            throw Damage(description: "the checksum of a length is wrong")
        }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// CRC-32C bit by bit, as the polynomial stands, then masked.
    private static func masked(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            for bit in 0..<8 {
                let isOne = (sum ^ UInt32(byte >> bit)) & 1 == 1
                sum = sum >> 1 ^ (isOne ? 0x82F6_3B78 : 0)
            }
        }
        let crc = ~sum
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }

    // MARK: Protobuf

    private enum Field {
        case number(UInt64)
        case bytes([UInt8])

        var int: Int { if case .number(let value) = self { Int(truncatingIfNeeded: value) } else { -1 } }
        var data: [UInt8] { if case .bytes(let value) = self { value } else { [] } }
        var string: String { String(decoding: data, as: UTF8.self) }
    }

    private static func fields(_ bytes: [UInt8]) throws -> [(Int, Field)] {
        var rest = bytes[...]
        var found: [(Int, Field)] = []
        while !rest.isEmpty {
            let key = try varint(&rest)
            switch key & 7 {
            case 0: found.append((Int(key >> 3), .number(try varint(&rest))))
            case 1: found.append((Int(key >> 3), .number(try little(&rest, 8))))
            case 5: found.append((Int(key >> 3), .number(try little(&rest, 4))))
            case 2:
                let count = Int(try varint(&rest))
                guard rest.count >= count else { throw Damage(description: "a field is cut off") }
                found.append((Int(key >> 3), .bytes(Array(rest.prefix(count)))))
                rest = rest.dropFirst(count)
            default: throw Damage(description: "wire type \(key & 7)")
            }
        }
        return found
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { break }
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
        }
        throw Damage(description: "a number does not end")
    }

    private static func event(_ data: [UInt8]) throws -> Event {
        var event = Event()
        for (number, field) in try fields(data) {
            switch number {
            case 1: if case .number(let bits) = field { event.wallTime = Double(bitPattern: bits) }
            case 2: event.step = field.int
            case 3: event.fileVersion = field.string
            case 5: for (_, value) in try fields(field.data) { try add(value.data, to: &event) }
            case 7: event.isSessionStart = try fields(field.data).contains { $0.0 == 1 && $0.1.int == 1 }
            default: throw Damage(description: "an event has a field \(number)")
            }
        }
        return event
    }

    private static func add(_ data: [UInt8], to event: inout Event) throws {
        let all = try fields(data)
        func field(_ number: Int, in list: [(Int, Field)]) -> Field? { list.first { $0.0 == number }?.1 }
        let tag = field(1, in: all)?.string ?? ""
        if case .number(let bits)? = field(2, in: all) {
            event.numbers.append((tag, Float(bitPattern: UInt32(bits))))
        }
        if let image = try field(4, in: all).map({ try fields($0.data) }) {
            event.pictures.append(
                (
                    tag, field(2, in: image)?.int ?? 0, field(1, in: image)?.int ?? 0, field(3, in: image)?.int ?? 0,
                    field(4, in: image)?.data ?? []
                ))
        }
        if let tensor = try field(8, in: all).map({ try fields($0.data) }) {
            let plugin = try field(9, in: all).map { try fields($0.data) }.flatMap { try fields($0[0].1.data).first }
            guard field(1, in: tensor)?.int == 7 else { throw Damage(description: "a text is no string") }
            event.texts.append((tag, plugin?.1.string ?? "", field(8, in: tensor)?.string ?? ""))
        }
    }
}
