import Base
import Reporting
import Tasks

/// A line for each epoch, in columns that fit a terminal of 80.
struct EpochTable {
    static let width = 80

    private struct Column {
        var title: String
        var width: Int
        /// What goes first where there is no room; nil for what stays.
        var leaves: Int?
    }

    private let columns: [Column]
    private let measures: [Measure]

    /// - Parameter epochs: how many are to be trained.
    init(_ task: TrainingTask, hasTests: Bool, epochs: Int) {
        measures = hasTests ? task.measures : []
        let number = "\(epochs)".count
        var columns = [
            Column(title: "epoch", width: max(5, 2 * number + 1)), Column(title: "loss", width: 8),
        ]
        if hasTests { columns.append(Column(title: "test loss", width: 9)) }
        columns += measures.map { Column(title: $0.heading, width: max(6, $0.heading.count)) }
        columns += [
            Column(title: "images/s", width: 8, leaves: 1), Column(title: "wait", width: 4, leaves: 0),
            Column(title: "time", width: 8),
        ]
        for order in 0...1 where Self.total(columns) > Self.width { columns.removeAll { $0.leaves == order } }
        self.columns = columns
    }

    /// Two spaces between columns, and a mark at the end.
    private static func total(_ columns: [Column]) -> Int { columns.reduce(2) { $0 + $1.width + 2 } - 2 }

    var heading: String { line(columns.map(\.title)) }

    /// - Parameters:
    ///   - epochs: how many are to be trained.
    ///   - isBest: better than all before it.
    func row(_ row: MetricsRow, of epochs: Int, _ speed: EpochSpeed, isBest: Bool) -> String {
        let test = row.test
        var cells: [String: String] = [
            "epoch": "\(row.epoch)/\(epochs)", "loss": Self.loss(row.trainLoss),
            "test loss": test.map { Self.loss($0.loss) } ?? "", "images/s": Text.fixed(speed.imagesPerSecond, 1),
            // The share of the epoch in which steps waited for pictures.
            "wait": speed.waitShare > 0.01 ? Text.fixed(100 * speed.waitShare, 0) + "%" : "",
            "time": Text.duration(row.seconds),
        ]
        for (measure, value) in zip(measures, test?.values ?? []) { cells[measure.heading] = measure.number(value) }
        return line(columns.map { cells[$0.title] ?? "" }) + (isBest ? " *" : "")
    }

    /// In eight places.
    private static func loss(_ value: Double) -> String {
        let text = Text.loss(value)
        guard text.count > 8, value.isFinite, value != 0 else { return text }
        var (mantissa, exponent) = (value, 0)
        while abs(mantissa) >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while abs(mantissa) < 0.9995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        return Text.fixed(mantissa, 2) + "e\(exponent)"
    }

    private func line(_ cells: [String]) -> String {
        zip(columns, cells).map { column, cell in
            String(repeating: " ", count: max(0, column.width - cell.count)) + cell
        }.joined(separator: "  ")
    }
}

extension Measure {
    /// The title where there is little room.
    fileprivate var heading: String {
        switch column {
        case "pixel_accuracy": "accuracy"
        case "dice" where title != "Dice": "all Dice"
        case "psnr": "PSNR dB"
        default: title
        }
    }
}
