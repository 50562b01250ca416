/// Which thread should be the first to write to each page of some memory, so that it lies near that thread's processor.
struct PageOwners: Hashable {
    /// Of each page a thread.
    let owners: [Int]

    /// - Parameters:
    ///   - blocks: bytes of the memory that are used together, each parted among the threads in their order; they may overlap.
    ///   - bytes: of the memory.
    ///   - page: bytes of a page.
    init(blocks: [Range<Int>], bytes: Int, page: Int, threads: Int) {
        let sorted = blocks.filter { !$0.isEmpty }.sorted {
            ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
        }
        let whole = 0..<max(1, bytes)
        var next = 0
        var open: [Range<Int>] = []
        owners = stride(from: 0, to: bytes, by: page).map { start in
            let bounds = start..<min(bytes, start + page)
            while next < sorted.count, sorted[next].lowerBound < bounds.upperBound {
                open.append(sorted[next])
                next += 1
            }
            open.removeAll { $0.upperBound <= bounds.lowerBound }
            return Self.owner(of: bounds, open.isEmpty ? [whole] : open, threads: threads)
        }
    }

    /// The thread with the most bytes of the page, the first of those that have as many.
    private static func owner(of page: Range<Int>, _ blocks: [Range<Int>], threads: Int) -> Int {
        var bytes = [Int](repeating: 0, count: threads)
        for block in blocks {
            let common = page.clamped(to: block)
            guard !common.isEmpty else { continue }
            let part = { (byte: Int) in min(threads - 1, (byte - block.lowerBound) * threads / block.count) }
            for thread in part(common.lowerBound)...part(common.upperBound - 1) {
                let first = block.lowerBound + (block.count * thread + threads - 1) / threads
                let end = block.lowerBound + (block.count * (thread + 1) + threads - 1) / threads
                bytes[thread] += max(0, min(end, common.upperBound) - max(first, common.lowerBound))
            }
        }
        return bytes.indices.max { (bytes[$0], $1) < (bytes[$1], $0) } ?? 0
    }
}
