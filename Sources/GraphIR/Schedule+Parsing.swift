extension Schedule {
    /// Reads the text form that `text` prints; `Schedule(parsing: schedule.text) == schedule`.
    ///
    /// The result has a step for every node that is not a leaf, each behind those of its operands.
    /// - Throws: `GraphTextError` with the line at fault, what was expected and what was found.
    public init(parsing text: String) throws(GraphTextError) {
        var lines = TextLines(text)
        let graph = try Graph(reading: &lines)
        try self.init(of: graph, reading: &lines)
        try lines.finish(behind: "the schedule's '}'")
    }

    /// Reads the schedule of a graph from the next lines, up to its `}`.
    package init(of graph: Graph, reading lines: inout TextLines) throws(GraphTextError) {
        var header = try lines.next("'schedule {'")
        guard header.takes(word: "schedule") else { throw header.failure("'schedule {'") }
        try header.expect("{")
        try header.end()
        self.init(graph: graph, steps: [])
        var isMade = graph.nodes.map(\.op.isLeaf)
        while true {
            var line = try lines.next("'step %NUMBER' or '}'")
            if line.takes("}") {
                try requireAll(isMade, line.line)
                try line.end()
                return
            }
            if line.takes(word: "step") {
                let id = try readValue(&line)
                try requireReady(id, isMade, line.line)
                isMade[id.index] = true
                steps.append(id)
            } else if line.takes(word: "value") {
                _ = try readValue(&line)
            } else {
                throw line.failure("'step %NUMBER', 'value %NUMBER' or '}'")
            }
            try line.end()
        }
    }

    /// `%4 in nchw16c`
    private mutating func readValue(_ line: inout TextScanner) throws(GraphTextError) -> NodeID {
        let id = try line.nodeID(of: graph)
        if line.takes(word: "in") {
            let word = try line.word("a layout")
            guard let layout = Layout(word) else {
                throw GraphTextError(line: line.line, "expected a layout such as nchw or nchw8c, found '\(word)'")
            }
            layouts[id.index] = layout
        }
        return id
    }

    private func requireReady(_ id: NodeID, _ isMade: [Bool], _ line: Int) throws(GraphTextError) {
        guard !isMade[id.index] else {
            let reason = graph[id].op.isLeaf ? "is there before the first step" : "has a step already"
            throw GraphTextError(line: line, "\(id) \(reason); remove this one")
        }
        for other in graph[id].operands + (graph[id].host.map { [$0] } ?? []) where !isMade[other.index] {
            throw GraphTextError(line: line, "\(id) needs \(other), which has no step on an earlier line")
        }
    }

    private func requireAll(_ isMade: [Bool], _ line: Int) throws(GraphTextError) {
        if let missing = isMade.firstIndex(of: false) {
            throw GraphTextError(line: line, "expected a step for %\(missing), found '}'")
        }
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
