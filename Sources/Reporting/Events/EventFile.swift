import Base
import FileAccess
import TrainerSupport

/// A file of events as TensorBoard reads it: records of TFRecord, each an event.
///
/// A record is its length (8 bytes), the length's checksum, the bytes, and the bytes' checksum, all little-endian.
final class EventFile {
    private let file: AppendedFile

    /// Makes a new file beside those of earlier sessions. Names hold numbers where TensorFlow writes time and host, which
    /// TensorBoard reads likewise: in byte order.
    /// - Throws: `RuntimeError` that names the file.
    init(in folder: String) throws {
        let last = try FileSystem.names(in: folder).compactMap(Self.session).max() ?? 0
        file = try AppendedFile(FileSystem.join(folder, Self.name(session: last + 1)), isNew: true)
        try append(LogEvent(step: 0, content: .fileVersion))
    }

    private static let prefix = "events.out.tfevents."

    /// `events.out.tfevents.0001.unetc`
    static func name(session: Int) -> String {
        let digits = String(session)
        return prefix + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".unetc"
    }

    /// The number in a name; nil for other files.
    private static func session(_ name: String) -> Int? {
        guard name.hasPrefix(prefix) else { return nil }
        return name.dropFirst(prefix.count).split(separator: ".").first.flatMap { Int($0) }
    }

    /// - Throws: `RuntimeError` when the event does not fit; then nothing of it is in the file.
    func append(_ event: LogEvent) throws {
        try file.append(Self.record(try event.encoded(wallTime: wallSeconds())))
    }

    static func record(_ data: [UInt8]) -> [UInt8] {
        let length = bytes(UInt64(data.count))
        return length + bytes(check(length)) + data + bytes(check(data))
    }

    /// CRC-32C as TFRecord stores it: rotated and shifted, so that checks of checks stay well spread.
    private static func check(_ bytes: [UInt8]) -> UInt32 {
        let sum = CRC32.castagnoli.check(bytes)
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
