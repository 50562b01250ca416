/// Which of some owners each byte of a memory belongs to.
struct ByteOwners {
    private struct Run {
        var end: Int
        var owner: Int?
    }

    /// One after the other from byte 0 on; neighbours differ.
    private var runs: [Run]

    /// Memory that nobody owns.
    init(count: Int) { runs = [Run(end: count, owner: nil)] }

    /// The parts of a range and their owners, in order.
    func owners(in range: Range<Int>) -> [(range: Range<Int>, owner: Int?)] {
        var parts: [(range: Range<Int>, owner: Int?)] = []
        var index = position(of: range.lowerBound)
        var start = range.lowerBound
        while start < range.upperBound, index < runs.count {
            let end = min(runs[index].end, range.upperBound)
            parts.append((start..<end, runs[index].owner))
            start = end
            index += 1
        }
        return parts
    }

    /// Gives a range, within the memory, to an owner, or to nobody.
    mutating func give(_ range: Range<Int>, to owner: Int?) {
        guard !range.isEmpty else { return }
        let first = position(of: range.lowerBound)
        let last = position(of: range.upperBound - 1)
        let start = first == 0 ? 0 : runs[first - 1].end
        var pieces: [Run] = []
        if start < range.lowerBound { pieces.append(Run(end: range.lowerBound, owner: runs[first].owner)) }
        pieces.append(Run(end: range.upperBound, owner: owner))
        if range.upperBound < runs[last].end { pieces.append(runs[last]) }
        runs.replaceSubrange(first...last, with: pieces)
    }

    /// The run that the byte lies in.
    private func position(of byte: Int) -> Int {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].end <= byte { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
