/// A rectangle of pixels of a picture, or of its mask.
package struct PictureRect: Hashable, Sendable {
    package var columns: Range<Int>
    package var rows: Range<Int>

    package init(columns: Range<Int>, rows: Range<Int>) {
        self.columns = columns
        self.rows = rows
    }

    /// All of a picture.
    package init(_ size: PictureSize) { self.init(columns: 0..<size.width, rows: 0..<size.height) }

    package var size: PictureSize { PictureSize(width: columns.count, height: rows.count) }
    package var area: Int { columns.count * rows.count }
}

extension PictureRect {
    /// The samples inside it of planes `[channels, height, width]`.
    package func cut<Sample>(_ planes: [Sample], channels: Int, of size: PictureSize) -> [Sample] {
        var cut: [Sample] = []
        cut.reserveCapacity(channels * area)
        for channel in 0..<channels {
            for row in rows {
                let start = (channel * size.height + row) * size.width
                cut += planes[start + columns.lowerBound..<start + columns.upperBound]
            }
        }
        return cut
    }
}
