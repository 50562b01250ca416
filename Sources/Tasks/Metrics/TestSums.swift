/// Counts and sums that a task's measures are made of, over all pictures.
package enum MeasureSums: Hashable, Sendable {
    case mask(MaskSums)
    case classes(ConfusionMatrix)
    case labels(LabelSums)
    case reconstruction(SquaredError)

    package init(_ task: TrainingTask) {
        self =
            switch task {
            case .mask: .mask(MaskSums())
            case .classes(let range): .classes(ConfusionMatrix(count: range.count))
            case .labels(let range): .labels(LabelSums(range))
            case .reconstruction: .reconstruction(SquaredError())
            }
    }

    /// Adds pixels: the predicted labels (1 for object, 0 for background; classes; or bits of labels) and the true ones.
    package mutating func add(labels: [UInt8], mask: [UInt8]) {
        switch self {
        case .mask(var sums):
            sums.add(labels: labels, mask: mask)
            self = .mask(sums)
        case .classes(var matrix):
            // Taken out, so that its counts are not copied for each picture.
            self = .mask(MaskSums())
            matrix.add(predicted: labels, mask: mask)
            self = .classes(matrix)
        case .labels(var sums):
            sums.add(labels: labels, mask: mask)
            self = .labels(sums)
        case .reconstruction: break
        }
    }

    /// Adds one picture's output at the net's size.
    mutating func add(_ output: [Float], of sample: Sample) {
        switch self {
        case .mask: add(labels: output.map { $0 > 0 ? 1 : 0 }, mask: sample.mask)
        case .classes(let matrix):
            add(labels: ClassMap.largest(output, classes: matrix.count), mask: sample.mask)
        case .labels(let sums): add(labels: sums.range.bytes(output) { $0 > 0 }, mask: sample.mask)
        case .reconstruction(var error):
            error.add(output: output, picture: sample.picture)
            self = .reconstruction(error)
        }
    }

    /// Adds those of other pictures, of the same task.
    package mutating func add(_ other: MeasureSums) {
        switch (self, other) {
        case (.mask(var mine), .mask(let theirs)):
            mine.add(theirs)
            self = .mask(mine)
        case (.classes(var mine), .classes(let theirs)):
            mine.add(theirs)
            self = .classes(mine)
        case (.labels(var mine), .labels(let theirs)):
            mine.add(theirs)
            self = .labels(mine)
        case (.reconstruction(var mine), .reconstruction(let theirs)):
            mine.add(theirs)
            self = .reconstruction(mine)
        default: break
        }
    }

    /// By the task's `measures`.
    package var values: [Double?] {
        switch self {
        case .mask(let mask): [mask.dice, mask.iou]
        case .classes(let matrix): [matrix.meanIoU, matrix.pixelAccuracy]
        case .labels(let sums): [sums.meanDice, sums.meanIoU, sums.dice]
        case .reconstruction(let error): [error.psnr]
        }
    }

    /// Of labels that overlap: how well each was found.
    package var labels: LabelSums? {
        guard case .labels(let sums) = self else { return nil }
        return sums
    }

    /// Of class maps: how often which class was taken for which.
    package var confusion: ConfusionMatrix? {
        guard case .classes(let matrix) = self else { return nil }
        return matrix
    }
}

/// Sums that `TestScores` are made of, in Double and in the order of the pictures.
package struct TestSums: Hashable, Sendable {
    private var loss = 0.0
    private var samples = 0
    package private(set) var measured: MeasureSums

    package init(_ task: TrainingTask) { measured = MeasureSums(task) }

    /// Adds one picture's output.
    package mutating func add(_ output: [Float], of sample: Sample) { measured.add(output, of: sample) }

    /// Adds the loss of a batch.
    package mutating func add(loss: Double, samples count: Int) {
        self.loss += loss * Double(count)
        samples += count
    }

    /// nil before anything was added.
    package var scores: TestScores? {
        samples > 0 ? TestScores(loss: loss / Double(samples), values: measured.values) : nil
    }
}
