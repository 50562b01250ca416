import Base
import TestSupport
import Testing

@testable import MemoryPlanning

/// The plan verifier's index against comparing every interval with every other.
@Suite struct IntervalIndexTests {
    @Test(arguments: 0..<20) func findsWhatAWalkFinds(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int(random.next() % 40)
        let intervals = (0..<count).map { _ -> Range<Int>? in
            let start = Int(random.next() % 50)
            return random.next() % 8 == 0 ? nil : start..<start + Int(random.next() % 12)
        }
        var index = IntervalIndex(intervals)
        var counts = [Bool](repeating: false, count: count)
        for _ in 0..<200 {
            if count > 0 {
                let number = Int(random.next() % UInt64(count))
                counts[number] = random.next() % 3 != 0
                index.set(number, counts[number])
            }
            let start = Int(random.next() % 60) - 5
            let range = start..<start + Int(random.next() % 20)
            let expected = intervals.indices.filter { number in
                guard let interval = intervals[number], counts[number] else { return false }
                return !range.isEmpty && !interval.isEmpty && interval.overlaps(range)
            }
            #expect(index.overlapping(range).sorted() == expected)
        }
    }
}
