import Base
import GraphIR

extension Program {
    /// Reads the text form that `text` prints; `Program(parsing: program.text) == program`.
    ///
    /// The result has a step for every node that is not a leaf, each behind those of its operands.
    /// - Throws: `GraphTextError` with the line at fault, what was expected and what was found.
    public init(parsing text: String) throws(GraphTextError) {
        var lines = TextLines(text)
        let graph = try Graph(reading: &lines)
        try self.init(of: graph, reading: &lines)
        try lines.finish(behind: "the program's '}'")
    }

    /// Reads the program of a graph from the next lines, up to its `}`.
    package init(of graph: Graph, reading lines: inout TextLines) throws(GraphTextError) {
        var reader = ProgramReader(graph)
        var header = try lines.next("'program {'")
        guard header.takes(word: "program") else { throw header.failure("'program {'") }
        try header.expect("{")
        try header.end()
        while !reader.isDone {
            var line = try lines.next("'step %NUMBER' or '}'")
            try reader.readStatement(&line)
        }
        self = reader.program
    }
}

/// Reads a program line by line.
private struct ProgramReader {
    private(set) var program: Program
    private var isMade: [Bool]
    private(set) var isDone = false

    private var graph: Graph { program.graph }

    init(_ graph: Graph) {
        program = Program(
            graph, layouts: Array(repeating: .nchw, count: graph.nodes.count),
            made: graph.nodes.map { $0.op.isLeaf ? nil : Step($0) }, order: [])
        isMade = graph.nodes.map(\.op.isLeaf)
    }

    mutating func readStatement(_ line: inout TextScanner) throws(GraphTextError) {
        if line.takes("}") {
            if let missing = isMade.firstIndex(of: false) {
                throw GraphTextError(line: line.line, "expected a step for %\(missing), found '}'")
            }
            try requireDenseGroups(line.line)
            isDone = true
        } else if line.takes(word: "step") {
            let id = try readValue(&line)
            try requireReady(id, line.line)
            isMade[id.index] = true
            program.steps.append(id)
            try readStep(id, &line)
        } else if line.takes(word: "value") {
            _ = try readValue(&line)
        } else {
            throw line.failure("'step %NUMBER', 'value %NUMBER' or '}'")
        }
        try line.end()
    }

    /// `%4 in nchw16c`
    private mutating func readValue(_ line: inout TextScanner) throws(GraphTextError) -> NodeID {
        let id = try line.nodeID(of: graph)
        if line.takes(word: "in") {
            let word = try line.word("a layout")
            guard let layout = Layout(word) else {
                throw GraphTextError(line: line.line, "expected a layout such as nchw or nchw8c, found '\(word)'")
            }
            program.setLayout(layout, of: id)
        }
        return id
    }

    private func requireReady(_ id: NodeID, _ line: Int) throws(GraphTextError) {
        guard !isMade[id.index] else {
            let reason = graph[id].op.isLeaf ? "is there before the first step" : "has a step already"
            throw GraphTextError(line: line, "\(id) \(reason); remove this one")
        }
        for other in graph[id].operands + (graph[id].host.map { [$0] } ?? []) where !isMade[other.index] {
            throw GraphTextError(line: line, "\(id) needs \(other), which has no step on an earlier line")
        }
    }

    /// `by direct {…} {scratch: 64, ms: 0.5}`, either part alone, or nothing.
    private mutating func readStep(_ id: NodeID, _ line: inout TextScanner) throws(GraphTextError) {
        if line.takes(word: "by") {
            guard graph[id].op.convGeometry != nil else {
                throw GraphTextError(line: line.line, "\(id) is no convolution, and has no algorithm; remove 'by'")
            }
            let algorithm = try Self.algorithm(try line.word("an algorithm"), line.line)
            let choice = try readChoice(algorithm, &line)
            program[id] = Step(graph[id], by: choice)
        }
        guard line.sees("{") else { return }
        var attributes = try line.attributes()
        if attributes.has("scratch") { program[id].scratchBytes = try attributes.size("scratch") }
        if attributes.has("prepared") { program[id].preparedBytes = try attributes.size("prepared") }
        if attributes.has("workspace") { program[id].workspaceBytes = try attributes.size("workspace") }
        if attributes.has("ms") { program[id].milliseconds = try attributes.milliseconds("ms") }
        try readKernels(id, &attributes)
        try attributes.finish()
    }

    /// `tasks: [2, 64], work: 0.25_1.5, preparations: 1, groups: [3, 4]`; what is not there is not known.
    private mutating func readKernels(_ id: NodeID, _ attributes: inout AttributeReader) throws(GraphTextError) {
        if attributes.has("tasks") {
            let tasks = try attributes.list("tasks")
            let work = try attributes.reals("work")
            guard !tasks.isEmpty, work.count == tasks.count, tasks.allSatisfy({ 0...1 << 43 ~= $0 }),
                work.allSatisfy({ $0.isFinite && $0 >= 0 })
            else {
                throw GraphTextError(
                    line: attributes.line, "expected a time in 'work' for each number of 'tasks', found \(work)")
            }
            program[id].kernels = zip(tasks, work).map { KernelLoad(tasks: $0, milliseconds: $1) }
        }
        if attributes.has("preparations") {
            program[id].preparations = try attributes.count("preparations", below: program[id].kernels.count)
        }
        guard attributes.has("groups") else { return }
        let groups = try attributes.list("groups")
        guard groups.count == max(1, program[id].kernels.count), groups.allSatisfy({ $0 >= 0 }),
            zip(groups, groups.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw GraphTextError(
                line: attributes.line, "expected a group for each kernel, each behind the one before, found \(groups)")
        }
        program[id].groups = groups
    }

    /// Either no step has a group, or all but companions have one, and each group up to the last has a kernel.
    private func requireDenseGroups(_ line: Int) throws(GraphTextError) {
        guard program.isGrouped else { return }
        let missing = program.steps.first { program[$0].groups.isEmpty != (graph[$0].host != nil) }
        if let missing {
            throw GraphTextError(line: line, "expected groups of all steps but companions, or of none; see \(missing)")
        }
        let used = Set(program.steps.flatMap { program[$0].groups })
        guard used.count == program.momentCount else {
            throw GraphTextError(
                line: line, "expected a kernel in each of \(program.momentCount) groups, found some in \(used.count)")
        }
    }

    /// `{reason: forced, candidates: direct_gemm, predicted: 0.5_2.25}`
    private func readChoice(
        _ algorithm: ConvolutionAlgorithm, _ line: inout TextScanner
    ) throws(GraphTextError) -> AlgorithmChoice {
        var attributes = try line.attributes()
        let word = try attributes.word("reason")
        guard let reason = AlgorithmChoice.Reason.allCases.first(where: { $0.word == word }) else {
            let valid = AlgorithmChoice.Reason.allCases.map(\.word).joined(separator: ", ")
            throw GraphTextError(line: line.line, "expected one of \(valid) for 'reason', found '\(word)'")
        }
        var candidates: [ConvolutionAlgorithm] = []
        for name in try attributes.word("candidates").split(separator: "_", omittingEmptySubsequences: false) {
            candidates.append(try Self.algorithm(String(name), line.line))
        }
        let times = try attributes.reals("predicted")
        let factors = try Self.factors(&attributes, count: candidates.count, line.line)
        try attributes.finish()
        guard times.count == candidates.count, candidates.contains(algorithm),
            times.allSatisfy({ $0.isFinite && $0 >= 0 })
        else {
            throw GraphTextError(
                line: line.line,
                "expected a time for each of \(candidates.count) candidates, \(algorithm.name) among them")
        }
        return AlgorithmChoice(
            algorithm, reason: reason,
            predictions: candidates.indices.map {
                AlgorithmChoice.Prediction(candidates[$0], milliseconds: times[$0], factors: factors[$0])
            })
    }

    /// What the candidates multiply, where that is said.
    private static func factors(
        _ attributes: inout AttributeReader, count: Int, _ line: Int
    ) throws(GraphTextError) -> [ElementType] {
        guard attributes.has("factors") else { return Array(repeating: .float32, count: count) }
        let word = try attributes.word("factors")
        let elements = word.split(separator: "_").compactMap { ElementType(rawValue: String($0)) }
        guard elements.count == count, word.split(separator: "_", omittingEmptySubsequences: false).count == count
        else {
            let valid = ElementType.allCases.map(\.rawValue).joined(separator: " or ")
            throw GraphTextError(
                line: line, "expected \(valid) for each of \(count) candidates as 'factors', found '\(word)'")
        }
        return elements
    }

    private static func algorithm(_ name: String, _ line: Int) throws(GraphTextError) -> ConvolutionAlgorithm {
        guard let algorithm = ConvolutionAlgorithm(rawValue: name) else {
            let valid = ConvolutionAlgorithm.allCases.map(\.name).joined(separator: ", ")
            throw GraphTextError(line: line, "expected one of \(valid) as algorithm, found '\(name)'")
        }
        return algorithm
    }
}

extension AttributeReader {
    /// Bytes; few enough that those of all steps can be added.
    fileprivate mutating func size(_ key: String) throws(GraphTextError) -> Int {
        let limit = 1 << 43
        let number = try integer(key)
        guard 0...limit ~= number else {
            throw GraphTextError(line: line, "expected 0 to \(limit) for '\(key)', found \(number)")
        }
        return number
    }

    /// Few enough that some are left of `limit`.
    fileprivate mutating func count(_ key: String, below limit: Int) throws(GraphTextError) -> Int {
        let number = try integer(key)
        guard 1 <= number, number < limit else {
            throw GraphTextError(line: line, "expected 1 to \(limit - 1) for '\(key)', found \(number)")
        }
        return number
    }

    fileprivate mutating func milliseconds(_ key: String) throws(GraphTextError) -> Double {
        let time = try real(key)
        guard time.isFinite, time >= 0 else {
            throw GraphTextError(line: line, "expected a time for '\(key)', found \(time)")
        }
        return time
    }
}

extension TextScanner {
    /// A node of the graph.
    package mutating func nodeID(of graph: Graph) throws(GraphTextError) -> NodeID {
        let id = try nodeID()
        guard graph.nodes.indices.contains(id.index) else {
            throw GraphTextError(
                line: line, "expected a node of the graph, found \(id); it has \(graph.nodes.count) nodes")
        }
        return id
    }
}
