/// Which bands of a picture people are shown as red, green and blue.
public struct ShownBands: Hashable, Sendable {
    /// Places of three bands, from 0 on.
    public var places: [Int]

    /// The first three of so many, or the first one as gray.
    public init(of bands: Int) { places = bands < 3 ? [0, 0, 0] : [0, 1, 2] }

    /// Whether a picture of so many bands has all of them.
    public func areIn(_ bands: Int) -> Bool { places.allSatisfy { $0 < bands } }

    /// Three of a row's numbers for each pixel.
    public func chosen<Sample>(of row: [Sample], channels: Int) -> [Sample] {
        (0..<row.count / channels).flatMap { x in places.map { row[x * channels + $0] } }
    }

    /// The same, to memory that is there.
    func copy<Sample>(
        _ row: UnsafeBufferPointer<Sample>, channels: Int, to target: UnsafeMutableBufferPointer<Sample>
    ) {
        for x in 0..<row.count / channels {
            for (number, place) in places.enumerated() { target[3 * x + number] = row[x * channels + place] }
        }
    }
}

extension ShownBands: CustomStringConvertible {
    /// `4,3,2`, counted from 1.
    public var description: String { places.map { "\($0 + 1)" }.joined(separator: ",") }

    /// Reads three bands, or one as gray, counted from 1; nil for anything else.
    public init?(_ text: String) {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { UInt16($0) }.map(
            Int.init)
        let isWhole = numbers.count == text.split(separator: ",", omittingEmptySubsequences: false).count
        guard isWhole, [1, 3].contains(numbers.count), numbers.allSatisfy({ $0 > 0 }) else { return nil }
        places = numbers.count == 1 ? [numbers[0] - 1, numbers[0] - 1, numbers[0] - 1] : numbers.map { $0 - 1 }
    }
}
