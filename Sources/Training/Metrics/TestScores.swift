/// How well a net does on pictures it was not trained on.
struct TestScores: Hashable, Sendable {
    /// The graph's own loss: the mean over the batches, weighted by their samples.
    var loss: Double
    /// By the task's `measures`.
    var values: [Double]
}

/// A number that says how good predictions are.
struct Measure: Hashable, Sendable {
    /// In `metrics.csv`.
    var column: String
    /// For people.
    var title: String
    var unit = ""
    /// nil for those of a loss.
    var digits: Int? = 4

    /// `Dice 0.8392`, `PSNR 24.31 dB`.
    func text(_ value: Double) -> String {
        "\(title) \(digits.map { Text.fixed(value, $0) } ?? Text.loss(value))" + (unit.isEmpty ? "" : " " + unit)
    }
}

extension TrainingTask {
    /// What tests measure besides the loss.
    var measures: [Measure] {
        switch self {
        case .mask: [Measure(column: "dice", title: "Dice"), Measure(column: "iou", title: "IoU")]
        case .classes:
            [
                Measure(column: "mean_iou", title: "mean IoU"),
                Measure(column: "pixel_accuracy", title: "pixel accuracy"),
            ]
        case .reconstruction: [Measure(column: "psnr", title: "PSNR", unit: "dB", digits: 2)]
        }
    }

    /// `loss 0.2134, Dice 0.8392, IoU 0.7229`.
    func text(_ scores: TestScores) -> String {
        (["loss \(Text.loss(scores.loss))"] + zip(measures, scores.values).map { $0.text($1) }).joined(
            separator: ", ")
    }
}

/// Sums that `TestScores` are made of, in Double and in the order of the pictures.
struct TestSums: Hashable, Sendable {
    private var loss = 0.0
    private var samples = 0
    private var sums: TaskSums

    private enum TaskSums: Hashable, Sendable {
        case mask(MaskSums)
        case classes(ConfusionMatrix)
        case reconstruction(SquaredError)
    }

    init(_ task: TrainingTask) {
        sums =
            switch task {
            case .mask: .mask(MaskSums())
            case .classes(let range): .classes(ConfusionMatrix(count: range.count))
            case .reconstruction: .reconstruction(SquaredError())
            }
    }

    /// Adds one picture's output.
    mutating func add(_ output: [Float], of sample: Sample) {
        switch sums {
        case .mask(var mask):
            mask.add(logits: output, mask: sample.mask)
            sums = .mask(mask)
        case .classes(var matrix):
            // Taken out, so that its counts are not copied for each picture.
            sums = .mask(MaskSums())
            matrix.add(predicted: ClassMap.largest(output, classes: matrix.count), mask: sample.mask)
            sums = .classes(matrix)
        case .reconstruction(var error):
            error.add(output: output, picture: sample.picture)
            sums = .reconstruction(error)
        }
    }

    /// Adds the loss of a batch.
    mutating func add(loss: Double, samples count: Int) {
        self.loss += loss * Double(count)
        samples += count
    }

    /// Of class maps: how often which class was taken for which.
    var confusion: ConfusionMatrix? {
        guard case .classes(let matrix) = sums else { return nil }
        return matrix
    }

    /// nil before anything was added.
    var scores: TestScores? {
        guard samples > 0 else { return nil }
        let values =
            switch sums {
            case .mask(let mask): [mask.dice, mask.iou]
            case .classes(let matrix): [matrix.meanIoU, matrix.pixelAccuracy]
            case .reconstruction(let error): [error.psnr]
            }
        return TestScores(loss: loss / Double(samples), values: values)
    }
}
