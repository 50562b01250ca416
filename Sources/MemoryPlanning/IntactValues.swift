import GraphIR
import Programs

/// Which values' bytes hold them, while `verifyPlan` walks over a picture of memory, and which of these a write meets.
///
/// Values are looked for in two steps, so that neither many buffers nor many values in one of them take long: first
/// buffers with intact values, by their bytes, then the values.
struct IntactValues {
    private let plan: Plan
    /// By node index.
    private let extents: [StridedExtent?]
    private var isIntact: [Bool]
    /// Buffers with intact values, by region.
    private var occupied: [StorageBuffer.Region: IntervalIndex]
    private var buffers: [BufferValues]
    /// By node index, a value's place among those of its buffer.
    private let places: [Int]
    /// The values of the region that outlives a run, by their bytes: all count.
    private let derived: IntervalIndex

    /// The values of one buffer.
    private struct BufferValues {
        let ids: [NodeID]
        /// For parts of one map of some samples: the bytes of its first sample. All the parts have its stride, and none
        /// reaches into the next sample, so that two overlap where their first blocks do.
        let sample: Range<Int>?
        /// The intact ones, by their first blocks if `sample` is there, else by all of their bytes.
        var index: IntervalIndex
        var count = 0

        init(_ ids: [NodeID], _ extents: [StridedExtent?], start: Int) {
            self.ids = ids
            let own = ids.map { extents[$0.index] }
            let stride = own.first.flatMap { $0?.stride } ?? 0
            let first = start..<start + max(0, stride)
            sample = own.allSatisfy { $0?.isBlock(of: first) ?? false } ? first : nil
            let isRegular = sample != nil
            index = IntervalIndex(own.map { isRegular ? $0?.firstBlock : $0?.hull })
        }
    }

    init(_ plan: Plan) {
        self.plan = plan
        let graph = plan.program.graph
        let extents = graph.ids.map { StridedExtent($0, plan) }
        self.extents = extents
        isIntact = Array(repeating: false, count: extents.count)
        var ids = [[NodeID]](repeating: [], count: plan.buffers.count)
        var places = [Int](repeating: 0, count: extents.count)
        for id in graph.ids {
            guard let buffer = plan.locations[id.index]?.buffer else { continue }
            places[id.index] = ids[buffer].count
            ids[buffer].append(id)
        }
        self.places = places
        buffers = zip(plan.buffers, ids).map { BufferValues($1, extents, start: $0.offset) }
        // By what the values take, which a wrong plan may place outside.
        let hulls = ids.map { ids in
            ids.compactMap { extents[$0.index]?.hull }.reduce(nil as Range<Int>?) { whole, next in
                whole.map { min($0.lowerBound, next.lowerBound)..<max($0.upperBound, next.upperBound) } ?? next
            }
        }
        occupied = Dictionary(
            uniqueKeysWithValues: StorageBuffer.Region.allCases.map { region in
                (region, IntervalIndex(zip(plan.buffers, hulls).map { $0.region == region ? $1 : nil }))
            })
        var derived = IntervalIndex(extents.map { $0.flatMap { $0.region == .derived ? $0.hull : nil } })
        for number in extents.indices { derived.set(number, true) }
        self.derived = derived
    }

    func contains(_ id: NodeID) -> Bool { isIntact[id.index] }

    mutating func add(_ id: NodeID) {
        guard !isIntact[id.index] else { return }
        isIntact[id.index] = true
        guard let buffer = plan.locations[id.index]?.buffer else { return }
        buffers[buffer].index.set(places[id.index], true)
        buffers[buffer].count += 1
        if buffers[buffer].count == 1 { occupied[plan.buffers[buffer].region]?.set(buffer, true) }
    }

    private mutating func remove(_ id: NodeID) {
        guard isIntact[id.index] else { return }
        isIntact[id.index] = false
        guard let buffer = plan.locations[id.index]?.buffer else { return }
        buffers[buffer].index.set(places[id.index], false)
        buffers[buffer].count -= 1
        if buffers[buffer].count == 0 { occupied[plan.buffers[buffer].region]?.set(buffer, false) }
    }

    /// Forgets the values that share a byte with what is written.
    /// - Parameter writer: the value that is written, if it is one.
    mutating func removeAll(overlapping extent: StridedExtent, but writer: NodeID? = nil) {
        for buffer in occupied[extent.region]?.overlapping(extent.hull) ?? [] {
            for id in candidates(buffers[buffer], extent) where id != writer {
                if let other = extents[id.index], extent.overlaps(other) { remove(id) }
            }
        }
    }

    /// The intact values of a buffer among which those are that overlap the extent.
    private func candidates(_ values: BufferValues, _ extent: StridedExtent) -> [NodeID] {
        let range: Range<Int>
        if let sample = values.sample {
            range = extent.isBlock(of: sample) ? extent.firstBlock : Int.min..<Int.max
        } else {
            range = extent.hull
        }
        return values.index.overlapping(range).map { values.ids[$0] }
    }

    /// Whether no other value has a byte of this one, which outlives a run.
    func sharesNothing(_ id: NodeID) -> Bool {
        guard let extent = extents[id.index] else { return true }
        return derived.overlapping(extent.hull).allSatisfy { other in
            other == id.index || extents[other].map { !$0.overlaps(extent) } ?? true
        }
    }
}
