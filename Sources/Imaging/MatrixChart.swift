/// A square matrix of shares as shaded cells with their numbers, names beside the rows and above the columns.
public struct MatrixChart: Sendable {
    public var title: String
    /// What rows and columns stand for, such as `truth` and `prediction`.
    public var rowTitle: String
    public var columnTitle: String
    /// Of the rows, and in the same order of the columns.
    public var names: [String]
    /// Row by row, 0 ... 1; nil where there is nothing to share out.
    public var values: [[Double?]]

    public init(title: String, rowTitle: String, columnTitle: String, names: [String], values: [[Double?]]) {
        self.title = title
        self.rowTitle = rowTitle
        self.columnTitle = columnTitle
        self.names = names
        self.values = values
    }

    private static let ink = Color(40, 40, 40)
    private static let faintInk = Color(85, 85, 85)
    private static let grid = Color(228, 228, 228)
    private static let full = Color(0, 90, 150)
    private static let scale = 2
    private static let margin = 16
    /// The widest a name may be.
    private static let nameWidth = 220

    /// Percent are written into the cells while these are few enough to hold them.
    private var cell: Int { names.count <= 24 ? 52 : max(8, 1248 / names.count) }
    private var hasNumbers: Bool { cell >= 52 }
    /// Names are as high as their row.
    private var nameScale: Int { cell >= 16 ? Self.scale : 1 }

    /// Draws the chart; its size follows the names.
    public func render() -> Bitmap {
        let line = Canvas.textHeight(scale: Self.scale) + 12
        let labels = names.map { Canvas.fitting($0, width: Self.nameWidth, scale: nameScale) }
        let room = labels.map { Canvas.textWidth($0, scale: nameScale) }.max() ?? 0
        let left = Self.margin + line + room + 10
        let top = Self.margin + 2 * line + room + 10
        let side = names.count * cell
        let width = max(left + side, Self.margin + Canvas.textWidth(title, scale: Self.scale)) + Self.margin
        var canvas = Canvas(width: width, height: top + side + Self.margin)
        canvas.text(title, x: Self.margin, y: Self.margin, scale: Self.scale, Self.ink)
        drawTitles(on: &canvas, left: left, top: top, side: side, line: line)
        drawNames(labels, on: &canvas, left: left, top: top)
        for row in values.indices {
            for (column, value) in values[row].enumerated() {
                draw(value, on: &canvas, x: left + column * cell, y: top + row * cell)
            }
        }
        canvas.frame(x: left - 1, y: top - 1, width: side + 2, height: side + 2, Self.faintInk)
        return canvas.bitmap
    }

    private func drawTitles(on canvas: inout Canvas, left: Int, top: Int, side: Int, line: Int) {
        let columnWidth = Canvas.textWidth(columnTitle, scale: Self.scale)
        canvas.text(
            columnTitle, x: left + max(0, side - columnWidth) / 2, y: Self.margin + line, scale: Self.scale,
            Self.faintInk)
        let rowWidth = Canvas.textWidth(rowTitle, scale: Self.scale)
        canvas.textUpwards(
            rowTitle, x: Self.margin, y: top + (side + rowWidth) / 2, scale: Self.scale, Self.faintInk)
    }

    private func drawNames(_ labels: [String], on canvas: inout Canvas, left: Int, top: Int) {
        let height = Canvas.textHeight(scale: nameScale)
        for (index, label) in labels.enumerated() {
            let middle = index * cell + (cell - height) / 2
            let width = Canvas.textWidth(label, scale: nameScale)
            canvas.text(label, x: left - 10 - width, y: top + middle, scale: nameScale, Self.ink)
            canvas.textUpwards(label, x: left + middle, y: top - 10, scale: nameScale, Self.ink)
        }
    }

    private func draw(_ value: Double?, on canvas: inout Canvas, x: Int, y: Int) {
        let share = min(max(value ?? 0, 0), 1)
        canvas.fill(x: x, y: y, width: cell, height: cell, Self.shade(share))
        canvas.frame(x: x, y: y, width: cell, height: cell, Self.grid)
        guard hasNumbers else { return }
        let text = value.map { Self.percent($0) } ?? "-"
        let width = Canvas.textWidth(text, scale: Self.scale)
        let color = share > 0.5 ? Color.white : text == "0" ? Color(170, 170, 170) : Self.ink
        canvas.text(
            text, x: x + (cell - width) / 2, y: y + (cell - Canvas.textHeight(scale: Self.scale)) / 2,
            scale: Self.scale, color)
    }

    /// White for nothing, dark blue for all.
    private static func shade(_ share: Double) -> Color {
        Color(mix(255, full.red, share), mix(255, full.green, share), mix(255, full.blue, share))
    }

    /// Whole percent; `<1` for less than half of one that is not nothing.
    private static func percent(_ share: Double) -> String {
        let rounded = Int((100 * share).rounded())
        return rounded == 0 && share > 0 ? "<1" : "\(rounded)"
    }
}
