/// Scores of a net on given samples of a data set.
///
/// - Parameter isInterrupted: asked between batches; a yes ends the test early.
/// - Returns: nil when there are no samples, or when interrupted.
/// - Throws: `RuntimeError` when the net cannot run.
func testScores(
    of net: Net, on samples: [Int], of data: DataSet, isInterrupted: () -> Bool = { false },
    progress: (Int) -> Void = { _ in }
) throws -> TestScores? {
    let maker = BatchMaker(data: data)
    let capacity = net.model.batchCapacity
    let batches = samples.chunks(of: capacity)
    let producer = try BatchProducer(maker: maker, batches: batches, flips: nil)
    var sums = TestSums()
    for (index, batch) in batches.enumerated() {
        guard index == 0 || !isInterrupted(), let made = producer.next() else { return nil }
        for (sample, logits) in zip(batch, try net.logits(of: made.pictures)) {
            sums.add(logits: logits, mask: data.samples[sample].mask)
        }
        progress(batch.count)
    }
    return sums.scores
}

extension Array {
    /// Consecutive parts of `size` elements; the last may be smaller.
    func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min(count, $0 + size)]) }
    }
}
