import Base

/// A zip archive in the making: files as they are, not compressed, all of the same day, so that the same files make the same
/// bytes.
///
/// After PKWARE's APPNOTE.TXT, version 6.3.10.
struct ZipArchive {
    private var content: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0

    /// What archives without 64-bit fields can hold.
    private static let mostBytes = Int(UInt32.max)

    /// - Parameter name: in ASCII.
    /// - Throws: `BundleError` for more than an archive can hold.
    mutating func add(_ name: String, _ bytes: [UInt8], isExecutable: Bool = false) throws {
        guard content.count + bytes.count + directory.count + (1 << 16) < Self.mostBytes, count < 0xffff else {
            throw BundleError("a wheel holds up to 4 GiB, and this one would have more")
        }
        let start = content.count
        let name = Array(name.utf8)
        var fields: [UInt8] = []
        Self.append(UInt16(20), to: &fields)  // the version of zip that is needed
        Self.append(UInt16(0), to: &fields)
        Self.append(UInt16(0), to: &fields)  // not compressed
        Self.append(UInt16(0), to: &fields)
        Self.append(UInt16(0x21), to: &fields)  // 1 January 1980, the first day that there is
        Self.append(CRC32.zip.check(bytes), to: &fields)
        Self.append(UInt32(bytes.count), to: &fields)
        Self.append(UInt32(bytes.count), to: &fields)
        Self.append(UInt16(name.count), to: &fields)
        Self.append(UInt16(0), to: &fields)

        Self.append(UInt32(0x0403_4b50), to: &content)
        content += fields + name + bytes

        Self.append(UInt32(0x0201_4b50), to: &directory)
        Self.append(UInt16(3 << 8 | 20), to: &directory)  // by a system with Unix's permissions
        directory += fields
        Self.append(UInt16(0), to: &directory)
        Self.append(UInt16(0), to: &directory)
        Self.append(UInt16(0), to: &directory)
        Self.append(UInt32(isExecutable ? 0o100_755 : 0o100_644) << 16, to: &directory)
        Self.append(UInt32(start), to: &directory)
        directory += name
        count += 1
    }

    /// All of it.
    var bytes: [UInt8] {
        var end: [UInt8] = []
        Self.append(UInt32(0x0605_4b50), to: &end)
        Self.append(UInt32(0), to: &end)
        Self.append(UInt16(count), to: &end)
        Self.append(UInt16(count), to: &end)
        Self.append(UInt32(directory.count), to: &end)
        Self.append(UInt32(content.count), to: &end)
        Self.append(UInt16(0), to: &end)
        return content + directory + end
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }
}
