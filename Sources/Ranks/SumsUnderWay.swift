import TrainerSupport

/// Sums that all ranks add up, bucket by bucket, while they still make others.
///
/// What is said to be made must be the same on all ranks, in the same order: so are the messages.
package final class SumsUnderWay {
    private let exchange: SumExchange
    private let buffers: [UnsafeMutableBufferPointer<Float>]
    private let ranks: RankGroup
    private let spans: SpanRecorder?
    /// Floats of a bucket; the last may have fewer.
    private let size: Int
    /// By bucket, the floats that are still to be made; nil once the bucket is on its way.
    private var missing: [Int?]
    private var job: Int?

    /// Floats up to where a parameter's sums begin.
    private static let alignment = 16

    /// - Parameters:
    ///   - buffers: equal in length, as `LocalSums` numbers them; they stay where they are until `finish`.
    ///   - spans: where it is noted when buckets were on their way.
    package init(
        _ exchange: SumExchange, _ buffers: [UnsafeMutableBufferPointer<Float>], in ranks: RankGroup,
        spans: SpanRecorder? = nil
    ) {
        self.spans = spans
        self.exchange = exchange
        self.buffers = buffers
        self.ranks = ranks
        let count = buffers.first?.count ?? 0
        let float = MemoryLayout<Float>.stride
        let size = max(1, RankGroup.bucket(of: float * count) / float)
        self.size = size
        missing = stride(from: 0, to: count, by: size).map { min(size, count - $0) }
    }

    /// Sends the buckets off that are whole now.
    /// - Parameter range: floats of each buffer that nobody here changes any more.
    package func add(_ range: Range<Int>) {
        let range = range.lowerBound..<(range.upperBound + Self.alignment - 1) / Self.alignment * Self.alignment
        var whole: [Int] = []
        for bucket in range.lowerBound / size..<min(missing.count, (range.upperBound + size - 1) / size) {
            guard let left = missing[bucket] else { continue }
            let start = bucket * size
            missing[bucket] = left - range.clamped(to: start..<min(start + size, buffers[0].count)).count
            if missing[bucket] == 0 { whole.append(bucket) }
        }
        send(whole)
    }

    /// Sends what has not been sent, and waits until buffer 0 has the sums of all ranks.
    /// - Throws: as `RankGroup.gather`.
    package func finish() throws {
        send(missing.indices.filter { missing[$0] != nil })
        if let job { try ranks.wait(for: job) }
    }

    private func send(_ buckets: [Int]) {
        guard !buckets.isEmpty else { return }
        for bucket in buckets { missing[bucket] = nil }
        job = ranks.post(buckets.map(errand), spans: spans)
    }

    private func errand(_ bucket: Int) -> Errand {
        let start = bucket * size
        func floats(_ buffer: Int) -> UnsafeMutableBufferPointer<Float> {
            UnsafeMutableBufferPointer(rebasing: buffers[buffer][start..<min(start + size, buffers[buffer].count)])
        }
        let actions = exchange.actions(of: ranks.rank, bucket: bucket).map { action -> Errand.Action in
            switch action {
            case .send(let other, let buffer): .send(to: other, UnsafeRawBufferPointer(floats(buffer)))
            case .add(let other, let buffer): .add(from: other, floats(buffer))
            case .receive(let other, let buffer): .receive(from: other, UnsafeMutableRawBufferPointer(floats(buffer)))
            case .addBuffer(let other, let buffer): .addHere(floats(other), into: floats(buffer))
            case .copyBuffer(let other, let buffer): .copyHere(floats(other), into: floats(buffer))
            }
        }
        return Errand(tag: RankGroup.tag(bucket), actions: actions)
    }
}
