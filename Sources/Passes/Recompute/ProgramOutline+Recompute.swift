import GraphIR
import Programs

/// A program's outline with steps inserted into it.
public struct ChangedOutline: Sendable {
    /// What a node is to the one that it comes from.
    enum Change: Sendable { case none, again, copy }

    public let outline: ProgramOutline
    /// The nodes of the program that run once more, and the values that are copied.
    public internal(set) var cost = RecomputationCost()
    /// By node index, the node of the program that it is, or repeats, or copies.
    let sources: [(node: NodeID, change: Change)]
    /// The nodes before this one are as they were.
    let firstChange: Int
}

extension ProgramOutline {
    /// Where a node runs: companions run with their host.
    public func position(of id: NodeID) -> NodeID { entries[id.index].host ?? id }

    /// For each node, the nodes that read it, in order, each once.
    public func users() -> [[NodeID]] {
        var users = [[NodeID]](repeating: [], count: entries.count)
        for index in entries.indices {
            let id = NodeID(index)
            for place in operandRange(id) where users[operands[place].node.index].last != id {
                users[operands[place].node.index].append(id)
            }
        }
        return users
    }

    /// Where the readers of each value run, by node index, in order, each once.
    /// - Parameter users: what `users()` says.
    public func readerPositions(_ users: [[NodeID]]) -> [[NodeID]] {
        users.map { users in
            var positions: [NodeID] = []
            for position in users.map(position).sorted() where positions.last != position { positions.append(position) }
            return positions
        }
    }

    /// Makes a value again right before the node at `reader`, for that node and all behind it.
    ///
    /// What the value is made of is made again as well where nothing behind that place reads it anyway, down to `depth`
    /// steps; what lies deeper is kept longer. Operands of a concat that are still there are copied into the new one, and
    /// those that later nodes read move out of the old one, which would stay as a whole for their sake.
    ///
    /// - Parameter readers: what `readerPositions` says.
    public func makingAgain(
        _ value: NodeID, before reader: NodeID, depth: Int, _ readers: [[NodeID]]
    ) -> ChangedOutline {
        let chain = chain(of: value, before: reader, depth: depth, readers)
        var edit = OutlineEdit(self)
        var cost = RecomputationCost(again: chain)
        for id in chain where entries[id.index].form == .joined {
            let end = readers[id.index].last { $0 < reader } ?? position(of: id)
            let inputs = inputRange(id).map { operands[$0].node }
            for operand in inputs where readers[operand.index].contains(where: { $0 > end }) {
                // The new concat reads what is moved out, if it reads it at all.
                edit.moveOut(operand, after: end)
                cost.copied.append(operand)
            }
            cost.copied += inputs.filter { !chain.contains($0) }
        }
        edit.makeAgain(chain, before: reader)
        var changed = edit.result()
        changed.cost = cost
        return changed
    }

    /// What `makingAgain` would run again, in order.
    ///
    /// - Parameter readers: what `readerPositions` says.
    public func chain(of value: NodeID, before reader: NodeID, depth: Int, _ readers: [[NodeID]]) -> [NodeID] {
        var chain: [NodeID] = []
        func visit(_ id: NodeID, _ depth: Int) {
            for place in operandRange(id) {
                let operand = operands[place].node
                guard !chain.contains(operand) else { continue }
                let isThere =
                    !entries[operand.index].isMade || (readers[operand.index].last.map { $0 >= reader } ?? false)
                if !isThere && depth > 0 { visit(operand, depth - 1) }
            }
            chain.append(id)
        }
        visit(value, depth)
        return chain
    }

    /// Copies a feature map, which lies inside a larger buffer, into a place of its own behind the node at `position`; nodes behind
    /// read the copy.
    public func movingOut(_ value: NodeID, after position: NodeID) -> ChangedOutline {
        var edit = OutlineEdit(self)
        edit.moveOut(value, after: position)
        var changed = edit.result()
        changed.cost.copied = [value]
        return changed
    }
}

/// Steps to insert into an outline, and the outline with them.
private struct OutlineEdit {
    private let old: ProgramOutline
    /// What to insert behind and before nodes, by node index: few.
    private var copiesBehind: [(index: Int, value: NodeID)] = []
    private var chainsBefore: [(index: Int, chain: [NodeID])] = []

    private var new: ProgramOutline
    private var sources: [(node: NodeID, change: ChangedOutline.Change)] = []
    /// By old node index, the node that stands for it, which results and hosts mean.
    private var first: [NodeID] = []
    /// What a reader of an old node reads from here on.
    private var current: [NodeID] = []
    /// Where that has become another node than the first one, in order.
    private var redirections: [(value: NodeID, new: NodeID)] = []

    init(_ old: ProgramOutline) {
        self.old = old
        new = old
        (new.entries, new.operands) = ([], [])
    }

    /// Behind the node and its companions, which run with it.
    mutating func moveOut(_ value: NodeID, after position: NodeID) {
        copiesBehind.append(((old.entries[position.index].lastCompanion ?? position).index, value))
    }

    mutating func makeAgain(_ chain: [NodeID], before reader: NodeID) { chainsBefore.append((reader.index, chain)) }

    mutating func result() -> ChangedOutline {
        let count = old.entries.count
        // What stands before the first change stays as it is.
        let start = (chainsBefore.map(\.index) + copiesBehind.map(\.index)).min() ?? count
        new.entries.reserveCapacity(count + 16)
        new.entries += old.entries[..<start]
        new.operands.reserveCapacity(old.operands.count + 32)
        new.operands += old.operands[..<(start < count ? old.entries[start].firstOperand : old.operands.count)]
        sources.reserveCapacity(count + 16)
        for index in 0..<start { sources.append((NodeID(index), .none)) }
        first = (0..<count).map(NodeID.init)
        current = first
        // How many redirections there were when a node ran: what its companions read is what there was then.
        var atHost = [Int](repeating: 0, count: count)
        for index in start..<count {
            for insertion in chainsBefore where insertion.index == index { insertChain(insertion.chain) }
            let id = NodeID(index)
            let kept: NodeID
            if let host = old.entries[index].host {
                kept = push(id, .none, host: first[host.index])
                read(id, redirected: atHost[host.index])
            } else {
                kept = push(id, .none)
                read(id)
            }
            first[index] = kept
            current[index] = kept
            atHost[index] = redirections.count
            for insertion in copiesBehind where insertion.index == index {
                redirect(insertion.value, to: insertCopy(insertion.value))
            }
        }
        new.results = old.results.map { first[$0.index] }
        new.steps = new.naturalStepOrder
        return ChangedOutline(outline: new, sources: sources, firstChange: start)
    }

    private mutating func redirect(_ value: NodeID, to node: NodeID) {
        current[value.index] = node
        redirections.append((value, node))
    }

    private mutating func insertChain(_ chain: [NodeID]) {
        for id in chain {
            guard old.entries[id.index].form == .joined else {
                let again = push(id, .again)
                read(id)
                redirect(id, to: again)
                continue
            }
            // Operands lie inside their concat. What is there already has a place that outlives it, and is copied.
            let inputs = old.inputRange(id).map { place in
                let operand = old.operands[place].node
                return chain.contains(operand) ? current[operand.index] : insertCopy(operand)
            }
            let again = push(id, .again)
            read(id)
            for (place, input) in zip(new.inputRange(again), inputs) { new.operands[place].node = input }
            redirect(id, to: again)
        }
    }

    private mutating func insertCopy(_ value: NodeID) -> NodeID {
        let copy = push(value, .copy)
        new.entries[copy.index].becomeCopy(of: new.operands.count)
        new.operands.append(ProgramOutline.Operand(node: current[value.index], access: .read))
        return copy
    }

    /// Appends a node like an old one.
    private mutating func push(_ id: NodeID, _ change: ChangedOutline.Change, host: NodeID? = nil) -> NodeID {
        let index = new.entries.count
        new.entries.append(old.entries[id.index])
        new.entries[index].lastCompanion = nil
        new.entries[index].host = host
        if let host { new.entries[host.index].lastCompanion = NodeID(index) }
        sources.append((id, change))
        return NodeID(index)
    }

    /// Lets the last node read what stands for the operands of an old one.
    /// - Parameter redirected: how many redirections count; nil for all.
    private mutating func read(_ id: NodeID, redirected: Int? = nil) {
        let start = new.operands.count
        for place in old.operandRange(id) {
            var operand = old.operands[place]
            operand.node = redirected.map { standIn(for: operand.node, $0) } ?? current[operand.node.index]
            new.operands.append(operand)
        }
        new.entries[new.entries.count - 1].firstOperand = start
    }

    private func standIn(for value: NodeID, _ redirected: Int) -> NodeID {
        redirections[..<redirected].last { $0.value == value }?.new ?? first[value.index]
    }
}

extension ProgramOutline.Entry {
    /// A step that moves the same value.
    fileprivate mutating func becomeCopy(of operand: Int) {
        (firstOperand, inputCount, operandCount) = (operand, 1, 1)
        form = .computed
        (hasEpilogue, isUpdate, appliesGradient, isParameter) = (false, false, false, false)
        (scratchBytes, preparedBytes) = (0, 0)
    }
}
