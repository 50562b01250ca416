import GraphIR
import Programs

/// Orders of a program's steps that keep its contract: operands before users, companions directly behind their hosts,
/// and each effect (an update) right after the last step that reads what it changes or makes what it reads.
///
/// An order is a permutation of the *units*: a step with its companions. Effects follow from it.
struct StepOrder {
    private let program: Program
    /// The nodes of each unit, in the order of the program.
    let units: [[NodeID]]
    /// By node index, the unit that makes the value; nil for leaves and effects.
    let unitOfNode: [Int?]
    /// By unit, those that make its operands, ascending.
    let predecessors: [[Int]]
    /// By unit, those that read what it makes, ascending.
    let successors: [[Int]]
    /// The effects in the order of the program, with the units that have to come first.
    private let effects: [(id: NodeID, after: [Int])]

    init(_ program: Program) {
        let graph = program.graph
        self.program = program
        var units: [[NodeID]] = []
        var unitOfNode = [Int?](repeating: nil, count: graph.nodes.count)
        for id in program.steps where program.phase(of: id) != .update {
            if let host = graph[id].host, let unit = unitOfNode[host.index] {
                units[unit].append(id)
                unitOfNode[id.index] = unit
            } else {
                unitOfNode[id.index] = units.count
                units.append([id])
            }
        }
        let makers = { (ids: [NodeID]) in Set(ids.compactMap { unitOfNode[$0.index] }) }
        predecessors = units.enumerated().map { unit, ids in
            makers(ids.flatMap { graph[$0].operands }).subtracting([unit]).sorted()
        }
        var successors = [[Int]](repeating: [], count: units.count)
        for (unit, earlier) in predecessors.enumerated() {
            for other in earlier { successors[other].append(unit) }
        }
        let users = graph.users()
        effects = program.steps.filter { program.phase(of: $0) == .update }.map { id in
            let readers = graph[id].inputs.first.map { users[$0.index] } ?? []
            return (id, makers(readers.filter { program.phase(of: $0) != .update } + graph[id].operands).sorted())
        }
        self.successors = successors
        self.units = units
        self.unitOfNode = unitOfNode
    }

    /// The program in which the units run in this order.
    func program(_ order: [Int]) -> Program {
        var result = program
        result.steps = steps(order)
        return result
    }

    /// All steps where the units run in this order.
    func steps(_ order: [Int]) -> [NodeID] {
        var position = [Int](repeating: 0, count: units.count)
        for (place, unit) in order.enumerated() { position[unit] = place }
        var behind = [[NodeID]](repeating: [], count: units.count + 1)
        for effect in effects {
            behind[(effect.after.map { position[$0] }.max() ?? -1) + 1].append(effect.id)
        }
        var steps = behind[0]
        for (place, unit) in order.enumerated() {
            steps += units[unit]
            steps += behind[place + 1]
        }
        return steps
    }

    /// The order in which a unit, and what it needs, run right before the one that is at `place`; nil if the latter is
    /// needed for it.
    func hastening(_ unit: Int, to place: Int, in order: [Int]) -> [Int]? {
        guard let from = order.firstIndex(of: unit), place < from else { return nil }
        var moved: Set<Int> = [unit]
        for other in order[place..<from].reversed() where successors[other].contains(where: moved.contains) {
            moved.insert(other)
        }
        guard !moved.contains(order[place]) else { return nil }
        let window = order[place...from]
        return order[..<place] + window.filter(moved.contains) + window.filter { !moved.contains($0) }
            + order[(from + 1)...]
    }

    /// The order in which a unit, and what needs it, run right behind the one that is at `place`; nil if the latter needs
    /// it.
    func delaying(_ unit: Int, to place: Int, in order: [Int]) -> [Int]? {
        guard let from = order.firstIndex(of: unit), from < place else { return nil }
        var moved: Set<Int> = [unit]
        for other in order[from...place] where predecessors[other].contains(where: moved.contains) {
            moved.insert(other)
        }
        guard !moved.contains(order[place]) else { return nil }
        let window = order[from...place]
        return order[..<from] + window.filter { !moved.contains($0) } + window.filter(moved.contains)
            + order[(place + 1)...]
    }
}
