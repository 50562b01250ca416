import EventMessages
import Imaging
import Runtime

/// An event of a log for TensorBoard.
struct LogEvent: Sendable {
    enum Content: Sendable {
        /// What a file begins with.
        case fileVersion
        /// What is known of this step and later ones is void: training continues from before them.
        case sessionStart
        case values([Value])
    }

    /// A value under a name; names with a slash are shown in groups.
    struct Value: Sendable {
        enum Kind: Sendable {
            case number(Double)
            /// Markdown.
            case text(String)
            case picture(Bitmap)
        }

        var tag: String
        var kind: Kind

        init(_ tag: String, _ kind: Kind) {
            self.tag = tag
            self.kind = kind
        }

        init(_ tag: String, _ number: Double) { self.init(tag, .number(number)) }
    }

    var step: Int
    var content: Content

    /// The event as a protobuf message.
    /// - Throws: `RuntimeError` or `ImageError` when memory does not suffice.
    func encoded(wallTime: Double) throws -> [UInt8] {
        let values: [Value] = if case .values(let values) = content { values } else { [] }
        // The C structs point into these, which therefore live until the event is encoded.
        let tags = values.map { Array($0.tag.utf8CString) }
        let bytes = try values.map { try $0.kind.bytes() }
        let offsets = Offsets(tags: tags, bytes: bytes)
        return try offsets.tags.withUnsafeBufferPointer { tagBytes in
            try offsets.bytes.withUnsafeBufferPointer { byteBuffer in
                let rows = values.indices.map { index in
                    values[index].row(
                        tag: tagBytes.baseAddress.map { $0 + offsets.tagStarts[index] },
                        bytes: byteBuffer.baseAddress.map { $0 + offsets.byteStarts[index] },
                        count: bytes[index].count)
                }
                return try rows.withUnsafeBufferPointer { try encoded(wallTime, $0) }
            }
        }
    }

    private func encoded(_ wallTime: Double, _ rows: UnsafeBufferPointer<unetc_event_value>) throws -> [UInt8] {
        var event = unetc_event()
        event.wall_time = wallTime
        event.step = Int64(step)
        event.values = rows.baseAddress
        event.value_count = rows.count
        if case .sessionStart = content { event.is_session_start = 1 }
        guard case .fileVersion = content else { return try Self.encode(&event) }
        return try "brain.Event:2".withCString { version in
            event.file_version = version
            return try Self.encode(&event)
        }
    }

    private static func encode(_ event: inout unetc_event) throws -> [UInt8] {
        let size = unetc_event_size(&event)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = buffer.baseAddress.map { unetc_event_encode(&event, $0) } ?? 0
        }
        guard size > 0, bytes.count == size else { throw RuntimeError("an event cannot be encoded: out of memory") }
        return bytes
    }
}

/// Texts and bytes one after the other, so that one pointer leads to all of them.
private struct Offsets {
    var tags: [CChar]
    var bytes: [UInt8]
    var tagStarts: [Int] = []
    var byteStarts: [Int] = []

    init(tags: [[CChar]], bytes: [[UInt8]]) {
        self.tags = tags.flatMap { $0 }
        self.bytes = bytes.flatMap { $0 }
        var place = 0
        for tag in tags {
            tagStarts.append(place)
            place += tag.count
        }
        place = 0
        for part in bytes {
            byteStarts.append(place)
            place += part.count
        }
    }
}

extension LogEvent.Value {
    fileprivate func row(
        tag: UnsafePointer<CChar>?, bytes: UnsafePointer<UInt8>?, count: Int
    ) -> unetc_event_value {
        var row = unetc_event_value()
        row.tag = tag
        row.bytes = bytes
        row.byte_count = count
        switch kind {
        case .number(let number):
            row.kind = Int32(UNETC_EVENT_NUMBER)
            row.number = Float(number)
        case .text: row.kind = Int32(UNETC_EVENT_TEXT)
        case .picture(let bitmap):
            row.kind = Int32(UNETC_EVENT_PICTURE)
            row.width = Int32(bitmap.width)
            row.height = Int32(bitmap.height)
            row.channels = Int32(bitmap.channels)
        }
        return row
    }
}

extension LogEvent.Value.Kind {
    fileprivate func bytes() throws -> [UInt8] {
        switch self {
        case .number: []
        case .text(let text): Array(text.utf8)
        case .picture(let bitmap): try bitmap.encodePNG()
        }
    }
}
