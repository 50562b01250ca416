import Base
import Testing

@testable import Tasks

/// Sums that processes have made of their shares, joined: as if one had made them.
@Suite struct SharedSumsTests {
    private static let tasks: [TrainingTask] = [
        .mask, .classes(ClassRange(count: 4)), .labels(LabelRange(count: 3)), .reconstruction,
    ]

    private func sample(_ number: Int, _ task: TrainingTask) -> (output: [Float], sample: Sample) {
        var random = SplitMix64(seed: UInt64(number))
        let planes = max(1, task.partCount ?? 1)
        let output = (0..<planes * 16).map { _ in Float(random.unit() - 0.4) }
        let mask = (0..<16).map { _ in UInt8(random.index(below: task.partCount == nil ? 2 : planes)) }
        let picture = (0..<16).map { _ in UInt8(random.index(below: 256)) }
        return (output, Sample(name: "", file: "", picture: picture, mask: mask))
    }

    @Test(arguments: tasks.indices, [1, 2, 3, 7])
    func joinedSharesAreTheWhole(task: Int, shares: Int) {
        let task = Self.tasks[task]
        var whole = TestSums(task)
        var parts = [TestSums](repeating: TestSums(task), count: shares)
        for batch in 0..<9 {
            let loss = 1 / Double(batch + 3)
            let part = batch * shares / 9
            whole.add(loss: loss, samples: batch % 3 + 1)
            parts[part].add(loss: loss, samples: batch % 3 + 1)
            for number in 0..<batch % 3 + 1 {
                let (output, sample) = sample(10 * batch + number, task)
                whole.add(output, of: sample)
                parts[part].add(output, of: sample)
            }
        }
        var joined = TestSums(task)
        for part in parts { joined.add(part.words) }
        #expect(joined == whole)
        #expect(joined.scores == whole.scores && joined.scores != nil)
    }

    @Test(arguments: tasks.indices)
    func brokenMessagesAddNothing(task: Int) {
        for words in [[], [4], [2, 1], [-2, 0], [Int.max, 1, 2]] {
            var sums = TestSums(Self.tasks[task])
            sums.add(words)
            #expect(sums.scores == nil)
        }
    }
}
