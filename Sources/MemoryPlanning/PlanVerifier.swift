import GraphIR
import Programs

/// Something a plan would compute wrongly.
public struct PlanViolation: Hashable, Sendable, CustomStringConvertible {
    public var step: String
    public var message: String

    public init(step: String, message: String) {
        self.step = step
        self.message = message
    }

    public var description: String { "step \(step): \(message)" }
}

/// Checks a plan by walking its steps over a picture of memory, sharing no code with the planners.
///
/// Rules: (1) every value lies inside its buffer and its buffer inside its region; (2) offsets are aligned; (3) a value
/// that is read is still what its step wrote: no later step has written any of its bytes; (4) a result overlaps an
/// operand only where both occupy the very same bytes and the operator allows it; (5) values left out as views are where
/// their meaning says; (6) results survive to the end; (7) parameters are written by nobody but updates; (8) a step's
/// scratch memory overlaps neither its operands nor its result, nor anything that is read later; (9) views have the
/// layout and the element type of what they are views of, and start at whole blocks of channels; (10) what steps prepare from parameters lies
/// in a region of its own, each step's apart from the others', and nothing else lies there; or, where parameters are
/// updated in any case, it is like scratch memory; (11) a companion is written by its host's step, and overlaps nothing
/// that this step reads or makes; (12) values that outlive a run are made of parameters alone, in plans that change none, and
/// share their bytes with nothing; (13) steps that may run at the same time write nothing that another one of them reads or
/// writes, scratch and prepared memory included, and none begins before what it reads has been made (`groupViolations`).
public func verifyPlan(_ plan: Plan, alignment: Int = 64) -> [PlanViolation] {
    var walk = PlanWalk(plan, alignment: alignment)
    return walk.run()
}

private struct PlanWalk {
    let plan: Plan
    let graph: Graph
    let alignment: Int
    var intact: IntactValues
    /// For each value whether it is made of parameters alone, which no step changes; parameters are.
    let isMadeOfParameters: [Bool]
    var violations: [PlanViolation] = []
    var step = "start"

    init(_ plan: Plan, alignment: Int) {
        self.plan = plan
        graph = plan.program.graph
        self.alignment = alignment
        intact = IntactValues(plan)
        let updates = plan.program.hasEffects
        var isFixed = [Bool](repeating: false, count: graph.nodes.count)
        for id in graph.ids {
            let node = graph[id]
            if plan.program.isParameter(id) {
                isFixed[id.index] = true
            } else if plan.program.isMade(id), !updates, !node.operands.isEmpty {
                isFixed[id.index] = node.operands.allSatisfy { isFixed[$0.index] }
            }
        }
        isMadeOfParameters = isFixed
    }

    mutating func run() -> [PlanViolation] {
        for id in graph.ids { checkBounds(id) }
        checkPrepared()
        guard violations.isEmpty else { return violations }
        violations += groupViolations(plan)
        guard violations.isEmpty else { return violations }
        let executed = Set(plan.steps)
        for id in graph.ids where !plan.program.isMade(id) { write(id) }
        for id in plan.program.steps {
            step = graph[id].name
            for operand in graph[id].operands { read(operand) }
            if executed.contains(id) {
                checkOverlap(id)
                writeScratch(id)
                write(id)
                writeCompanions(of: id)
            } else if let host = graph[id].host {
                if !executed.contains(host) { report("is left out, as is its host \"\(graph[host].name)\"") }
                read(id)
            } else {
                checkView(id)
                intact.add(id)
            }
        }
        step = "end"
        for id in plan.program.results { read(id) }
        return violations
    }

    mutating func report(_ message: String) { violations.append(PlanViolation(step: step, message: message)) }

    mutating func read(_ id: NodeID) {
        if !intact.contains(id) { report("reads \"\(graph[id].name)\", whose bytes hold something else by now") }
    }

    mutating func write(_ id: NodeID) {
        for extent in plan.writtenExtents(of: id) { intact.removeAll(overlapping: extent, but: id) }
        intact.add(id)
    }

    /// Rule 8.
    mutating func writeScratch(_ id: NodeID) {
        let scratch = plan.scratch[id.index].map { StridedExtent(plan.buffers[$0]) }
        let prepared = plan.prepared[id.index].map { StridedExtent(plan.buffers[$0]) }
        if let scratch, let prepared, scratch.overlaps(prepared) {
            report("its scratch memory overlaps what it prepares")
        }
        if let scratch { writeScratch(id, scratch) }
        if let prepared, prepared.region != .prepared { writeScratch(id, prepared) }
    }

    mutating func writeScratch(_ id: NodeID, _ extent: StridedExtent) {
        if extent.region != .arena || extent.start % alignment != 0
            || extent.start + extent.length > plan.arenaBytes
        {
            report("its scratch memory is not aligned, or leaves the arena")
        }
        for operand in graph[id].operands + [id] {
            guard let other = StridedExtent(operand, plan), extent.overlaps(other) else { continue }
            report("its scratch memory overlaps \"\(graph[operand].name)\"")
        }
        intact.removeAll(overlapping: extent)
    }

    /// Rule 11.
    mutating func writeCompanions(of host: NodeID) {
        if graph[host].host != nil { report("is a companion, but has a step of its own") }
        let companions = graph.companions(of: host)
        for id in companions {
            guard let extent = StridedExtent(id, plan) else { continue }
            for other in [host] + graph[host].operands + companions + graph[id].operands where other != id {
                guard let otherExtent = StridedExtent(other, plan), extent.overlaps(otherExtent) else { continue }
                report("its companion \"\(graph[id].name)\" overlaps \"\(graph[other].name)\"")
            }
            for buffer in [plan.scratch[host.index], plan.prepared[host.index]].compactMap(\.self)
            where extent.overlaps(StridedExtent(plan.buffers[buffer])) {
                report("its companion \"\(graph[id].name)\" overlaps its scratch memory")
            }
            write(id)
        }
    }

    /// Rule 4.
    mutating func checkOverlap(_ id: NodeID) {
        guard let extent = StridedExtent(id, plan) else { return }
        let node = graph[id]
        for operand in node.operands {
            guard let other = StridedExtent(operand, plan), extent.overlaps(other) else { continue }
            if plan.program.form(of: id) == .joined, isSlice(operand, ofConcat: id) { continue }
            if extent != other || !mayShare(id, operand) {
                report("writes \"\(node.name)\" over its operand \"\(graph[operand].name)\"")
            }
        }
    }

    func mayShare(_ id: NodeID, _ operand: NodeID) -> Bool {
        // An element would be stored where others, yet to be read, begin or end.
        guard graph[id].type.element == graph[operand].type.element else { return false }
        return zip(graph[id].operands, plan.program[id].accesses).allSatisfy { $0 != operand || $1 == .readInPlace }
    }

    /// Rule 5.
    mutating func checkView(_ id: NodeID) {
        switch plan.program.form(of: id) {
        case .slice(let start):
            if !plan.lies(id, at: start, of: graph[id].inputs[0]) {
                report("is left out, but \"\(graph[id].name)\" is not a view of its operand")
            }
        case .joined:
            for operand in graph[id].inputs where !isSlice(operand, ofConcat: id) {
                report("is left out, but \"\(graph[operand].name)\" is not in its slice")
            }
        case .computed, nil: report("is left out of the plan's steps")
        }
    }

    /// True when `operand` lies at one of the places that the concat gives it.
    func isSlice(_ operand: NodeID, ofConcat id: NodeID) -> Bool {
        var channel = 0
        for other in graph[id].inputs {
            if other == operand, plan.lies(operand, at: channel, of: id) { return true }
            channel += graph[other].type.shape[0]
        }
        return false
    }

    /// Rules 1 and 2.
    mutating func checkBounds(_ id: NodeID) {
        let node = graph[id]
        guard let location = plan.locations[id.index] else {
            if plan.program.phase(of: id) != .update { report("\"\(node.name)\" has no place") }
            return
        }
        let buffer = plan.buffers[location.buffer]
        let isParameter = plan.program.isParameter(id)
        let limit: Int
        switch buffer.region {
        case .parameters: limit = plan.parameterBytes
        case .derived: limit = plan.derivedBytes
        case .arena, .prepared: limit = plan.arenaBytes
        }
        if buffer.offset % alignment != 0 { report("\"\(node.name)\" is not aligned to \(alignment) bytes") }
        if buffer.offset < 0 || buffer.offset + buffer.bytes > limit {
            report("the buffer of \"\(node.name)\" leaves its region")
        }
        let samples = node.type.isBatched ? plan.batchCapacity : 1
        let end = location.byteOffset + (samples - 1) * location.sampleStrideBytes + node.type.bytes
        if location.elementOffset < 0 || end > buffer.bytes { report("\"\(node.name)\" leaves its buffer") }
        if samples > 1, location.sampleStride < node.type.elementCount {
            report("samples of \"\(node.name)\" overlap each other")
        }
        let isKept = buffer.region == .derived && isMadeOfParameters[id.index]
        if buffer.region != (isParameter ? .parameters : .arena), !isKept {
            report("\"\(node.name)\" is in the wrong region")
        }
        if isKept, !intact.sharesNothing(id) { report("\"\(node.name)\" outlives a run, but shares its place") }
    }

    /// Rule 10; that no value lies there is part of rule 1.
    mutating func checkPrepared() {
        let extents = graph.ids.map { id in
            plan.prepared[id.index].map { plan.buffers[$0] }.flatMap { $0.region == .arena ? nil : StridedExtent($0) }
        }
        var earlier = IntervalIndex(extents.map { $0?.hull })
        let updates = plan.program.hasEffects
        for id in graph.ids {
            guard let extent = extents[id.index] else { continue }
            let name = graph[id].name
            if extent.region != .prepared || updates {
                report("what \"\(name)\" prepares is in the wrong region")
            }
            if extent.start % alignment != 0 || extent.start < 0
                || extent.start + extent.length > plan.preparedBytes || extent.length > plan.largestPreparedBytes
            {
                report("what \"\(name)\" prepares is not aligned, or leaves its region")
            }
            for other in earlier.overlapping(extent.hull) where extents[other]?.region == extent.region {
                report("\"\(name)\" and \"\(graph[NodeID(other)].name)\" prepare in one place")
            }
            earlier.set(id.index, true)
        }
    }
}
