import GraphIR
import Programs

extension PlanListing {
    /// Reads the text form that `text` prints; `PlanListing(parsing: listing.text) == listing`.
    ///
    /// The result's graph is well formed, the plan refers only to nodes and buffers that exist, and its numbers are such
    /// that nothing overflows; whether the plan is right is for `verifyPlan` to say.
    /// - Throws: `GraphTextError` with the line at fault, what was expected and what was found.
    public init(parsing text: String) throws(GraphTextError) {
        var lines = TextLines(text)
        let graph = try Graph(reading: &lines)
        try self.init(of: try Program(of: graph, reading: &lines), reading: &lines)
        try lines.finish(behind: "the plan's '}'")
    }

    /// Reads the plan of a program from the next lines, up to its `}`.
    package init(of program: Program, reading lines: inout TextLines) throws(GraphTextError) {
        var reader = PlanReader(program)
        var line = try lines.next("'plan NAME {'")
        // What is told of a plan is computed of its graph's shapes.
        if let violation = verify(program.graph).first {
            throw GraphTextError(line: line.line, "the graph of this plan is not well formed: \(violation.message)")
        }
        try reader.readHeader(&line)
        while !reader.isDone {
            line = try lines.next("'}'")
            try reader.readStatement(&line)
        }
        try reader.requireCountable(line.line)
        self = reader.listing
    }
}

/// Reads a plan line by line.
private struct PlanReader {
    private let program: Program
    private let momentCount: Int
    private var name = ""
    private var options = PlanningOptions(batchCapacity: 1)
    private var sizes = (arena: 0, parameters: 0, prepared: 0, largestPrepared: 0, derived: 0)
    private var proof: (bound: Int, nodes: Int, isCut: Bool)?
    private var savings = PlanSavings()
    private var buffers: [StorageBuffer] = []
    private var locations: [ValueLocation?]
    private var scratch: [Int?]
    private var prepared: [Int?]
    private var runs: [PlanListing.Run] = []
    private(set) var isDone = false

    init(_ program: Program) {
        self.program = program
        momentCount = program.momentCount
        locations = Array(repeating: nil, count: program.graph.nodes.count)
        scratch = Array(repeating: nil, count: program.graph.nodes.count)
        prepared = scratch
    }

    var listing: PlanListing {
        let running = Set(runs.map(\.node))
        let steps = program.steps.filter(running.contains)
        let requests = buffers.filter { $0.region == .arena }.map(PlacementRequest.init)
        let placement = Placement(offsets: [], total: sizes.arena)
        var report = PlanReport(
            program: program, options: options, buffers: buffers, outcome: PlacementOutcome(placement, of: requests))
        if let proof {
            (report.provenBoundBytes, report.searchNodes, report.isSearchCut) = proof
        }
        report.savings = savings
        let plan = Plan(
            program: program, batchCapacity: options.batchCapacity, alignment: options.alignment, buffers: buffers,
            locations: locations, scratch: scratch, prepared: prepared, steps: steps,
            arenaBytes: sizes.arena, parameterBytes: sizes.parameters,
            preparedBytes: sizes.prepared,
            largestPreparedBytes: sizes.largestPrepared, derivedBytes: sizes.derived, report: report)
        return PlanListing(name: name, plan: plan, runs: runs)
    }

    /// Bytes, or floats: few enough that those of the largest batch can be counted.
    static let sizeLimit = 1 << 43

    /// A value of more bytes than a buffer can have is in none, and all of them together could not be counted.
    func requireCountable(_ line: Int) throws(GraphTextError) {
        for id in program.graph.ids where locations[id.index] != nil {
            let bytes = program.graph[id].type.bytes(batch: options.batchCapacity)
            guard bytes > Self.sizeLimit else { continue }
            throw GraphTextError(
                line: line,
                "\(id) takes \(bytes) bytes at batch \(options.batchCapacity), expected at most \(Self.sizeLimit)")
        }
    }

    mutating func readHeader(_ line: inout TextScanner) throws(GraphTextError) {
        guard line.takes(word: "plan") else { throw line.failure("'plan NAME {'") }
        name = try line.name("the plan's name")
        try line.expect("{")
        try line.end()
    }

    mutating func readStatement(_ line: inout TextScanner) throws(GraphTextError) {
        if line.takes("}") {
            isDone = true
        } else if line.takes(word: "buffer") {
            try readBuffer(&line)
        } else if line.takes(word: "value") {
            try readValue(&line)
        } else if line.takes(word: "run") {
            try readRun(&line)
        } else if line.takes(word: "settings") {
            try readSettings(&line)
        } else if line.takes(word: "sizes") {
            try readSizes(&line)
        } else if line.takes(word: "proof") {
            try readProof(&line)
        } else if line.takes(word: "saved") {
            try readSavings(&line)
        } else {
            throw line.failure("'settings', 'sizes', 'proof', 'saved', 'buffer', 'value', 'run' or '}'")
        }
        try line.end()
    }

    private mutating func readSettings(_ line: inout TextScanner) throws(GraphTextError) {
        var attributes = try line.attributes()
        options.batchCapacity = try attributes.integer("batch", in: 1...TrainingOptions.batchLimit)
        options.strategy = try attributes.choice("strategy", of: PlanningOptions.Strategy.self)
        options.alignment = try attributes.integer("alignment", in: 1...1 << 30)
        try attributes.finish()
    }

    private mutating func readSizes(_ line: inout TextScanner) throws(GraphTextError) {
        var attributes = try line.attributes()
        sizes.arena = try attributes.size("arena")
        sizes.parameters = try attributes.size("parameters")
        sizes.prepared = try attributes.size("prepared")
        sizes.largestPrepared = try attributes.size("largest_prepared")
        sizes.derived = try attributes.size("derived")
        try attributes.finish()
    }

    private mutating func readProof(_ line: inout TextScanner) throws(GraphTextError) {
        var attributes = try line.attributes()
        proof = (
            try attributes.size("bound"), try attributes.size("nodes"), try attributes.integer("cut", in: 0...1) == 1
        )
        try attributes.finish()
    }

    private mutating func readSavings(_ line: inout TextScanner) throws(GraphTextError) {
        var attributes = try line.attributes()
        savings.fusedBytes = try attributes.difference("fusion")
        savings.inPlaceBytes = try attributes.difference("in_place")
        savings.viewBytes = try attributes.difference("views")
        savings.streamedUpdateBytes = try attributes.difference("streamed_updates")
        savings.orderBytes = try attributes.difference("order")
        try attributes.finish()
    }

    /// `buffer 3 scratch of %4 {region: arena, offset: 0, bytes: 64, steps: [2, 2]}`
    private mutating func readBuffer(_ line: inout TextScanner) throws(GraphTextError) {
        let index = try line.integer("a buffer's number")
        guard index == buffers.count else {
            throw GraphTextError(line: line.line, "expected buffer \(buffers.count), found buffer \(index)")
        }
        let isScratch = line.takes(word: "scratch")
        let isPrepared = !isScratch && line.takes(word: "prepared")
        guard line.takes(word: "of") else { throw line.failure("'of %NUMBER'") }
        let root = try line.nodeID(of: program.graph)
        if isScratch { scratch[root.index] = index }
        if isPrepared { prepared[root.index] = index }
        var attributes = try line.attributes()
        var buffer = StorageBuffer(
            region: try attributes.choice("region", of: StorageBuffer.Region.self), root: root, bytes: 0, firstStep: 0,
            lastStep: 0)
        buffer.offset = try attributes.size("offset")
        buffer.bytes = try attributes.size("bytes")
        let moments = try attributes.list("moments", count: 2)
        guard -1 <= moments[0], moments[0] <= moments[1], moments[1] <= momentCount else {
            throw GraphTextError(
                line: line.line, "expected two moments in order, from -1 to \(momentCount), found \(moments)")
        }
        (buffer.firstStep, buffer.lastStep) = (moments[0], moments[1])
        try attributes.finish()
        buffers.append(buffer)
    }

    /// A value of the buffer above it.
    private mutating func readValue(_ line: inout TextScanner) throws(GraphTextError) {
        let id = try line.nodeID(of: program.graph)
        guard let buffer = buffers.indices.last else {
            throw GraphTextError(line: line.line, "expected a buffer above the value \(id), found none")
        }
        guard locations[id.index] == nil else {
            throw GraphTextError(line: line.line, "\(id) has a place already; remove one of them")
        }
        var attributes = try line.attributes()
        locations[id.index] = ValueLocation(
            buffer: buffer, elementOffset: try attributes.size("start"), sampleStride: try attributes.size("stride"),
            layout: program.layout(of: id), element: program.graph[id].type.element)
        try attributes.finish()
        buffers[buffer].values.append(id)
    }

    /// `run %4 by "winograd 4x4" {workspace: 1024}`
    private mutating func readRun(_ line: inout TextScanner) throws(GraphTextError) {
        var run = PlanListing.Run(try line.nodeID(of: program.graph))
        guard program.isMade(run.node) else {
            throw GraphTextError(line: line.line, "\(run.node) is there before the first step and cannot run")
        }
        if line.takes(word: "by") { run.algorithm = try line.quoted() }
        if line.sees("{") {
            var attributes = try line.attributes()
            if attributes.has("workspace") { run.workspaceBytes = try attributes.size("workspace") }
            try attributes.finish()
        }
        runs.append(run)
    }
}

extension AttributeReader {
    fileprivate mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(GraphTextError) -> Int {
        let number = try integer(key)
        guard range.contains(number) else {
            throw GraphTextError(
                line: line, "expected \(range.lowerBound) to \(range.upperBound) for '\(key)', found \(number)")
        }
        return number
    }

    fileprivate mutating func size(_ key: String) throws(GraphTextError) -> Int {
        try integer(key, in: 0...PlanReader.sizeLimit)
    }

    /// Bytes saved, or lost where they are negative.
    fileprivate mutating func difference(_ key: String) throws(GraphTextError) -> Int {
        try integer(key, in: -PlanReader.sizeLimit...PlanReader.sizeLimit)
    }
}
