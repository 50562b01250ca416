import GraphIR
import Programs

/// The buffers of a program with their lifetimes, before they are placed.
struct PlannedBuffers {
    var buffers: [StorageBuffer]
    /// By node index; nil for nodes that make nothing.
    let locations: [ValueLocation?]
    /// By node index, the buffer of the step's scratch memory.
    private(set) var scratch: [Int?]
    /// By node index, the buffer of what the step prepares.
    private(set) var prepared: [Int?]
    /// The steps that have work to do.
    let steps: [NodeID]

    init(_ program: Program, options: PlanningOptions) {
        let outline = ProgramOutline(program)
        let assignment = StorageAssignment(outline, options: options)
        (buffers, locations) = assignment.buffers(of: program)
        steps = assignment.executedSteps(of: program, locations)
        (scratch, prepared) = Self.appendMemoryOfSteps(of: outline, to: &buffers, options)
    }

    /// The buffers of the arena alone, without the values in them: what searches look at, by the thousand.
    static func ofArena(_ outline: ProgramOutline, options: PlanningOptions) -> [StorageBuffer] {
        var buffers = StorageAssignment(outline, options: options).emptyBuffers().buffers
        _ = appendMemoryOfSteps(of: outline, to: &buffers, options)
        return buffers.filter { $0.region == .arena }
    }

    /// Indices of the buffers that lie in the arena.
    var arena: [Int] { buffers.indices.filter { buffers[$0].region == .arena } }

    /// What the buffers of the arena ask for, in the order of `arena`.
    var arenaRequests: [PlacementRequest] { arena.map { PlacementRequest(buffers[$0]) } }

    /// Places a region's buffers one after the other and returns its bytes.
    mutating func placeInOrder(_ region: StorageBuffer.Region) -> Int {
        var end = 0
        for index in buffers.indices where buffers[index].region == region {
            buffers[index].offset = end
            end += buffers[index].bytes
        }
        return end
    }

    /// Adds what steps ask for beside their values.
    private static func appendMemoryOfSteps(
        of outline: ProgramOutline, to buffers: inout [StorageBuffer], _ options: PlanningOptions
    ) -> (scratch: [Int?], prepared: [Int?]) {
        let scratch = append(
            { $0.scratchBytes }, in: .arena, of: outline, to: &buffers, options, moments: outline.mainMoments)
        let region = outline.isInference ? StorageBuffer.Region.prepared : .arena
        let prepared = append(
            { $0.preparedBytes }, in: region, of: outline, to: &buffers, options, moments: outline.moments)
        return (scratch, prepared)
    }

    /// Adds a buffer for each step that asks for some bytes, in the arena alive while the step's kernels run; returns their
    /// places by node index.
    private static func append(
        _ bytes: (ProgramOutline.Entry) -> Int, in region: StorageBuffer.Region, of outline: ProgramOutline,
        to buffers: inout [StorageBuffer], _ options: PlanningOptions, moments: (NodeID, Int) -> ClosedRange<Int>
    ) -> [Int?] {
        var places = [Int?](repeating: nil, count: outline.entries.count)
        for (step, id) in outline.steps.enumerated() {
            let size = bytes(outline.entries[id.index])
            guard size > 0 else { continue }
            places[id.index] = buffers.count
            let isLasting = region != .arena
            let moments = moments(id, step)
            buffers.append(
                StorageBuffer(
                    region: region, root: id, bytes: size.roundedUp(to: options.alignment),
                    firstStep: isLasting ? -1 : moments.lowerBound,
                    lastStep: isLasting ? outline.momentCount : moments.upperBound))
        }
        return places
    }
}

/// Elements from one sample of a value to the next, by node index, with the steps in the program's order: what does not
/// depend on where buffers are placed.
public func sampleStrides(_ program: Program, options: PlanningOptions) -> [Int?] {
    StorageAssignment(ProgramOutline(program), options: options).buffers(of: program).locations.map { $0?.sampleStride }
}

extension PlacementRequest {
    init(_ buffer: StorageBuffer) {
        self.init(size: buffer.bytes, first: buffer.firstStep, last: buffer.lastStep)
    }
}
