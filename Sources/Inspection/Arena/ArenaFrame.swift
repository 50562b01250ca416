/// Where things are in the drawing of an arena: steps from left to right, bytes from below to above.
struct ArenaFrame {
    /// Pixels between the drawing's edges and the plot.
    private static let left = 78.0
    private static let right = 24.0

    let width: Double
    let height: Double
    /// The boxes.
    let plot: Rectangle
    /// The colours of the steps, above the boxes.
    let strip: Rectangle
    /// The bytes alive, below them.
    let profile: Rectangle
    private let columns: Int
    private let top: Double

    init(_ picture: ArenaPicture) {
        columns = picture.steps.count + 2
        // Wide enough that a step can be hit with a mouse, within what fits on a screen.
        let plotWidth = min(max(Double(columns) * 7, 800), 1180)
        width = Self.left + plotWidth + Self.right
        strip = Rectangle(x: Self.left, y: 78, width: plotWidth, height: 10)
        plot = Rectangle(x: Self.left, y: 112, width: plotWidth, height: 440)
        profile = Rectangle(x: Self.left, y: plot.maxY + 44, width: plotWidth, height: 64)
        height = profile.maxY + 62
        top = Double(max(picture.arenaBytes, picture.lowerBoundBytes, 1))
    }

    var columnWidth: Double { plot.width / Double(columns) }

    /// The left edge of a step's column.
    func x(_ step: Int) -> Double { plot.x + Double(step + 1) * columnWidth }

    func y(_ bytes: Int) -> Double { plot.maxY - Double(bytes) / top * plot.height }

    func profileY(_ bytes: Int) -> Double { profile.maxY - Double(bytes) / top * profile.height }

    func rectangle(_ box: ArenaPicture.Box) -> Rectangle {
        // What is too thin to be seen at its size is drawn as a hair.
        let height = max(y(box.bytes.lowerBound) - y(box.bytes.upperBound), 0.4)
        return Rectangle(
            x: x(box.steps.lowerBound), y: y(box.bytes.lowerBound) - height,
            width: Double(box.steps.count) * columnWidth, height: height)
    }

    /// Round numbers of bytes for the axis, with their labels.
    var byteTicks: [(bytes: Int, label: String)] {
        let units: [(size: Double, name: String)] = [(1, "bytes"), (1024, "KiB"), (1_048_576, "MiB")]
        let unit = units.last { top >= 2 * $0.size } ?? units[0]
        let step = roundStep(top / unit.size, count: 8, least: unit.size == 1 ? 1 : 0.1)
        return stride(from: 0, through: top / unit.size, by: step).map {
            (Int(($0 * unit.size).rounded()), number($0) + " " + unit.name)
        }
    }

    /// Round step numbers for the axis.
    var stepTicks: [Int] {
        let step = Int(roundStep(Double(columns), count: Int(plot.width / 60), least: 1))
        return Array(stride(from: 0, to: columns - 2, by: step))
    }
}
