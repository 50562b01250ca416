import Base
import Imaging
import Tasks

extension DataSet {
    /// Takes the range that a run remembers, or settles it.
    /// - Throws: as the other form.
    mutating func settleRange(_ settings: DataSettings, _ findings: inout DataFindings) throws {
        if let known = settings.range {
            range = known
        } else {
            try settleRange(settings.rangeSetting, pairs: findings.pairs)
        }
        findings.range = range
        try settleNormalization(settings, pairs: findings.pairs)
        try settings.checkShownBands(shape.channels)
        shownBands = settings.shownBands
    }

    /// Settles which numbers of the pictures become 0 and 1, by those that train.
    ///
    /// - Parameters:
    ///   - setting: what is asked for.
    ///   - pairs: the files of the samples, in their order; none for samples that were drawn.
    /// - Throws: `TrainerError` for numbers that no picture has, and files that are no longer what they were.
    package mutating func settleRange(_ setting: RangeSetting, pairs: [SurveyedPair]) throws {
        // Without a run and its training part there is nothing but the pictures themselves.
        let judged = training.isEmpty ? Array(samples.indices) : training
        let facts = pairs.count == samples.count ? judged.map { pairs[$0].facts } : []
        if case .percentiles(let low, let high) = setting {
            range = try percentiles(low, high, of: judged)
        } else if let settled = try PictureRange.settled(
            setting, facts, hasDeep: pairs.contains { $0.facts.depth != .bytes })
        {
            range = settled
        }
    }

    /// How often each number occurs, of one depth.
    private struct Histogram: Sendable {
        var counts: [Int]
        let full: NumberSpan

        init(_ full: NumberSpan) {
            self.full = full
            counts = Array(repeating: 0, count: Int(full.high) + 1)
        }

        /// The span of the numbers from `low` % to `high` % of all; the full one where there are none, or all are equal.
        func span(_ low: Double, _ high: Double) -> NumberSpan {
            let total = counts.reduce(0, +)
            guard total > 0 else { return full }
            func number(_ percent: Double) -> Double {
                let rank = Int((percent / 100 * Double(total - 1)).rounded())
                var seen = 0
                for (number, count) in counts.enumerated() {
                    seen += count
                    if seen > rank { return Double(number) }
                }
                return full.high
            }
            let span = NumberSpan(low: number(low), high: number(high))
            return span.low < span.high ? span : full
        }
    }

    private struct Histograms: Sendable {
        var bytes = Histogram(.bytes)
        var words = Histogram(.words)
        /// Of each picture of floats so many numbers, evenly spread.
        var floats: [Float] = []
        static let most = 1 << 16

        mutating func add(_ floats: [Float]) {
            let step = (floats.count - 1) / Self.most + 1
            self.floats += stride(from: 0, to: floats.count, by: step).map { floats[$0] }
        }

        /// nil where there are none.
        func floatSpan(_ low: Double, _ high: Double) -> NumberSpan? {
            let sorted = floats.sorted()
            guard !sorted.isEmpty else { return nil }
            func number(_ percent: Double) -> Double {
                Double(sorted[Int((percent / 100 * Double(sorted.count - 1)).rounded())])
            }
            let span = NumberSpan(low: number(low), high: number(high))
            return span.low < span.high ? span : .units
        }
    }

    /// Of the pictures as they are decoded.
    private func percentiles(_ low: Double, _ high: Double, of indices: [Int]) throws -> PictureRange {
        // Sums do not depend on the order in which threads come.
        let sums = Monitor(Histograms())
        let data = self
        let faults = try parallelMap(count: indices.count, threads: threads) { place -> (any Error)? in
            do {
                switch try data.whole(indices[place]).picture.samples {
                case .bytes(let bytes):
                    sums.withLock { sums in bytes.forEach { sums.bytes.counts[Int($0)] += 1 } }
                case .words(let words):
                    sums.withLock { sums in words.forEach { sums.words.counts[Int($0)] += 1 } }
                case .floats(let floats):
                    sums.withLock { $0.add(floats) }
                }
                return nil
            } catch {
                return error
            }
        }
        if let fault = faults.lazy.compactMap(\.self).first { throw fault }
        let result = sums.withLock { $0 }
        return .spans(
            bytes: result.bytes.span(low, high), words: result.words.span(low, high),
            floats: result.floatSpan(low, high))
    }
}
