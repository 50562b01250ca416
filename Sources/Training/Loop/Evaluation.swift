/// What a test of a net gives.
struct TestResult: Hashable, Sendable {
    var scores: TestScores
    /// Of class maps: how often which class was taken for which.
    var confusion: ConfusionMatrix?
}

/// Tests a net on given samples of a data set.
///
/// - Parameter isInterrupted: asked between batches; a yes ends the test early.
/// - Returns: nil when there are no samples, or when interrupted.
/// - Throws: `RuntimeError` when the net cannot run; `TrainerError` when a file is no longer what it was.
func test(
    _ net: Net, on samples: [Int], of data: DataSet, isInterrupted: () -> Bool = { false },
    progress: (Int) -> Void = { _ in }
) throws -> TestResult? {
    let maker = BatchMaker(data: data)
    let batches = samples.chunks(of: net.model.batchCapacity)
    let producer = try BatchProducer(maker: maker, batches: batches)
    var sums = TestSums(data.shape.task)
    for (index, batch) in batches.enumerated() {
        guard index == 0 || !isInterrupted(), let made = try nextUnlessInterrupted(producer) else { return nil }
        let (loss, outputs) = try net.tested(made)
        sums.add(loss: loss, samples: batch.count)
        for (read, output) in zip(made.samples, outputs) {
            var sample = read
            sample.mask = data.shape.middle(of: sample.mask)
            sums.add(output, of: sample)
        }
        progress(batch.count)
    }
    return sums.scores.map { TestResult(scores: $0, confusion: sums.confusion) }
}

private func nextUnlessInterrupted(_ producer: BatchProducer) throws -> Batch? {
    do { return try producer.next() } catch is Interrupted { return nil }
}

extension Array {
    /// Consecutive parts of `size` elements; the last may be smaller.
    func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min(count, $0 + size)]) }
    }
}
