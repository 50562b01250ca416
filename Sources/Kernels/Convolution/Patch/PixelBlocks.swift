import GraphIR

/// A feature map cut into equal rectangles: whole rows, or equal pieces of one row.
///
/// The pixels of a rectangle follow each other in the map, so that a rectangle is also a range of the map's pixels.
struct PixelBlocks {
    let rows: Int
    let columns: Int
    /// Pixels of a rectangle.
    let count: Int
    /// Rectangles of a map.
    let perSample: Int

    /// Rectangles of at most about `wanted` pixels, where the sides divide so.
    init(_ extent: Extent, wanted: Int) {
        let height = Self.largestDivisor(of: extent.height, atMost: max(1, wanted / extent.width))
        let piece = Self.largestDivisor(of: extent.width, atMost: max(1, wanted))
        rows = height
        columns = height == 1 && extent.width > wanted && piece >= 32 ? piece : extent.width
        count = rows * columns
        perSample = extent.area / count
    }

    private static func largestDivisor(of value: Int, atMost limit: Int) -> Int {
        stride(from: min(limit, value), to: 1, by: -1).first { value % $0 == 0 } ?? 1
    }
}
