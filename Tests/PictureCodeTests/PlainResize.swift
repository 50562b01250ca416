import PictureCode

/// Random numbers that are the same in each run.
struct Draw {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(_ most: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 20) % most
    }
}

/// Numbers that pictures have, with their sums in Pillow's arithmetic.
protocol Number: Equatable {
    static var depth: unetc_depth { get }
    static func drawn(_ draw: inout Draw) -> Self
    /// Of numbers and what each counts.
    static func mean(_ parts: [(Self, Double)]) -> Self
}

extension UInt8: Number {
    static var depth: unetc_depth { UNETC_DEPTH_BYTES }
    static func drawn(_ draw: inout Draw) -> UInt8 { UInt8(draw.next(256)) }
    static func mean(_ parts: [(UInt8, Double)]) -> UInt8 { UInt8(clamping: fixed(parts.map { (Int($0), $1) })) }
}

extension UInt16: Number {
    static var depth: unetc_depth { UNETC_DEPTH_WORDS }
    static func drawn(_ draw: inout Draw) -> UInt16 { UInt16(draw.next(65536)) }
    static func mean(_ parts: [(UInt16, Double)]) -> UInt16 { UInt16(clamping: fixed(parts.map { (Int($0), $1) })) }
}

extension Float: Number {
    static var depth: unetc_depth { UNETC_DEPTH_FLOATS }
    static func drawn(_ draw: inout Draw) -> Float { Float(draw.next(200_001) - 100_000) / 77 }
    static func mean(_ parts: [(Float, Double)]) -> Float { Float(parts.reduce(0) { $0 + Double($1.0) * $1.1 }) }
}

/// Weights are rounded to 22 bits, and the sum is rounded down after half a step.
private func fixed(_ parts: [(Int, Double)]) -> Int {
    parts.reduce(1 << 21) { $0 + $1.0 * Int($1.1 * Double(1 << 22) + 0.5) } >> 22
}

/// A picture of numbers, the channels of a pixel side by side, resized as a whole and without any haste: what Pillow does.
struct PlainPicture<Sample: Number> {
    var width: Int
    var height: Int
    var channels: Int
    var numbers: [Sample]

    init(width: Int, height: Int, channels: Int, _ draw: inout Draw) {
        (self.width, self.height, self.channels) = (width, height, channels)
        numbers = []
        for _ in 0..<width * height * channels { numbers.append(Sample.drawn(&draw)) }
    }

    func resized(width newWidth: Int, height newHeight: Int) -> PlainPicture {
        let isVerticalFirst = newHeight < height && height - newHeight > 2 * (width - newWidth)
        return isVerticalFirst
            ? along(newHeight, isRows: true).along(newWidth, isRows: false)
            : along(newWidth, isRows: false).along(newHeight, isRows: true)
    }

    /// One pass, along the columns of rows or along the rows.
    private func along(_ new: Int, isRows: Bool) -> PlainPicture {
        let old = isRows ? height : width
        guard new != old else { return self }
        var result = self
        if isRows { result.height = new } else { result.width = new }
        let weights = (0..<new).map { Self.weights($0, old, new) }
        result.numbers = []
        for y in 0..<result.height {
            for x in 0..<result.width {
                for channel in 0..<channels {
                    result.numbers.append(
                        Sample.mean(
                            weights[isRows ? y : x].map { place, share in
                                let (row, column) = isRows ? (place, x) : (y, place)
                                return (numbers[(row * width + column) * channels + channel], share)
                            }))
                }
            }
        }
        return result
    }

    private static func weights(_ place: Int, _ old: Int, _ new: Int) -> [(place: Int, share: Double)] {
        let scale = Double(old) / Double(new)
        let support = max(scale, 1)
        let center = (Double(place) + 0.5) * scale
        let all = (max(0, Int(center - support + 0.5))..<min(old, Int(center + support + 0.5))).map {
            ($0, max(1 - abs((Double($0) - center + 0.5) * (1 / support)), 0))
        }
        let sum = all.reduce(0) { $0 + $1.1 }
        return all.map { ($0.0, $0.1 / sum) }
    }
}

/// Memory that a function has asked for, of just that size.
final class Memory {
    let start: UnsafeMutableRawPointer

    init(_ bytes: Int) { start = .allocate(byteCount: max(1, bytes), alignment: 16) }

    deinit { start.deallocate() }
}
