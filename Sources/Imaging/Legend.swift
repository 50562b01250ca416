/// What a colour means.
public struct LegendEntry: Hashable, Sendable {
    public var color: Color
    public var name: String

    public init(color: Color, name: String) {
        self.color = color
        self.name = name
    }
}

/// Swatches and names in rows, as many side by side as fit.
public struct Legend {
    private let rows: [[(entry: LegendEntry, x: Int)]]
    private let scale: Int

    private static let gap = 8

    public init(_ entries: [LegendEntry], width: Int, scale: Int) {
        self.scale = scale
        var rows: [[(entry: LegendEntry, x: Int)]] = []
        var x = Int.max / 2
        for entry in entries {
            let swatch = Self.swatch(scale) + Self.gap
            let name = Canvas.fitting(entry.name, width: width - swatch, scale: scale)
            let needed = swatch + Canvas.textWidth(name, scale: scale)
            if x + needed > width {
                rows.append([])
                x = 0
            }
            rows[rows.count - 1].append((LegendEntry(color: entry.color, name: name), x))
            x += needed + 2 * Self.gap
        }
        self.rows = rows
    }

    private static func swatch(_ scale: Int) -> Int { StrokeFont.lineHeight(scale) }

    private var rowHeight: Int { Self.swatch(scale) + Self.gap }

    /// In pixels; 0 without entries.
    public var height: Int { rows.isEmpty ? 0 : rows.count * rowHeight - Self.gap }

    /// Draws the rows with their top left corner at `x`, `y`.
    public func draw(on canvas: inout Canvas, x: Int, y: Int, _ ink: Color) {
        let size = Self.swatch(scale)
        for (index, row) in rows.enumerated() {
            let top = y + index * rowHeight
            for (entry, left) in row {
                canvas.fill(x: x + left, y: top, width: size, height: size, entry.color)
                canvas.frame(x: x + left, y: top, width: size, height: size, ink)
                canvas.text(
                    entry.name, x: x + left + size + Self.gap, y: top + (size - Canvas.textHeight(scale: scale)) / 2,
                    scale: scale, ink)
            }
        }
    }
}
