/// The rows of a picture that some tiles side by side need, read in order and kept no longer than needed.
struct PictureRows {
    /// Floats of a row: `[channels, width]`.
    let length: Int
    private let height: Int
    /// Rows by number modulo their count.
    private var rows: [[Float]]
    private var readCount = 0

    init(length: Int, height: Int, axis: TileAxis) {
        self.length = length
        self.height = height
        rows = Array(repeating: [], count: axis.mostNeeded(of: height))
    }

    /// The picture's rows that a band shows.
    private static func needed(_ part: TileAxis.Part, height: Int, axis: TileAxis) -> Range<Int> {
        var (first, last) = (height - 1, 0)
        for place in part.start..<part.start + axis.tile {
            let row = axis.source(place, of: height)
            (first, last) = (min(first, row), max(last, row))
        }
        return first..<last + 1
    }

    /// Reads what a band needs and has not been read.
    mutating func load(
        _ part: TileAxis.Part, axis: TileAxis,
        read: (_ row: Int, _ into: UnsafeMutableBufferPointer<Float>) throws -> Void
    ) rethrows {
        while readCount < Self.needed(part, height: height, axis: axis).upperBound {
            let place = readCount % rows.count
            if rows[place].isEmpty { rows[place] = Array(repeating: 0, count: length) }
            try rows[place].withUnsafeMutableBufferPointer { try read(readCount, $0) }
            readCount += 1
        }
    }

    /// A row that has been loaded and is kept.
    func row(_ number: Int) -> [Float] { rows[number % rows.count] }
}
