import Base
import Tasks

/// Pixels of a mask that pieces of a picture may be cut around: a few of each value, from all over the picture.
struct ForegroundPlaces: Hashable, Sendable {
    /// Of each value that occurs, the places of some of its pixels, row by row.
    private var places: [UInt8: [Int32]] = [:]
    /// How often each value occurs.
    private var counts: [Int] = []

    /// Pixels of one value, and of one class.
    static let most = 64

    init() {}

    /// - Parameter mask: raw values, of which there are fewer than 2^31.
    init(_ mask: [UInt8]) {
        var counts = [Int](repeating: 0, count: 256)
        for value in mask { counts[Int(value)] += 1 }
        self.counts = counts
        // The numbers of the pixels that are kept, of each value: one out of each of as many equal parts.
        var wanted = counts.enumerated().map { value, count in
            var random = SplitMix64(seed: UInt64(value), UInt64(count))
            let kept = min(count, Self.most)
            return (0..<kept).map { part in
                let (start, end) = (count * part / kept, count * (part + 1) / kept)
                return start + random.index(below: end - start)
            }[...]
        }
        var seen = [Int](repeating: 0, count: 256)
        for (place, value) in mask.enumerated() {
            if wanted[Int(value)].first == seen[Int(value)] {
                wanted[Int(value)].removeFirst()
                places[value, default: []].append(Int32(place))
            }
            seen[Int(value)] += 1
        }
    }

    /// The places of each class that occurs and is neither background, class 0, nor left out. Of a class that has several
    /// values each is there as often as it has pixels.
    /// - Parameter classes: of each value.
    func byClass(_ classes: [UInt8]) -> [[Int32]] {
        let values = places.keys.filter { classes[Int($0)] != 0 && classes[Int($0)] != ClassRange.void }.sorted()
        return Set(values.map { classes[Int($0)] }).sorted().map { number in
            let mine = values.filter { classes[Int($0)] == number }
            let total = mine.reduce(0) { $0 + counts[Int($1)] }
            return mine.count == 1 ? places[mine[0]] ?? [] : mine.flatMap { share($0, of: total) }
        }
    }

    /// The places of each label that occurs, of masks whose labels may overlap. Each combination of a label with others is there
    /// as often as it has pixels.
    func byLabel(_ range: LabelRange) -> [[Int32]] {
        (0..<range.count).compactMap { number in
            let values = places.keys.filter { LabelRange.has($0, number) }.sorted()
            let total = values.reduce(0) { $0 + counts[Int($1)] }
            let mine = values.flatMap { share($0, of: total) }
            return mine.isEmpty ? nil : mine
        }
    }

    /// Some of a value's places, as many as its pixels are a part of all of its class, and one at least.
    private func share(_ value: UInt8, of total: Int) -> [Int32] {
        guard let mine = places[value] else { return [] }
        let count = min(mine.count, max(1, Self.most * counts[Int(value)] / total))
        return (0..<count).map { mine[$0 * mine.count / count] }
    }
}
