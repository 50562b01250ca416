/// Samples side by side: a row each, such as picture, truth and prediction, with titles above, captions below, and what
/// colours mean at the foot.
public struct Figure: Sendable {
    /// Above the columns; may be empty.
    public var columnTitles: [String]
    /// RGB pictures, or masks of one channel, whose largest value is shown as white.
    public var rows: [[Bitmap]]
    /// Below the rows, one each; may be shorter than `rows`.
    public var rowCaptions: [String]
    /// Below everything; may be empty.
    public var legend: [LegendEntry]

    public init(
        columnTitles: [String], rows: [[Bitmap]], rowCaptions: [String] = [], legend: [LegendEntry] = []
    ) {
        self.columnTitles = columnTitles
        self.rows = rows
        self.rowCaptions = rowCaptions
        self.legend = legend
    }

    private static let gap = 12
    private static let ink = Color(40, 40, 40)
    private static let frame = Color(205, 205, 205)

    /// Draws the figure; every bitmap is fitted into a square of `cell` pixels (at least 32) with its shape kept.
    public func render(cell: Int) -> Bitmap {
        let cell = max(cell, 32)
        let columns = max(rows.map(\.count).max() ?? 0, columnTitles.count, 1)
        let heights = rows.map { rowHeight($0, cell: cell) }
        let titleHeight = columnTitles.isEmpty ? 0 : textHeight(cell) + Self.gap
        let captionHeights = rows.indices.map { caption($0).isEmpty ? 0 : textHeight(cell) + Self.gap }
        let width = Self.gap + columns * (cell + Self.gap)
        let legend = Legend(legend, width: width - 2 * Self.gap, scale: scale(cell))
        let height =
            Self.gap + titleHeight + zip(heights, captionHeights).map { $0 + $1 + Self.gap }.reduce(0, +)
            + (legend.height > 0 ? legend.height + Self.gap : 0)
        var canvas = Canvas(width: width, height: height)
        drawTitles(on: &canvas, cell: cell)
        var y = Self.gap + titleHeight
        for (i, row) in rows.enumerated() {
            draw(row, on: &canvas, y: y, height: heights[i], cell: cell)
            y += heights[i]
            if !caption(i).isEmpty {
                let room = width - 2 * Self.gap
                drawText(caption(i), on: &canvas, x: Self.gap, y: y + Self.gap / 2, width: room, cell: cell)
            }
            y += captionHeights[i] + Self.gap
        }
        legend.draw(on: &canvas, x: Self.gap, y: y, Self.ink)
        return canvas.bitmap
    }

    private func caption(_ row: Int) -> String { row < rowCaptions.count ? rowCaptions[row] : "" }

    private func scale(_ cell: Int) -> Int { cell >= 160 ? 2 : 1 }

    /// Capitals and what hangs below the base line.
    private func textHeight(_ cell: Int) -> Int { StrokeFont.lineHeight(scale(cell)) }

    /// The size of a bitmap in its cell.
    private func fitted(_ bitmap: Bitmap, cell: Int) -> (width: Int, height: Int) {
        let longer = max(bitmap.width, bitmap.height, 1)
        return (max(bitmap.width * cell / longer, 1), max(bitmap.height * cell / longer, 1))
    }

    /// A row is as high as its highest bitmap, so that wide pictures do not leave empty bands.
    private func rowHeight(_ row: [Bitmap], cell: Int) -> Int {
        row.map { fitted($0, cell: cell).height }.max() ?? 0
    }

    private func drawTitles(on canvas: inout Canvas, cell: Int) {
        for (i, title) in columnTitles.enumerated() {
            drawText(title, on: &canvas, x: Self.gap + i * (cell + Self.gap), y: Self.gap, width: cell, cell: cell)
        }
    }

    /// Text in the middle of `width` pixels, at half the size if it would not fit.
    private func drawText(_ text: String, on canvas: inout Canvas, x: Int, y: Int, width: Int, cell: Int) {
        let full = scale(cell)
        let scale = Canvas.textWidth(text, scale: full) <= width ? full : 1
        let line = Canvas.fitting(text, width: width, scale: scale)
        let left = x + (width - Canvas.textWidth(line, scale: scale)) / 2
        canvas.text(
            line, x: left, y: y + (StrokeFont.capHeight(full) - StrokeFont.capHeight(scale)) / 2, scale: scale, Self.ink
        )
    }

    private func draw(_ row: [Bitmap], on canvas: inout Canvas, y: Int, height: Int, cell: Int) {
        for (i, bitmap) in row.enumerated() where bitmap.width > 0 && bitmap.height > 0 {
            let size = fitted(bitmap, cell: cell)
            let left = Self.gap + i * (cell + Self.gap) + (cell - size.width) / 2
            let top = y + (height - size.height) / 2
            canvas.draw(bitmap.stretchedIfMask(), x: left, y: top, width: size.width, height: size.height)
            canvas.frame(x: left - 1, y: top - 1, width: size.width + 2, height: size.height + 2, Self.frame)
        }
    }
}

extension Bitmap {
    /// A mask with its largest value at 255: masks of 0 and 1 would look all black.
    fileprivate func stretchedIfMask() -> Bitmap {
        guard channels == 1, let largest = pixels.max(), largest > 0 else { return self }
        let stretched = pixels.map { UInt8(Int($0) * 255 / Int(largest)) }
        return Bitmap(width: width, height: height, channels: 1, pixels: stretched)
    }
}

/// The picture in RGB with `color` laid over it where the mask is not zero.
///
/// A mask of another size is brought to the picture's by nearest pixels. `alpha` 0 leaves the picture, 1 hides it.
public func overlay(_ picture: Bitmap, mask: Bitmap, color: Color, alpha: Double) -> Bitmap {
    var result = picture.convertedToRGB()
    guard picture.width > 0, picture.height > 0, mask.width > 0, mask.height > 0 else { return result }
    let fitted = mask.resizedNearest(width: picture.width, height: picture.height)
    let amount = min(max(alpha, 0), 1)
    var pixels = result.pixels
    for i in 0..<picture.width * picture.height where fitted.pixels[i * mask.channels] != 0 {
        pixels[3 * i] = mix(pixels[3 * i], color.red, amount)
        pixels[3 * i + 1] = mix(pixels[3 * i + 1], color.green, amount)
        pixels[3 * i + 2] = mix(pixels[3 * i + 2], color.blue, amount)
    }
    result.pixels = pixels
    return result
}
