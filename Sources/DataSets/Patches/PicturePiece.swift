import Tasks

/// A rectangle of a picture and of its mask, at the scale of training.
struct PicturePiece: Sendable {
    var name: String
    var file: String
    /// The picture that it is a piece of.
    var whole: PictureSize
    var rect: PictureRect
    /// `[channels, height, width]` of the rectangle.
    var picture: PicturePlanes
    /// `[height, width]` of the rectangle: as of samples; empty without masks.
    var mask: [UInt8]

    init(
        name: String, file: String, whole: PictureSize, rect: PictureRect, picture: PicturePlanes, mask: [UInt8]
    ) {
        self.name = name
        self.file = file
        self.whole = whole
        self.rect = rect
        self.picture = picture
        self.mask = mask
    }

    /// - Parameter sample: a whole picture, of a size of its own.
    init(_ rect: PictureRect, of sample: Sample, channels: Int) {
        whole = sample.size ?? PictureSize(width: 0, height: 0)
        (name, file, self.rect) = (sample.name, sample.file, rect)
        picture = sample.picture.cut(rect, channels: channels, of: whole)
        mask = sample.mask.isEmpty ? [] : rect.cut(sample.mask, channels: 1, of: whole)
    }

    /// The window of the net's size whose upper left corner lies there, as it is. Beyond its edges the picture is mirrored.
    /// The piece has all that the window shows.
    func sample(at origin: (x: Int, y: Int), _ shape: SampleShape) -> Sample {
        let columns = (0..<shape.width).map { Self.folded(origin.x + $0, whole.width) - rect.columns.lowerBound }
        let rows = (0..<shape.height).map { Self.folded(origin.y + $0, whole.height) - rect.rows.lowerBound }
        let places = rows.flatMap { row in columns.map { row * rect.columns.count + $0 } }
        return Sample(
            name: name, file: file, picture: picture.gathered(places, channels: shape.channels, area: rect.area),
            mask: mask.isEmpty ? [] : masked(columns, rows, shape))
    }

    /// Each pixel of a mask of the net's size is a copy of the one in the middle of what it covers.
    private func masked(_ columns: [Int], _ rows: [Int], _ shape: SampleShape) -> [UInt8] {
        (0..<shape.maskHeight).flatMap { row in
            let start = rows[(2 * row + 1) * shape.height / (2 * shape.maskHeight)] * rect.columns.count
            return (0..<shape.maskWidth).map { column in
                mask[start + columns[(2 * column + 1) * shape.width / (2 * shape.maskWidth)]]
            }
        }
    }

    /// What `sample(at:)` needs of a picture.
    static func needed(at origin: (x: Int, y: Int), _ shape: SampleShape, of whole: PictureSize) -> PictureRect {
        func span(_ start: Int, _ count: Int, _ side: Int) -> Range<Int> {
            let places = (start..<start + count).map { folded($0, side) }
            return (places.min() ?? 0)..<(places.max() ?? 0) + 1
        }
        return PictureRect(
            columns: span(origin.x, shape.width, whole.width), rows: span(origin.y, shape.height, whole.height))
    }

    /// A place inside `0 ..< side`, mirrored at both edges as often as need be; the pixels at the edges are repeated.
    private static func folded(_ place: Int, _ side: Int) -> Int {
        let rest = place % (2 * side)
        let positive = rest < 0 ? rest + 2 * side : rest
        return positive < side ? positive : 2 * side - 1 - positive
    }
}
