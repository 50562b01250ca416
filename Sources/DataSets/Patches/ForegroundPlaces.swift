import Base
import Tasks

/// Pixels of a mask that pieces of a picture may be cut around: a few of each value, from all over the picture.
struct ForegroundPlaces: Hashable, Sendable {
    /// Of each value that occurs, in ascending order, the places of some of its pixels, row by row.
    private var places: [UInt8: [Int32]] = [:]

    /// Pixels of one value.
    static let most = 64

    init() {}

    /// - Parameter mask: raw values, of which there are fewer than 2^31.
    init(_ mask: [UInt8]) {
        var counts = [Int](repeating: 0, count: 256)
        for value in mask { counts[Int(value)] += 1 }
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

    /// The places of each class that occurs and is neither background, class 0, nor left out.
    /// - Parameter classes: of each value.
    func byClass(_ classes: [UInt8]) -> [[Int32]] {
        var found: [UInt8: [Int32]] = [:]
        for value in (0...UInt8.max) {
            guard let mine = places[value], classes[Int(value)] != 0, classes[Int(value)] != ClassRange.void else {
                continue
            }
            found[classes[Int(value)], default: []] += mine
        }
        return found.keys.sorted().compactMap { found[$0] }
    }
}
