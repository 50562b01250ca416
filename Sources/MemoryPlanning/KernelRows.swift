import GraphIR
import Programs

/// The kernels of a program's steps in their order, a row each, and which have to end before which begin.
struct KernelRows {
    struct Row {
        var node: NodeID
        /// Its place among the kernels of its step.
        var number: Int
        var load: KernelLoad
    }

    private(set) var rows: [Row] = []
    /// By node index; empty for what runs no kernel.
    private(set) var rowsOfNode: [Range<Int>]
    /// By row, those that have to end before it, all above it.
    private(set) var predecessors: [[Int]] = []
    /// By row, those that wait for it, all below it.
    private(set) var successors: [[Int]] = []
    /// By node index, the rows behind which the value is there.
    private(set) var makers: [[Int]]

    /// nil where nobody has asked the kernels of some step.
    init?(_ program: Program, _ assignment: StorageAssignment, executed: [NodeID]) {
        let graph = program.graph
        rowsOfNode = Array(repeating: 0..<0, count: graph.nodes.count)
        makers = Array(repeating: [], count: graph.nodes.count)
        for id in executed {
            let step = program[id]
            guard !step.kernels.isEmpty, step.preparations < step.kernels.count else { return nil }
            let first = rows.count
            for (number, load) in step.kernels.enumerated() { rows.append(Row(node: id, number: number, load: load)) }
            rowsOfNode[id.index] = first..<rows.count
        }
        predecessors = Array(repeating: [], count: rows.count)
        var dependences = Dependences(program, assignment)
        for id in program.steps { depend(id, program, &dependences) }
        successors = Array(repeating: [], count: rows.count)
        for row in rows.indices {
            predecessors[row] = Set(predecessors[row]).sorted()
            for other in predecessors[row] { successors[other].append(row) }
        }
    }

    /// The kernel of a step that is the first to read what other steps make, and to write its own.
    func mainRow(of id: NodeID, in program: Program) -> Int {
        rowsOfNode[id.index].lowerBound + program[id].preparations
    }

    private mutating func depend(_ id: NodeID, _ program: Program, _ dependences: inout Dependences) {
        let graph = program.graph
        let node = graph[id]
        if let host = node.host {
            makers[id.index] = makers[host.index]
            return
        }
        let own = rowsOfNode[id.index]
        let operands = node.operands + graph.companions(of: id).flatMap { graph[$0].operands }
        guard let last = own.last else {
            makers[id.index] = Set(operands.flatMap { makers[$0.index] }).sorted()
            return
        }
        let main = mainRow(of: id, in: program)
        for row in own.dropFirst() { predecessors[row].append(row - 1) }
        for operand in operands {
            predecessors[main] += makers[operand.index]
            if !graph[operand].type.isBatched { predecessors[own.lowerBound] += makers[operand.index] }
        }
        makers[id.index] = [last]
        predecessors[own.lowerBound] += dependences.parameterUsers(before: id, row: last)
        predecessors[main] += dependences.users(ofWhatIsOverwrittenBy: id, row: last)
        // What is prepared in inference takes turns in one place.
        if program.isInference, main > own.lowerBound {
            predecessors[own.lowerBound] += dependences.latestPreparation
            dependences.latestPreparation = [last]
        }
    }
}

/// What has to end before a step beside the makers of its operands, while one walks over the steps in order.
private struct Dependences {
    private let program: Program
    private let assignment: StorageAssignment
    /// By node index of a parameter: the row that changed it last, and those that have read it since.
    private var writers: [Int?]
    private var readers: [[Int]]
    /// By node index of a value that owns memory: the values in it that no other one has overwritten yet.
    private var current: [[NodeID]]
    /// By node index of a value, the rows that have made and read it.
    private var users: [[Int]]
    var latestPreparation: [Int] = []

    init(_ program: Program, _ assignment: StorageAssignment) {
        self.program = program
        self.assignment = assignment
        let count = program.graph.nodes.count
        writers = Array(repeating: nil, count: count)
        readers = Array(repeating: [], count: count)
        users = readers
        current = Array(repeating: [], count: count)
    }

    /// An update waits for those who read the parameter before it, and who reads it afterwards for the update.
    mutating func parameterUsers(before id: NodeID, row: Int) -> [Int] {
        var earlier: [Int] = []
        for (operand, access) in zip(program.graph[id].operands, program[id].accesses)
        where program.isParameter(operand) {
            let index = operand.index
            if let writer = writers[index] { earlier.append(writer) }
            if access == .update {
                earlier += readers[index]
                readers[index] = []
                writers[index] = row
            } else {
                readers[index].append(row)
            }
        }
        return earlier
    }

    /// A result in the place of an operand waits for all others that have used what lies there.
    mutating func users(ofWhatIsOverwrittenBy id: NodeID, row: Int) -> [Int] {
        let graph = program.graph
        var earlier: [Int] = []
        let companions = graph.companions(of: id)
        if let operand = assignment.operandOverwritten(by: id) {
            let root = assignment.memory(of: operand)
            let over = current[root.value.index].filter {
                $0 != id && assignment.memory(of: $0).range.overlaps(root.range)
            }
            earlier = over.flatMap { users[$0.index] }
            current[root.value.index].removeAll(where: over.contains)
        }
        for value in [id] + companions {
            current[assignment.memory(of: value).value.index].append(value)
            users[value.index].append(row)
        }
        for operand in graph[id].operands + companions.flatMap({ graph[$0].operands }) {
            users[operand.index].append(row)
        }
        return earlier.filter { $0 < row }
    }
}
