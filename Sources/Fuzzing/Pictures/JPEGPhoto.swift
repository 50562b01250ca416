import Base
import TestSupport

extension JPEGFile {
    /// A sound photograph of any size, each block of one colour: as heavy to decode as any other, and quickly made.
    public static func photo(width: Int, height: Int, seed: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        // Its tables are those of the standard, so that the codes below are known; three components, none made smaller.
        var file = JPEGFile(sample("full"))
        let size = bigEndian(UInt16(height)) + bigEndian(UInt16(width))
        for place in file.places(where: Marker.isFrame) {
            file.segments[place].payload?.replaceSubrange(1..<5, with: size)
        }
        var scan = EntropyCodedData()
        var level = 0
        for _ in 0..<(width + 7) / 8 * ((height + 7) / 8) {
            // Luma goes up or down by 7 and stays within what can be shown; nothing else changes.
            let rises = level < -60 || level < 60 && random.next() & 1 == 0
            level += rises ? 7 : -7
            scan.append(0b100, count: 3)
            scan.append(rises ? 0b111 : 0b000, count: 3)
            // The ends of three blocks, and no change of two colours.
            scan.append(0b1010, count: 4)
            scan.append(0b0000, count: 4)
            scan.append(0b0000, count: 4)
        }
        for place in file.places(where: { $0 == Marker.scan }) { file.segments[place].data = scan.finished }
        return file.bytes
    }
}

/// Bits of a scan, the highest first.
private struct EntropyCodedData {
    private var bytes: [UInt8] = []
    private var pending: UInt32 = 0
    private var count = 0

    mutating func append(_ value: UInt32, count bits: Int) {
        pending = pending << UInt32(bits) | value
        count += bits
        while count >= 8 { emit(UInt8(truncatingIfNeeded: pending >> UInt32(count - 8))) }
    }

    /// 0xFF would begin a marker.
    private mutating func emit(_ byte: UInt8) {
        bytes.append(byte)
        if byte == 0xFF { bytes.append(0) }
        count -= 8
    }

    /// Filled up with ones.
    var finished: [UInt8] {
        var copy = self
        if count > 0 { copy.append((1 << UInt32(8 - count)) - 1, count: 8 - count) }
        return copy.bytes
    }
}
