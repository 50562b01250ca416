/// Tables as spreadsheets write them (RFC 4180): commas between fields, quotes around those that hold commas, quotes or ends
/// of lines, a quote in them written twice. Lines end as on any system, and a byte-order mark is left out.
public enum CSV {
    /// One record, and where it begins.
    public struct Record: Hashable, Sendable {
        /// Counted from 1.
        public var line: Int
        /// As they stand there, without their quotes.
        public var fields: [String]
    }

    /// What is no table, and where that shows.
    public struct Fault: Error, Hashable, Sendable {
        /// Counted from 1.
        public var line: Int
        public var reason: String
    }

    /// The records of a text; empty lines are left out. Bytes that are no UTF-8 come as `FileName.text(of:)` has them.
    /// - Throws: the line of a quote without its end, or of what stands behind one.
    public static func records(_ bytes: [UInt8]) throws(Fault) -> [Record] {
        var reader = Reader(bytes: bytes)
        return try reader.records()
    }

    /// A field as it is written: in quotes where it needs them.
    public static func field(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        guard needsQuotes else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private struct Reader {
        let bytes: [UInt8]
        private var position = 0
        private var line = 1

        init(bytes: [UInt8]) {
            self.bytes = bytes
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        }

        mutating func records() throws(Fault) -> [Record] {
            var records: [Record] = []
            while position < bytes.count {
                let start = line
                var fields = [try field()]
                while take(UInt8(ascii: ",")) { fields.append(try field()) }
                endLine()
                if fields != [""] { records.append(Record(line: start, fields: fields)) }
            }
            return records
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        private mutating func endLine() {
            _ = take(0x0D)
            _ = take(0x0A)
            line += 1
        }

        private mutating func field() throws(Fault) -> String {
            guard take(UInt8(ascii: "\"")) else {
                let end = bytes[position...].firstIndex { [0x2C, 0x0A, 0x0D].contains($0) } ?? bytes.count
                defer { position = end }
                return FileName.text(of: bytes[position..<end])
            }
            let start = line
            var field: [UInt8] = []
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                if byte != UInt8(ascii: "\"") {
                    if byte == 0x0A || (byte == 0x0D && !(position < bytes.count && bytes[position] == 0x0A)) {
                        line += 1
                    }
                    field.append(byte)
                } else if take(byte) {
                    field.append(byte)
                } else {
                    guard position == bytes.count || [0x2C, 0x0A, 0x0D].contains(bytes[position]) else {
                        throw Fault(line: line, reason: "expected a comma or the line's end behind a field in quotes")
                    }
                    return FileName.text(of: field)
                }
            }
            throw Fault(line: start, reason: "the quotes that begin here do not end")
        }
    }
}
