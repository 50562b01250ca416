import TestSupport

/// A JPEG in its segments, each of which can be changed before the file is put together.
public struct JPEGFile {
    struct Segment {
        /// The byte behind 0xFF.
        var marker: UInt8
        /// nil where no length follows, as behind the markers of start and end.
        var payload: [UInt8]?
        /// What is written in place of the true length.
        var length: UInt16?
        /// Entropy-coded bytes, with their restart markers.
        var data: [UInt8] = []
    }

    enum Marker {
        static let end: UInt8 = 0xD9
        static let huffmanTables: UInt8 = 0xC4
        static let quantizationTables: UInt8 = 0xDB
        static let restartInterval: UInt8 = 0xDD
        static let scan: UInt8 = 0xDA
        static let exif: UInt8 = 0xE1
        static let adobe: UInt8 = 0xEE

        /// Those of the picture's header: what kind of JPEG it is.
        static func isFrame(_ marker: UInt8) -> Bool {
            (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
        }
    }

    var segments: [Segment]

    /// Takes a sound file apart.
    init(_ bytes: [UInt8]) {
        segments = []
        var place = 0
        while place + 1 < bytes.count {
            let marker = bytes[place + 1]
            place += 2
            if (0xD0...0xD9).contains(marker) {
                segments.append(Segment(marker: marker))
                continue
            }
            guard place + 1 < bytes.count else { break }
            let end = min(bytes.count, place + Int(bytes[place]) << 8 + Int(bytes[place + 1]))
            var segment = Segment(marker: marker, payload: Array(bytes[place + 2..<end]))
            place = end
            if marker == Marker.scan {
                while place < bytes.count, !Self.endsScan(bytes, place) { place += 1 }
                segment.data = Array(bytes[end..<place])
            }
            segments.append(segment)
        }
    }

    private static func endsScan(_ bytes: [UInt8], _ place: Int) -> Bool {
        guard bytes[place] == 0xFF, place + 1 < bytes.count else { return false }
        return bytes[place + 1] != 0 && !(0xD0...0xD7).contains(bytes[place + 1])
    }

    var bytes: [UInt8] {
        segments.flatMap { segment -> [UInt8] in
            let start = [0xFF, segment.marker]
            guard let payload = segment.payload else { return start + segment.data }
            let length = segment.length ?? UInt16(truncatingIfNeeded: payload.count + 2)
            return start + bigEndian(length) + payload + segment.data
        }
    }

    func places(where isWanted: (UInt8) -> Bool) -> [Int] { segments.indices.filter { isWanted(segments[$0].marker) } }
}

extension JPEGFile {
    /// Sound files of all kinds.
    static let samples = sampleJPEGs.map { hexadecimal($0.value) }

    static func sample(_ name: String) -> [UInt8] {
        sampleJPEGs.first { $0.key == name }.map { hexadecimal($0.value) } ?? []
    }
}

/// The bytes of a file that is kept as digits.
func hexadecimal(_ digits: String) -> [UInt8] {
    let values = digits.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: values.count - 1, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
}
