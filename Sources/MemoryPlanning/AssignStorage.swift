import GraphIR
import Programs

/// Decides which values share a buffer by construction: operands of a concat are written into their slice of it, slices
/// are views, and elementwise results overwrite an operand that dies.
struct StorageAssignment {
    private let program: Program
    private let options: PlanningOptions
    private let liveness: Liveness
    /// Whether a value is made of parameters alone in a plan that leaves them as they are: it keeps its place from run to
    /// run.
    private let isKept: [Bool]
    /// For each value the value whose memory it lies in, and how many channels from its start.
    private var parent: [(value: NodeID, channelOffset: Int)?]
    /// As `parent`, but of what that value lay in when this one was put there, so that the way to the end is short.
    private var ancestor: [(value: NodeID, channelOffset: Int)?]
    /// For each value that lies in no other one, those that lie in its memory and may be needed yet; nil for itself alone.
    private var members: [[NodeID]?]

    init(_ program: Program, options: PlanningOptions) {
        self.program = program
        self.options = options
        liveness = Liveness(program, streamsGradients: options.streamsGradients)
        isKept =
            program.isInference
            ? program.isDerived : Array(repeating: false, count: program.graph.nodes.count)
        parent = Array(repeating: nil, count: program.graph.nodes.count)
        ancestor = parent
        members = Array(repeating: nil, count: program.graph.nodes.count)
        guard options.strategy != .naive else { return }
        if options.usesViews {
            placeConcatOperands()
            placeSlices()
        }
        if options.worksInPlace { placeInPlaceResults() }
    }

    private var graph: Graph { program.graph }

    private func layout(of id: NodeID) -> Layout { program.layout(of: id) }

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
        members[place.value.index] = (members[place.value.index] ?? [place.value]) + (members[id.index] ?? [id])
        members[id.index] = []
    }

    // MARK: Views

    private mutating func placeConcatOperands() {
        for id in program.steps.reversed() where program.form(of: id) == .joined && graph[id].epilogue.isEmpty {
            var channel = 0
            for operand in graph[id].inputs {
                if program.isMade(operand), parent[operand.index] == nil, layout(of: operand) == layout(of: id) {
                    put(operand, into: id, at: channel)
                }
                channel += graph[operand].type.shape[0]
            }
        }
    }

    private mutating func placeSlices() {
        for id in program.steps {
            guard case .slice(let start) = program.form(of: id), graph[id].epilogue.isEmpty,
                parent[id.index] == nil, layout(of: id) == layout(of: graph[id].inputs[0])
            else { continue }
            put(id, into: graph[id].inputs[0], at: start)
        }
    }

    // MARK: In place

    private mutating func placeInPlaceResults() {
        // What a companion could take the place of is still read by its host.
        for (step, id) in program.steps.enumerated() where parent[id.index] == nil && graph[id].host == nil {
            let candidates = inPlaceOperands(of: id)
            for operand in candidates where mayOverwrite(operand, with: id, at: step) {
                put(id, into: operand, at: 0)
                break
            }
        }
    }

    /// Operands that the step's kernel reads at an index only before it writes the result there.
    private func inPlaceOperands(of id: NodeID) -> [NodeID] {
        let accesses = program[id].accesses
        guard accesses.contains(.readInPlace) else { return [] }
        let operands = zip(graph[id].operands, accesses)
        let others = operands.filter { $1 != .readInPlace }.map(\.0)
        // What else it reads, it reads all over, also where that shares memory with an operand.
        return operands.filter { $1 == .readInPlace }.map(\.0).filter { operand in
            !others.contains { sharesMemory($0, operand) }
        }
    }

    private func sharesMemory(_ a: NodeID, _ b: NodeID) -> Bool {
        let (one, other) = (channels(of: a), channels(of: b))
        return one.value == other.value && one.range.overlaps(other.range)
    }

    /// Where in the memory of its root a value lies.
    private func channels(of id: NodeID) -> (value: NodeID, range: Range<Int>) {
        let place = root(of: id)
        return (place.value, place.channel..<(place.channel + max(1, graph[id].type.shape.first ?? 1)))
    }

    /// True when nobody needs the operand's bytes after the step. Steps are asked for in order: what none after this one
    /// reads is forgotten.
    private mutating func mayOverwrite(_ operand: NodeID, with id: NodeID, at step: Int) -> Bool {
        let node = graph[operand]
        guard node.type == graph[id].type, layout(of: operand) == layout(of: id), program.isMade(operand),
            node.type.isBatched
        else { return false }
        let place = channels(of: operand)
        guard program.isMade(place.value) else { return false }
        let lastUse = liveness.lastUse
        let isOver = { (other: NodeID) in other != id && lastUse[other.index] <= step }
        guard var others = members[place.value.index] else { return isOver(place.value) || place.value == id }
        others.removeAll(where: isOver)
        members[place.value.index] = others
        return others.allSatisfy { other in
            other == id || !channels(of: other).range.overlaps(place.range)
        }
    }

    // MARK: Buffers

    /// Buffers with their lifetimes, not placed yet, and the location of each value in them.
    func buffers() -> (buffers: [StorageBuffer], locations: [ValueLocation?]) {
        var (buffers, indices) = emptyBuffers()
        var locations = [ValueLocation?](repeating: nil, count: graph.nodes.count)
        for (id, index) in zip(graph.ids, indices) {
            guard let index else { continue }
            buffers[index].values.append(id)
            locations[id.index] = location(of: id, buffer: index, place: root(of: id))
        }
        return (buffers, locations)
    }

    /// The same without the values in them, and by node index the value's buffer: all that searches ask for.
    func emptyBuffers() -> (buffers: [StorageBuffer], indices: [Int?]) {
        var buffers: [StorageBuffer] = []
        var bufferOfRoot = [Int?](repeating: nil, count: graph.nodes.count)
        var indices = bufferOfRoot
        for id in graph.ids where program.phase(of: id) != .update {
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
        let node = graph[root]
        return StorageBuffer(
            region: program.isParameter(root) ? .parameters : isKept[root.index] ? .derived : .arena, root: root,
            bytes: node.type.bytes(batch: options.batchCapacity).roundedUp(to: options.alignment),
            firstStep: Int.max, lastStep: -1)
    }

    private func location(of id: NodeID, buffer: Int, place: (value: NodeID, channel: Int)) -> ValueLocation {
        let rootType = graph[place.value].type
        let plane = rootType.shape.dropFirst().reduce(1, *)
        return ValueLocation(
            buffer: buffer, elementOffset: place.channel * plane,
            sampleStride: rootType.isBatched ? rootType.elementCount : 0, layout: layout(of: id))
    }

    /// The steps that still have work to do: not those whose value is in place already, and no companions.
    func executedSteps(_ locations: [ValueLocation?]) -> [NodeID] {
        program.steps.filter { id in
            guard graph[id].host == nil else { return false }
            return switch program.form(of: id) {
            case .slice: parent[id.index]?.value != graph[id].inputs[0]
            case .joined: !graph.concatCopies(id, locations: locations).isEmpty
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
