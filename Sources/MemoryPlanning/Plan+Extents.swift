import GraphIR
import Programs

/// Where the verifier finds what steps store.
extension Plan {
    /// What the step stores: the whole value, but of a concat only the slices that are not in place already.
    func writtenExtents(of id: NodeID) -> [StridedExtent] {
        let graph = program.graph
        guard let whole = StridedExtent(id, self) else { return [] }
        guard program.form(of: id) == .joined else { return [whole] }
        let channelBytes = graph[id].type.element.bytes * graph[id].type.shape.dropFirst().reduce(1, *)
        var channel = 0
        var extents: [StridedExtent] = []
        for operand in graph[id].inputs {
            let count = graph[operand].type.shape[0]
            // However the operand is stored.
            if !lies(operand, at: channel, of: id) {
                extents.append(whole.slice(from: channelBytes * channel, length: channelBytes * count))
            }
            channel += count
        }
        return extents
    }

    /// Whether a value lies where a slice of another that begins at that channel does, in the same form.
    func lies(_ part: NodeID, at channel: Int, of whole: NodeID) -> Bool {
        let graph = program.graph
        guard let p = StridedExtent(part, self), let w = StridedExtent(whole, self) else { return false }
        let plane = graph[whole].type.shape.dropFirst().reduce(1, *)
        let (partLayout, layout) = (program.layout(of: part), program.layout(of: whole))
        guard partLayout == layout, graph[part].type.element == graph[whole].type.element,
            channel % layout.block == 0
        else { return false }
        return p.region == w.region && p.stride == w.stride
            && p.start == w.start + graph[whole].type.element.bytes * channel * plane
    }
}
