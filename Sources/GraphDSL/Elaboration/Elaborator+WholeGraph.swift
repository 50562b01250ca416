import Diagnostics
import GraphIR

/// What can only be said about a graph when all of it is known.
extension Elaborator {
    mutating func checkWhole(_ syntax: GraphDeclaration) {
        checkSize(syntax)
        if !diagnostics.hasErrors { checkMemory(syntax) }
        checkNamesOfGradients()
        guard checkFrozen() else { return }
        checkParameters(syntax)
    }

    /// Later stages add up sizes, so that they must fit together as well as each on its own.
    private mutating func checkSize(_ syntax: GraphDeclaration) {
        let elements = builder.graph.nodes.reduce(0) { $0 + $1.type.elementCount }
        guard elements >= TensorType.elementLimit else { return }
        report(
            "the values of graph \"\(syntax.name.text)\" have \(elements) elements for one sample, more than 2^40",
            at: syntax.name.range, hint: "is a size or a factor too large?")
    }

    /// What no machine holds is an error, and what few do worth a word, whichever machine this is: the parameters with what the
    /// optimizer keeps of them, and the largest value for a batch.
    private mutating func checkMemory(_ syntax: GraphDeclaration) {
        let graph = builder.graph
        let bytesOf = { (id: NodeID) in Double(graph[id].type.bytes) }
        let copies = graph.loss == nil ? 1.0 : 1 + Double(graph.training.optimizer.moments)
        let parameters = graph.parameters.reduce(0) { $0 + copies * bytesOf($1) }
        let batched = graph.ids.filter { graph[$0].type.isBatched }
        let largest = batched.max { bytesOf($0) < bytesOf($1) }
        let batch = Double(graph.training.batch)
        let bytes = parameters + (largest.map { batch * bytesOf($0) } ?? 0)
        guard bytes >= Self.unusualBytes else { return }
        let most = graph.parameters.max { bytesOf($0) < bytesOf($1) }
        // What has the larger part in it is where to look.
        let isWeight = 2 * parameters >= bytes
        guard let node = isWeight ? most : largest else { return }
        let part =
            isWeight
            ? "parameters" + (copies > 1 ? " with the optimizer's state" : "") + " take \(binarySize(parameters))"
            : "\"\(graph[node].name)\" takes \(binarySize(bytes - parameters)) for a batch of \(graph.training.batch)"
        let message = "graph \"\(syntax.name.text)\" needs \(binarySize(bytes)) of memory or more: \(part)"
        let hint = "is a size or a factor too large?"
        if bytes >= Self.mostBytes {
            report(message + ", expected less than 1 TiB in all", at: builder.ranges[node.index], hint: hint)
        } else {
            warn(message, at: builder.ranges[node.index], hint: hint)
        }
    }

    private static let unusualBytes = 0x1p36
    private static let mostBytes = 0x1p40

    /// Gradients are called `grad.PARAMETER`, and what feeds them `cotangent.OUTPUT`.
    private mutating func checkNamesOfGradients() {
        let graph = builder.graph
        var reserved = graph.trainedParameters.map { "grad.\(graph[$0].name)" }
        if graph.loss == nil { reserved += graph.outputs.map { "cotangent.\($0.name)" } }
        // The first one says it: the others have the same statement to blame.
        guard let name = reserved.first(where: builder.isTaken), let id = graph.id(named: name) else { return }
        report(
            "the name \"\(name)\" is needed for a gradient", at: builder.ranges[id.index],
            hint: "call the statement anything but \(name.prefix { $0 != "." })")
    }

    /// Whether what is to stay as it is is there, and something is left to train.
    private mutating func checkFrozen() -> Bool {
        for (pattern, range) in frozen {
            guard let fault = builder.graph.faultOfFrozen([pattern]) else { continue }
            report(fault.message, at: range, hint: fault.hint)
            return false
        }
        return true
    }

    /// Training cannot change what the loss does not depend on.
    private mutating func checkParameters(_ syntax: GraphDeclaration) {
        let graph = builder.graph
        guard let loss = graph.loss else { return }
        let parameters = graph.trainedParameters
        if parameters.isEmpty {
            warn(
                "graph \"\(syntax.name.text)\" has a loss and no parameters, so that there is nothing to train",
                at: syntax.name.range)
            return
        }
        let reached = reachable(from: loss)
        var names: [String] = []
        var ranges: [SourceRange] = []
        for id in parameters where !reached[id.index] {
            let name = String(graph[id].name.prefix(upTo: graph[id].name.lastIndex(of: ".") ?? graph[id].name.endIndex))
            if names.last == name { continue }
            names.append(name)
            ranges.append(builder.ranges[id.index])
        }
        guard let range = ranges.first else { return }
        let notes = zip(names, ranges).dropFirst().prefix(3).map { Diagnostic.Note("\"\($0)\" is here", $1) }
        report(
            "the loss does not depend on the parameters of \(listed(names)), which therefore cannot be trained",
            at: range, notes: Array(notes), hint: "use the result on the way to the loss, or remove it")
    }

    /// For each node, whether a value depends on it in a way that has a gradient.
    private func reachable(from root: NodeID) -> [Bool] {
        let graph = builder.graph
        var reached = [Bool](repeating: false, count: graph.nodes.count)
        reached[root.index] = true
        for id in graph.ids.reversed() where reached[id.index] {
            // What only says where maxima lie has no gradient.
            let operands = if case .maxUnpool = graph[id].op { [graph[id].inputs[0]] } else { graph[id].operands }
            for operand in operands { reached[operand.index] = true }
        }
        return reached
    }

    /// `"a"`, `"a" and "b"`, `"a", "b", "c" and 4 more`.
    private func listed(_ names: [String]) -> String {
        let shown = names.prefix(names.count <= 4 ? 4 : 3).map { "\"\($0)\"" }
        let rest = names.count - shown.count
        let parts = rest > 0 ? shown + ["\(rest) more"] : shown
        guard parts.count > 1, let last = parts.last else { return parts.joined() }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }
}

/// `834.5 GiB`, `1.2 TiB`.
private func binarySize(_ bytes: Double) -> String {
    let (value, unit) = bytes < 0x1p40 ? (bytes / 0x1p30, "GiB") : (bytes / 0x1p40, "TiB")
    // Tenths of what is far beyond any need are no whole numbers of ours.
    let tenths = (value * 10).rounded()
    return tenths < 0x1p53 ? "\(Int(tenths) / 10).\(Int(tenths) % 10) \(unit)" : "\(value) \(unit)"
}
