import DataSets
import Nets
import Ranks
import Runtime
import Tasks
import TrainerSupport

/// What a test of a net gives.
package struct TestResult: Hashable, Sendable {
    /// At the net's size; where pieces of pictures train, the loss of such pieces, and measures at the pictures' own size.
    package var scores: TestScores
    /// Of class maps: how often which class was taken for which.
    package var confusion: ConfusionMatrix?
    /// Of labels that overlap: how well each was found.
    package var labels: LabelSums?
    /// Of the masks as `predict` writes them, where that was asked for and there are such.
    package var written: WrittenScores?
    /// What is no number, so that the scores say nothing; nil when all is well.
    package var fault: String?
}

/// Tests a net on given samples of a data set.
///
/// - Parameters:
///   - settings: how to measure what `predict` would write for the samples' files as well, picture by picture; nil not to.
///   - ranks: processes that share the samples out, all of which call this; nil for this one alone. Nothing but scores and sums
///     is known of what others have tested, so that nothing is measured as `predict` writes it.
///   - isInterrupted: asked between batches; a yes ends the test early, that of all processes.
/// - Returns: nil when there are no samples, or when interrupted.
/// - Throws: `RuntimeError` when the net cannot run; `TrainerError` when a file is no longer what it was.
package func test(
    _ net: Net, on samples: [Int], of data: DataSet, measuring settings: MeasureSettings? = nil,
    ranks: RankGroup? = nil, isInterrupted: () -> Bool = { false }, progress: (Int) -> Void = { _ in }
) throws -> TestResult? {
    if let ranks, data.patches == nil {
        return try testTogether(net, on: samples, of: data, ranks, isInterrupted: isInterrupted)
    }
    let batches = data.tested(samples).chunks(of: net.model.batchCapacity)
    let producer = try BatchProducer(maker: BatchMaker(data: data), batches: batches)
    var sums = TestSums(data.shape.task)
    var written = data.patches == nil ? settings.flatMap { WrittenEvaluation(data, $0) } : nil
    for (index, batch) in batches.enumerated() {
        guard index == 0 || !isInterrupted(), let made = try unlessInterrupted(producer.next) else { return nil }
        let (loss, outputs) = try net.tested(made)
        sums.add(loss: loss, outputs, of: made.samples, data.shape)
        if let fault = try net.testFault(made, loss: loss, outputs: outputs) {
            return sums.scores.map { TestResult(scores: $0, fault: fault) }
        }
        guard try unlessInterrupted({ try written?.add(outputs.map { [$0] }, of: batch) ?? () }) != nil else {
            return nil
        }
        progress(batch.count)
    }
    guard let patches = data.patches, var scores = sums.scores else {
        return sums.scores.map {
            TestResult(
                scores: $0, confusion: sums.measured.confusion, labels: sums.measured.labels, written: written?.scores)
        }
    }
    let whole = try unlessInterrupted {
        try testedWhole(net, on: samples, of: data, patches, settings, isInterrupted: isInterrupted)
    }
    guard let whole else { return nil }
    scores.values = whole.values
    return TestResult(
        scores: scores, confusion: whole.confusion, labels: whole.labels, written: settings == nil ? nil : whole)
}

extension TestSums {
    /// Adds the loss of a batch, and what the net says of its samples.
    mutating func add(loss: Double, _ outputs: [[Float]], of samples: [Sample], _ shape: SampleShape) {
        add(loss: loss, samples: samples.count)
        for (read, output) in zip(samples, outputs) {
            var sample = read
            sample.mask = shape.middle(of: sample.mask)
            add(output, of: sample)
        }
    }
}

/// Measures what `predict` would write for samples by several nets or with mirror images, of which the graph's loss says nothing.
///
/// - Parameter nets: of one graph.
/// - Returns: nil where nothing is written that could be compared with a file.
/// - Throws: as `test`; `Interrupted`.
package func measured(
    _ nets: [Net], on samples: [Int], of data: DataSet, _ settings: MeasureSettings, progress: (Int) -> Void
) throws -> WrittenScores? {
    guard var written = WrittenEvaluation(data, settings), let net = nets.first else { return nil }
    let batches = samples.chunks(of: net.model.batchCapacity)
    let producer = try BatchProducer(maker: BatchMaker(data: data), batches: batches)
    for batch in batches {
        guard let made = try producer.next() else { break }
        let outputs = try nets.outputs(of: made.pictures, settings.flips) { Net.outputFault(made.samples[$0].file) }
        try written.add(outputs, of: batch)
        progress(batch.count)
    }
    return written.scores
}

/// Tests a net tile by tile on whole pictures, with its weights as they are.
/// - Throws: as `TiledEvaluation.run`; `Interrupted`.
private func testedWhole(
    _ net: Net, on samples: [Int], of data: DataSet, _ patches: PatchSettings, _ settings: MeasureSettings?,
    isInterrupted: () -> Bool
) throws -> WrittenScores? {
    let prediction = TiledPrediction(
        net: try TiledNet(of: net), shape: data.shape, style: PredictionStyle(testing: data), scale: patches.scale)
    return try TiledEvaluation(prediction: prediction, data: data, settings: settings ?? .pooled).run(
        on: samples, check: { if isInterrupted() { throw Interrupted() } }, progress: { _ in })
}

extension Net {
    /// What is no number in the test of a batch, and where it became none; nil when all is well.
    func testFault(_ batch: Batch, loss: Double, outputs: [[Float]]) throws -> String? {
        let place = outputs.firstIndex { !$0.isFinite }
        guard place != nil || !loss.isFinite else { return nil }
        let picture = place.map { "the net's output for \(batch.samples[$0].file) is no finite number" }
        let what = loss.isFinite ? picture : "the test loss became \(loss.isNaN ? "nan" : "\(loss)")"
        let broken = try firstBrokenTest(batch)
        return [what, broken?.text].compactMap { $0 }.joined(separator: "; ")
    }
}

/// What `body` gives; nil when a signal ends it.
func unlessInterrupted<Value>(_ body: () throws -> Value?) throws -> Value? {
    do { return try body() } catch is Interrupted { return nil }
}
