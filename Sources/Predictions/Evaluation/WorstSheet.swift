import Base
import Imaging
import Tasks
import TrainerSupport

/// The pictures that were predicted worst, each in its own shape, with what is right and what is wrong in colours.
///
/// Pictures are made small as soon as they are measured, and only the worst are kept.
package struct WorstSheet: Hashable, Sendable {
    private let task: TrainingTask
    private let count: Int
    /// The worst first.
    private var cells: [Cell] = []

    private struct Cell: Hashable, Sendable {
        var drawing: Bitmap
        var scores: PictureScores
    }

    init(task: TrainingTask, count: Int) {
        self.task = task
        self.count = count
    }

    /// The best of those that are kept, when no more are; nil while there is room.
    var cutoff: PictureScores? { cells.count < count ? nil : cells.last?.scores }

    /// What has been drawn, the worst first.
    package var drawings: [(picture: Bitmap, scores: PictureScores)] { cells.map { ($0.drawing, $0.scores) } }

    mutating func add(_ drawing: Bitmap, _ scores: PictureScores) {
        let place = cells.firstIndex { scores.isWorse(than: $0.scores) } ?? cells.count
        cells.insert(Cell(drawing: drawing, scores: scores), at: place)
        if cells.count > count { cells.removeLast() }
    }

    /// Pixels of the longer side of a picture of the sheet.
    package static let cell = 300
    private static let gap = 14
    private static let line = 14
    private static let ink = Color(40, 40, 40)
    private static let frame = Color(205, 205, 205)

    /// Apart for eyes without red or green cones.
    private static func color(_ outcome: PictureMeasurement.Outcome) -> Color? {
        switch outcome {
        case .nothing: nil
        case .hit: Color(0, 158, 115)
        case .miss: Color(255, 190, 0)
        case .falseAlarm: Color(230, 0, 160)
        }
    }

    /// The picture made small, under the colours of its pixels.
    /// - Throws: `ImageError` when it cannot be read.
    static func drawing(
        of picture: PictureAgain, size: PictureSize, side most: Int, _ outcomes: (Int) -> [PictureMeasurement.Outcome]
    ) throws -> Bitmap {
        let longer = max(size.width, size.height, 1)
        // Small ones are not made larger than their pixels can be told apart.
        let side = min(most, 8 * longer)
        let small = PictureSize(width: max(1, size.width * side / longer), height: max(1, size.height * side / longer))
        let resizer = BitmapResizer(from: size, to: small)
        for row in 0..<size.height {
            var pixels = try picture.next()
            for (x, outcome) in outcomes(row).enumerated() {
                guard let color = color(outcome) else { continue }
                // What is right shows more of the picture than what is wrong.
                let share = outcome == .hit ? 96 : 192
                func mix(_ place: Int, _ value: UInt8) {
                    pixels[place] = UInt8((Int(pixels[place]) * (256 - share) + Int(value) * share + 128) >> 8)
                }
                mix(3 * x, color.red)
                mix(3 * x + 1, color.green)
                mix(3 * x + 2, color.blue)
            }
            resizer.push(pixels)
        }
        return resizer.finish()
    }

    /// What the colours mean.
    package var legend: [LegendEntry] {
        let words: [(PictureMeasurement.Outcome, String)] =
            task.hasThreshold
            ? [(.hit, "found"), (.miss, "missed"), (.falseAlarm, "false alarm")]
            : [(.hit, "the right class"), (.miss, "another class")]
        return words.compactMap { outcome, name in Self.color(outcome).map { LegendEntry(color: $0, name: name) } }
    }

    package func render() -> Bitmap {
        let columns = min(4, max(1, cells.count))
        let rows = stride(from: 0, to: cells.count, by: columns).map {
            Array(cells[$0..<min($0 + columns, cells.count)])
        }
        let heights = rows.map { row in (row.map(\.drawing.height).max() ?? 0) + 3 * Self.line + Self.gap }
        let width = Self.gap + columns * (Self.cell + Self.gap)
        let legend = Legend(legend, width: width - 2 * Self.gap, scale: 2)
        var canvas = Canvas(width: width, height: 2 * Self.gap + heights.reduce(0, +) + legend.height)
        var y = Self.gap
        for (row, height) in zip(rows, heights) {
            for (column, cell) in row.enumerated() {
                draw(
                    cell, on: &canvas, x: Self.gap + column * (Self.cell + Self.gap), y: y,
                    height: height - 3 * Self.line - Self.gap)
            }
            y += height
        }
        legend.draw(on: &canvas, x: Self.gap, y: y, Self.ink)
        return canvas.bitmap
    }

    private func draw(_ cell: Cell, on canvas: inout Canvas, x: Int, y: Int, height: Int) {
        let picture = cell.drawing
        let (left, top) = (x + (Self.cell - picture.width) / 2, y + (height - picture.height) / 2)
        canvas.draw(picture, x: left, y: top)
        canvas.frame(x: left - 1, y: top - 1, width: picture.width + 2, height: picture.height + 2, Self.frame)
        let texts = [
            Canvas.fittingName(cell.scores.name.shown, width: Self.cell, scale: 1),
            RegionMeasure.dice.measure.text(cell.scores.value(.dice)) + ", "
                + RegionMeasure.boundaryF1.measure.text(cell.scores.value(.boundaryF1)) + ", "
                + RegionMeasure.hausdorff95.measure.text(cell.scores.value(.hausdorff95)),
        ]
        for (number, text) in texts.enumerated() {
            let fitting = Canvas.fitting(text, width: Self.cell, scale: 1)
            canvas.text(
                fitting, x: x + (Self.cell - Canvas.textWidth(fitting, scale: 1)) / 2,
                y: y + height + 6 + number * Self.line, scale: 1, Self.ink)
        }
    }
}
