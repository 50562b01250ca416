import GraphIR
import Programs

/// Decides which values share a buffer by construction: operands of a concat are written into their slice of it, slices
/// are views, and elementwise results overwrite an operand that dies.
struct StorageAssignment {
    private let outline: ProgramOutline
    private let options: PlanningOptions
    private let liveness: Liveness
    /// Results that do not take the place of an operand, although they might.
    private let apart: Set<NodeID>
    /// For each value the value whose memory it lies in, and how many channels from its start.
    private var parent: [(value: NodeID, channelOffset: Int)?]
    /// As `parent`, but of what that value lay in when this one was put there, so that the way to the end is short.
    private var ancestor: [(value: NodeID, channelOffset: Int)?]
    /// For each value that lies in no other one, those that lie in its memory and may be needed yet; nil for itself alone.
    private var members: [[NodeID]?]

    init(_ outline: ProgramOutline, options: PlanningOptions, apart: Set<NodeID> = []) {
        self.outline = outline
        self.apart = apart
        self.options = options
        liveness = Liveness(outline, streamsGradients: options.streamsGradients)
        parent = Array(repeating: nil, count: outline.entries.count)
        ancestor = parent
        members = Array(repeating: nil, count: outline.entries.count)
        guard options.strategy != .naive else { return }
        if options.usesViews {
            placeConcatOperands()
            placeSlices()
        }
        if options.worksInPlace { placeInPlaceResults() }
    }

    /// Whether elements of both lie in memory in one way, so that one may be a part of the other.
    private func isAlike(_ a: NodeID, _ b: NodeID) -> Bool {
        let (one, other) = (outline.entries[a.index], outline.entries[b.index])
        return one.layout == other.layout && one.element == other.element
    }

    /// The value that owns the memory, and the first channel in it.
    private func root(of id: NodeID) -> (value: NodeID, channel: Int) {
        var value = id
        var channel = 0
        while let up = ancestor[value.index] {
            channel += up.channelOffset
            value = up.value
        }
        return (value, channel)
    }

    private mutating func put(_ id: NodeID, into other: NodeID, at channel: Int) {
        parent[id.index] = (other, channel)
        let place = root(of: other)
        ancestor[id.index] = (place.value, place.channel + channel)
        let added = members[id.index]
        members[id.index] = []
        if members[place.value.index] == nil { members[place.value.index] = [place.value] }
        if let added {
            members[place.value.index]?.append(contentsOf: added)
        } else {
            members[place.value.index]?.append(id)
        }
    }

    // MARK: Views

    private mutating func placeConcatOperands() {
        for id in outline.steps.reversed() {
            guard case .joined = outline.entries[id.index].form, !outline.entries[id.index].hasEpilogue else {
                continue
            }
            var channel = 0
            for place in outline.inputRange(id) {
                let operand = outline.operands[place].node
                if outline.entries[operand.index].isMade, parent[operand.index] == nil, isAlike(operand, id) {
                    put(operand, into: id, at: channel)
                }
                channel += outline.entries[operand.index].channels
            }
        }
    }

    private mutating func placeSlices() {
        for id in outline.steps {
            guard case .slice(let start) = outline.entries[id.index].form, !outline.entries[id.index].hasEpilogue,
                parent[id.index] == nil, isAlike(id, outline.firstInput(id))
            else { continue }
            put(id, into: outline.firstInput(id), at: start)
        }
    }

    // MARK: In place

    private mutating func placeInPlaceResults() {
        // What a companion could take the place of is still read by its host.
        for (step, id) in outline.steps.enumerated()
        where parent[id.index] == nil && outline.entries[id.index].host == nil && !apart.contains(id) {
            for place in outline.operandRange(id) {
                let operand = outline.operands[place]
                if operand.access == .readInPlace, !readsAllOver(id, operand.node),
                    mayOverwrite(operand.node, with: id, at: outline.mainMoments(id, at: step).lowerBound)
                {
                    put(id, into: operand.node, at: 0)
                    break
                }
            }
        }
    }

    /// Whether the step's kernel reads an operand, or what shares memory with it, also elsewhere than at the index that it
    /// writes next.
    private func readsAllOver(_ id: NodeID, _ operand: NodeID) -> Bool {
        outline.operandRange(id).contains { place in
            let other = outline.operands[place]
            return other.access != .readInPlace && sharesMemory(other.node, operand)
        }
    }

    private func sharesMemory(_ a: NodeID, _ b: NodeID) -> Bool {
        let (one, other) = (channels(of: a), channels(of: b))
        return one.value == other.value && one.range.overlaps(other.range)
    }

    /// Where in the memory of its root a value lies.
    private func channels(of id: NodeID) -> (value: NodeID, range: Range<Int>) {
        let place = root(of: id)
        return (place.value, place.channel..<(place.channel + max(1, outline.entries[id.index].channels)))
    }

    /// True when nobody else needs the operand's bytes from the step's first moment on. Steps are asked for in order: what none
    /// from this one on reads is forgotten.
    private mutating func mayOverwrite(_ operand: NodeID, with id: NodeID, at moment: Int) -> Bool {
        let (old, new) = (outline.entries[operand.index], outline.entries[id.index])
        guard old.type == new.type, old.layout == new.layout, old.isMade, old.isBatched else { return false }
        let place = channels(of: operand)
        guard outline.entries[place.value.index].isMade else { return false }
        let liveness = liveness
        let isOver = { (other: NodeID) in other == id || liveness.isOver(other, for: id, at: moment) }
        guard members[place.value.index] != nil else { return isOver(place.value) }
        members[place.value.index]?.removeAll { $0 != id && liveness.lastUse[$0.index] < moment }
        return (members[place.value.index] ?? []).allSatisfy { other in
            isOver(other) || !channels(of: other).range.overlaps(place.range)
        }
    }

    /// The operand whose place a result takes; nil where it takes none.
    func operandOverwritten(by id: NodeID) -> NodeID? {
        guard let parent = parent[id.index], outline.entries[id.index].form == .computed else { return nil }
        return outline.operandRange(id).contains { outline.operands[$0].node == parent.value } ? parent.value : nil
    }

    /// The value in whose memory a value lies, and the channels that it has of it.
    func memory(of id: NodeID) -> (value: NodeID, range: Range<Int>) { channels(of: id) }

    // MARK: Buffers

    /// Buffers with their lifetimes, not placed yet, and the location of each value in them.
    func buffers(of program: Program) -> (buffers: [StorageBuffer], locations: [ValueLocation?]) {
        var (buffers, indices) = emptyBuffers()
        var locations = [ValueLocation?](repeating: nil, count: indices.count)
        for (id, index) in zip(program.graph.ids, indices) {
            guard let index else { continue }
            buffers[index].values.append(id)
            locations[id.index] = location(of: program.value(id), buffer: index, root(of: id), in: program)
        }
        return (buffers, locations)
    }

    /// The same without the values in them, and by node index the value's buffer: all that searches ask for.
    func emptyBuffers() -> (buffers: [StorageBuffer], indices: [Int?]) {
        var buffers: [StorageBuffer] = []
        buffers.reserveCapacity(outline.entries.count)
        var bufferOfRoot = [Int?](repeating: nil, count: outline.entries.count)
        var indices = bufferOfRoot
        for index in outline.entries.indices where !outline.entries[index].isUpdate {
            let id = NodeID(index)
            let root = root(of: id).value
            let index = bufferOfRoot[root.index] ?? buffers.count
            if index == buffers.count {
                bufferOfRoot[root.index] = index
                buffers.append(newBuffer(for: root))
            }
            buffers[index].firstStep = min(buffers[index].firstStep, liveness.definition[id.index])
            buffers[index].lastStep = max(buffers[index].lastStep, liveness.lastUse[id.index])
            indices[id.index] = index
        }
        return (buffers, indices)
    }

    private func newBuffer(for root: NodeID) -> StorageBuffer {
        let entry = outline.entries[root.index]
        return StorageBuffer(
            region: entry.isParameter ? .parameters : entry.isKept ? .derived : .arena, root: root,
            bytes: entry.bytes(batch: options.batchCapacity).roundedUp(to: options.alignment),
            firstStep: Int.max, lastStep: -1)
    }

    private func location(
        of value: Value, buffer: Int, _ place: (value: NodeID, channel: Int), in program: Program
    ) -> ValueLocation {
        let rootType = program.graph[place.value].type
        let plane = rootType.shape.dropFirst().reduce(1, *)
        return ValueLocation(
            buffer: buffer, elementOffset: place.channel * plane,
            sampleStride: rootType.isBatched ? rootType.elementCount : 0, layout: value.layout,
            element: rootType.element)
    }

    /// The steps that still have work to do: not those whose value is in place already, and no companions.
    func executedSteps(of program: Program, _ locations: [ValueLocation?]) -> [NodeID] {
        program.steps.filter { id in
            guard program.graph[id].host == nil else { return false }
            return switch program.form(of: id) {
            case .slice: parent[id.index]?.value != program.graph[id].inputs[0]
            case .joined: !program.graph.concatCopies(id, locations: locations).isEmpty
            case .computed, nil: true
            }
        }
    }
}

extension Graph {
    /// The operands of a concat that do not already lie in their slice of it, with the slice's first channel.
    public func concatCopies(_ id: NodeID, locations: [ValueLocation?]) -> [ConcatCopy] {
        guard let whole = locations[id.index] else { return [] }
        let plane = self[id].type.shape.dropFirst().reduce(1, *)
        var channel = 0
        var copies: [ConcatCopy] = []
        for (position, operand) in self[id].inputs.enumerated() {
            let place = locations[operand.index]
            if place?.buffer != whole.buffer || place?.elementOffset != whole.elementOffset + channel * plane {
                copies.append(ConcatCopy(operand: position, channel: channel))
            }
            channel += self[operand].type.shape[0]
        }
        return copies
    }
}
