import Base

/// How well a net does on pictures it was not trained on.
package struct TestScores: Hashable, Sendable {
    /// The graph's own loss: the mean over the batches, weighted by their samples.
    package var loss: Double
    /// By the task's `measures`; nil for one that says nothing of these pictures.
    package var values: [Double?]

    package init(loss: Double, values: [Double?]) {
        self.loss = loss
        self.values = values
    }
}

extension TestScores {
    /// Columns of a table: the loss and the values, reals written so that they read back exactly.
    package var columns: [String] { ["\(loss)"] + values.map { $0.map { "\($0)" } ?? Measure.nothing } }

    /// Reads `columns`; nil when one of them is no number.
    package init?(columns: [String]) {
        guard let first = columns.first, let loss = Double(first) else { return nil }
        self.loss = loss
        values = []
        for text in columns.dropFirst() {
            let value = Double(text)
            guard value != nil || text == Measure.nothing else { return nil }
            values.append(value)
        }
    }
}

/// A number that says how good predictions are.
package struct Measure: Hashable, Sendable {
    /// In `metrics.csv`.
    package var column: String
    /// For people.
    package var title: String
    package var unit = ""
    /// nil for those of a loss.
    package var digits: Int? = 4
    /// False for what can be told of any picture; true for what takes an object, or pixels of a class, in the masks.
    package var needsTruth = true

    /// What stands for a number that nobody can tell.
    package static let nothing = "n/a"

    /// `0.8392`, without title and unit.
    package func number(_ value: Double?) -> String {
        guard let value else { return Self.nothing }
        return digits.map { Text.fixed(value, $0) } ?? Text.loss(value)
    }

    /// `Dice 0.8392`, `PSNR 24.31 dB`, `Dice n/a`.
    package func text(_ value: Double?) -> String {
        "\(title) \(number(value))" + (unit.isEmpty || value == nil ? "" : " " + unit)
    }
}

extension TrainingTask {
    /// What tests measure besides the loss.
    package var measures: [Measure] {
        switch self {
        case .mask: [Measure(column: "dice", title: "Dice"), Measure(column: "iou", title: "IoU")]
        case .classes:
            [
                Measure(column: "mean_iou", title: "mean IoU"),
                Measure(column: "pixel_accuracy", title: "pixel accuracy"),
            ]
        case .labels:
            [
                Measure(column: "mean_dice", title: "mean Dice"), Measure(column: "mean_iou", title: "mean IoU"),
                Measure(column: "dice", title: "Dice of all labels"),
            ]
        case .reconstruction:
            [Measure(column: "psnr", title: "PSNR", unit: "dB", digits: 2, needsTruth: false)]
        }
    }

    /// `Dice 0.8392, IoU 0.7229`.
    package func text(_ values: [Double?]) -> String {
        zip(measures, values).map { $0.text($1) }.joined(separator: ", ")
    }

    /// `loss 0.2134, Dice 0.8392, IoU 0.7229`.
    package func text(_ scores: TestScores) -> String { "loss \(Text.loss(scores.loss)), " + text(scores.values) }
}
