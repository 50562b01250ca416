import GraphIR
import Programs

/// The bytes of a value: `count` blocks of `length` bytes, `stride` bytes apart.
struct StridedExtent: Hashable {
    let region: StorageBuffer.Region
    private(set) var start: Int
    private(set) var length: Int
    let stride: Int
    let count: Int

    init?(_ id: NodeID, _ plan: Plan) {
        guard let location = plan.locations[id.index] else { return nil }
        let type = plan.program.graph[id].type
        region = plan.buffers[location.buffer].region
        start = plan.buffers[location.buffer].offset + location.byteOffset
        length = type.bytes
        count = type.isBatched ? plan.batchCapacity : 1
        stride = location.sampleStrideBytes
    }

    /// Part of each block.
    func slice(from offset: Int, length: Int) -> StridedExtent {
        var slice = self
        slice.start += offset
        slice.length = length
        return slice
    }

    /// A whole buffer.
    init(_ buffer: StorageBuffer) {
        region = buffer.region
        start = buffer.offset
        length = buffer.bytes
        stride = 0
        count = 1
    }

    func overlaps(_ other: StridedExtent) -> Bool {
        guard region == other.region, start < other.end, other.start < end else { return false }
        if stride == other.stride, stride > 0 { return overlapsInStep(other) }
        // One of the two is a single block, or they belong to maps of different sizes.
        let (few, many) = count <= other.count ? (self, other) : (other, self)
        return (0..<few.count).contains { many.touches(few.start + $0 * few.stride, few.length) }
    }

    /// Blocks of equal stride overlap where the distance of their starts, less some whole strides, is short enough.
    private func overlapsInStep(_ other: StridedExtent) -> Bool {
        let distance = start - other.start
        let nearest = -distance / stride
        return (nearest - 1...nearest + 1).contains { steps in
            let gap = distance + steps * stride
            return -other.count < steps && steps < count && gap < other.length && -gap < length
        }
    }

    /// Whether some block overlaps `length` bytes from `position`.
    private func touches(_ position: Int, _ length: Int) -> Bool {
        guard stride > 0 else { return start < position + length && position < start + self.length }
        let nearest = (position - start) / stride
        return (nearest - 1...nearest + 1).contains { block in
            guard (0..<count).contains(block) else { return false }
            let first = start + block * stride
            return first < position + length && position < first + self.length
        } || (length > stride && position < end && start < position + length)
    }

    private var end: Int { start + (count - 1) * stride + length }

    /// From the first byte to the last, gaps included.
    var hull: Range<Int> { start..<max(start, end) }

    var firstBlock: Range<Int> { start..<start + max(0, length) }

    /// Whether its first block lies within those bytes, and the others as far behind each other as these are long.
    func isBlock(of sample: Range<Int>) -> Bool {
        stride > 0 && stride == sample.count && length > 0 && start >= sample.lowerBound
            && start + length <= sample.upperBound
    }
}
