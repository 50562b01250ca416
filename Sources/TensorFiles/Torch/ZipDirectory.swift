/// What lies where in a zip archive, as `torch.save` writes them: entries as they are, not compressed. Archives and entries of
/// more than 4 GiB have their numbers in zip64 fields.
///
/// After PKWARE's APPNOTE.TXT, version 6.3.10.
struct ZipDirectory {
    struct Entry {
        var method: UInt16
        var isEncrypted: Bool
        /// Bytes as they are stored.
        var size: Int
        /// The byte of the archive at which the entry's own header begins.
        var header: Int
    }

    /// By name.
    private(set) var entries: [String: Entry] = [:]
    private let file: OpenedFile

    private static let mostBytes = 1 << 26

    /// - Throws: `TensorFileError`, without the file's name, for what is no whole archive.
    init(_ file: OpenedFile) throws {
        self.file = file
        let place = try Self.place(file)
        guard place.start >= 0, place.size >= 0, place.start <= file.size, place.size <= file.size - place.start else {
            throw TensorFileError("the archive's directory lies outside of the file: it is truncated")
        }
        guard place.size <= Self.mostBytes else {
            throw TensorFileError("the archive's directory takes \(place.size) bytes, which no file of weights needs")
        }
        var reader = ByteReader(file, place.start..<place.start + place.size)
        for _ in 0..<place.count {
            let (name, entry) = try Self.entry(&reader)
            guard entries.updateValue(entry, forKey: name) == nil else {
                throw TensorFileError("the entry \"\(name)\" stands there twice")
            }
        }
    }

    /// The bytes of an entry's content.
    /// - Throws: `TensorFileError` for an entry that is not there, compressed, encrypted or not wholly in the file.
    func content(_ name: String) throws -> Range<Int> {
        guard let entry = entries[name] else { throw TensorFileError("there is no entry \"\(name)\" in the archive") }
        guard entry.method == 0, !entry.isEncrypted else {
            throw TensorFileError(
                "the entry \"\(name)\" is \(entry.isEncrypted ? "encrypted" : "compressed"), which torch.save never does",
                hint: "unpack the archive and pack it again without compression (zip -0)")
        }
        let outside = TensorFileError("the entry \"\(name)\" lies outside of the file: it is truncated")
        guard entry.header >= 0, entry.header <= file.size - 30 else { throw outside }
        var reader = ByteReader(file, entry.header..<entry.header + 30)
        guard try reader.integer(UInt32.self) == 0x0403_4b50 else {
            throw TensorFileError("the entry \"\(name)\" has no header where the directory says")
        }
        try reader.skip(22)
        let start = entry.header + 30 + Int(try reader.integer(UInt16.self)) + Int(try reader.integer(UInt16.self))
        guard start <= file.size, entry.size <= file.size - start else { throw outside }
        return start..<start + entry.size
    }

    // MARK: Parts

    private struct Place {
        var count: Int
        var size: Int
        var start: Int
    }

    /// Where the directory is, which the record at the archive's end says.
    private static func place(_ file: OpenedFile) throws -> Place {
        let length = min(file.size, 22 + 0xffff)
        let tail = try file.bytes(length, at: file.size - length)
        let isRecord: (Int) -> Bool = {
            tail[$0] == 0x50 && tail[$0 + 1] == 0x4b && tail[$0 + 2] == 5 && tail[$0 + 3] == 6
        }
        guard length >= 22, let end = (0...length - 22).reversed().first(where: isRecord) else {
            throw TensorFileError("the archive has no end: it is truncated")
        }
        let record = file.size - length + end
        var reader = ByteReader(file, record + 10..<record + 22)
        var place = Place(
            count: Int(try reader.integer(UInt16.self)), size: Int(try reader.integer(UInt32.self)),
            start: Int(try reader.integer(UInt32.self)))
        guard place.count == 0xffff || place.size == 0xffff_ffff || place.start == 0xffff_ffff, record >= 20 else {
            return place
        }
        var locator = ByteReader(file, record - 20..<record)
        guard try locator.integer(UInt32.self) == 0x0706_4b50 else { return place }
        try locator.skip(4)
        let large = Int(truncatingIfNeeded: try locator.integer(UInt64.self))
        guard large >= 0, large <= file.size - 56 else {
            throw TensorFileError("the archive's zip64 record is missing")
        }
        var fields = ByteReader(file, large..<large + 56)
        guard try fields.integer(UInt32.self) == 0x0606_4b50 else {
            throw TensorFileError("the archive's zip64 record is missing")
        }
        try fields.skip(28)
        place.count = Int(truncatingIfNeeded: try fields.integer(UInt64.self))
        place.size = Int(truncatingIfNeeded: try fields.integer(UInt64.self))
        place.start = Int(truncatingIfNeeded: try fields.integer(UInt64.self))
        guard place.count >= 0, place.count <= mostBytes / 46 else {
            throw TensorFileError("the archive announces \(place.count) entries")
        }
        return place
    }

    private static func entry(_ reader: inout ByteReader) throws -> (String, Entry) {
        guard try reader.integer(UInt32.self) == 0x0201_4b50 else {
            throw TensorFileError("the archive's directory is damaged")
        }
        try reader.skip(4)
        let flags = try reader.integer(UInt16.self)
        let method = try reader.integer(UInt16.self)
        try reader.skip(8)
        var sizes = [UInt64(try reader.integer(UInt32.self)), UInt64(try reader.integer(UInt32.self))]
        let lengths = try (0..<3).map { _ in Int(try reader.integer(UInt16.self)) }
        try reader.skip(8)
        sizes.append(UInt64(try reader.integer(UInt32.self)))
        let name = String(decoding: try reader.bytes(lengths[0]), as: UTF8.self)
        try readLarge(&sizes, try reader.bytes(lengths[1]))
        try reader.skip(UInt64(lengths[2]))
        // The size as it is stored, that of the content, and the header's place.
        guard sizes.allSatisfy({ $0 <= UInt64(Int.max / 2) }) else {
            throw TensorFileError("the entry \"\(name)\" lies outside of the file")
        }
        return (
            name, Entry(method: method, isEncrypted: flags & 1 != 0, size: Int(sizes[0]), header: Int(sizes[2]))
        )
    }

    /// Replaces numbers that do not fit into 32 bits by those of the zip64 field, where there is one. They stand there in the
    /// order content, stored, place.
    private static func readLarge(_ sizes: inout [UInt64], _ extra: [UInt8]) throws {
        var start = 0
        while start + 4 <= extra.count {
            let kind = UInt16(extra[start]) | UInt16(extra[start + 1]) << 8
            let end = start + 4 + Int(extra[start + 2]) + Int(extra[start + 3]) << 8
            guard end <= extra.count else { return }
            if kind == 1 {
                var place = start + 4
                for index in [1, 0, 2] where sizes[index] == 0xffff_ffff {
                    guard place + 8 <= end else { throw TensorFileError("a zip64 field of the archive is too short") }
                    sizes[index] = (0..<8).reduce(0) { $0 | UInt64(extra[place + $1]) << UInt64(8 * $1) }
                    place += 8
                }
            }
            start = end
        }
    }
}
