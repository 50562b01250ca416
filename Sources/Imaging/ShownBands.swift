/// Which bands of a picture people are shown as red, green and blue.
public struct ShownBands: Hashable, Sendable {
    /// Places of three bands, from 0 on.
    public var places: [Int]

    /// The first three of so many, or the first one as gray.
    public init(of bands: Int) { places = bands < 3 ? [0, 0, 0] : [0, 1, 2] }

    /// Three of a row's numbers for each pixel.
    func copy<Sample>(
        _ row: UnsafeBufferPointer<Sample>, channels: Int, to target: UnsafeMutableBufferPointer<Sample>
    ) {
        for x in 0..<row.count / channels {
            for (number, place) in places.enumerated() { target[3 * x + number] = row[x * channels + place] }
        }
    }
}
