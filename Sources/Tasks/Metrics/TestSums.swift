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

    /// What they are made of, and back.
    var words: [Int] {
        switch self {
        case .mask(let sums): sums.words
        case .classes(let matrix): matrix.words
        case .labels(let sums): sums.words
        case .reconstruction(let error): error.words
        }
    }

    init(_ task: TrainingTask, words: ArraySlice<Int>) {
        self =
            switch task {
            case .mask: .mask(MaskSums(words))
            case .classes(let range): .classes(ConfusionMatrix(count: range.count, words: words))
            case .labels(let range): .labels(LabelSums(range, words: words))
            case .reconstruction: .reconstruction(SquaredError(words))
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
    private let task: TrainingTask
    private var loss = 0.0
    private var samples = 0
    package private(set) var measured: MeasureSums
    /// What was added, one after the other, where the order of sums counts: losses of batches, and errors of pictures.
    private var losses: [Int] = []
    private var journal: [Int] = []

    package init(_ task: TrainingTask) {
        self.task = task
        measured = MeasureSums(task)
    }

    /// Adds one picture's output.
    package mutating func add(_ output: [Float], of sample: Sample) {
        guard case .reconstruction = task else { return measured.add(output, of: sample) }
        // Sums that are not whole numbers depend on the order.
        var one = MeasureSums(task)
        one.add(output, of: sample)
        measured.add(one)
        journal += one.words
    }

    /// Adds the loss of a batch.
    package mutating func add(loss: Double, samples count: Int) {
        self.loss += loss * Double(count)
        samples += count
        losses += [Int(bitPattern: UInt(loss.bitPattern)), count]
    }

    /// All that was added, as numbers.
    package var words: [Int] {
        let measures = if case .reconstruction = task { journal } else { measured.words }
        return [losses.count] + losses + measures
    }

    /// Adds what others have added, as if it had been added here.
    package mutating func add(_ words: [Int]) {
        guard let count = words.first, (0..<words.count).contains(count) else { return }
        for place in stride(from: 1, to: count, by: 2) {
            add(loss: Double(bitPattern: UInt64(UInt(bitPattern: words[place]))), samples: words[place + 1])
        }
        var rest = words.dropFirst(1 + count)
        guard case .reconstruction = task else { return measured.add(MeasureSums(task, words: rest)) }
        while rest.count >= 2 {
            let one = MeasureSums(task, words: rest.prefix(2))
            measured.add(one)
            journal += one.words
            rest = rest.dropFirst(2)
        }
    }

    /// nil before anything was added.
    package var scores: TestScores? {
        samples > 0 ? TestScores(loss: loss / Double(samples), values: measured.values) : nil
    }
}
