/// Runs a kernel's indices for one batch and count: accesses that formulas could not prove are looked at one by one,
/// and writes of different tasks must not meet.
struct KernelEnumerator {
    /// Steps after which the run ends; the order of tasks makes the first ones the most telling.
    static let limit = 1 << 20
    private static let messageLimit = 8

    private struct Write {
        var start: Int
        var end: Int
        var task: Int
        var statement: Int
    }

    private struct OutOfSteps: Error {}

    private let kernel: Kernel
    private let program: IndexProgram
    private var slots: [Int]
    private var steps = 0
    private var writes: [[Write]]
    /// Statements and buffers already complained of.
    private var reported: Set<String> = []
    private var messages: [String] = []

    init(_ kernel: Kernel, unproved: Set<Int>, batch: Int, count: Int) {
        self.kernel = kernel
        program = IndexProgram(kernel, unproved: unproved)
        slots = Array(repeating: 0, count: program.slotCount)
        slots[IndexProgram.batchSlot] = batch
        slots[IndexProgram.countSlot] = count
        writes = Array(repeating: [], count: kernel.buffers.count)
    }

    /// What is wrong.
    mutating func run() -> [String] {
        let tasks = kernel.tasksPerSample * slots[IndexProgram.batchSlot] + kernel.tasksFixed
        do {
            for task in Self.order(tasks) {
                slots[IndexProgram.taskSlot] = task
                try run(program.nodes)
            }
        } catch {
            // What was seen until the steps ran out still counts.
        }
        reportMeetings()
        return Array(messages.prefix(Self.messageLimit))
    }

    /// First, last, second, last but one …: where partial tiles and boundaries are.
    private static func order(_ count: Int) -> [Int] {
        (0..<max(0, count)).map { $0 % 2 == 0 ? $0 / 2 : count - 1 - $0 / 2 }
    }

    // MARK: Statements

    private mutating func run(_ nodes: [IndexProgram.Node]) throws {
        for node in nodes {
            steps += 1
            guard steps < Self.limit, messages.count < Self.messageLimit else { throw OutOfSteps() }
            try run(node)
        }
    }

    private mutating func run(_ node: IndexProgram.Node) throws {
        switch node {
        case .loop(let slot, let from, let to, let step, let body, let isPlain, let statement):
            guard let start = value(from, statement), let end = value(to, statement), start < end else { return }
            if isPlain { return runPlain(body, slot, from: start, count: (end - start + step - 1) / step, step: step) }
            for value in stride(from: start, to: end, by: step) {
                slots[slot] = value
                try run(body)
            }
        case .conditional(let test, let body, let otherwise, let statement):
            try run(holds(test, statement) ? body : otherwise)
        case .access(let access): look(at: access)
        case .evaluate(let formula, let statement): _ = value(formula, statement)
        }
    }

    private mutating func look(at access: IndexProgram.Access) {
        guard let start = value(access.index, access.statement), let width = value(access.width, access.statement)
        else { return }
        look(at: access, start: start, width: width)
    }

    /// All of a loop at once: places that move by equal steps are told by the first two.
    private mutating func runPlain(_ body: [IndexProgram.Node], _ slot: Int, from: Int, count: Int, step: Int) {
        for case .access(let access) in body {
            steps += 1
            slots[slot] = from
            guard let first = value(access.index, access.statement), let width = value(access.width, access.statement)
            else { continue }
            slots[slot] = from + step
            guard count > 1, let second = value(access.index, access.statement) else {
                look(at: access, start: first, width: width)
                continue
            }
            let stride = second - first
            let last = first + (count - 1) * stride
            if abs(stride) <= width || !access.isWrite {
                look(at: access, start: min(first, last), width: max(first, last) + width - min(first, last))
            } else {
                steps += count
                for place in 0..<count { look(at: access, start: first + place * stride, width: width) }
            }
        }
    }

    // MARK: Accesses

    private mutating func look(at access: IndexProgram.Access, start: Int, width: Int) {
        guard start >= 0, start + width <= access.extent else {
            let range = "touches \(start) ..< \(start + width) of \"\(access.name)\", which has \(access.extent)"
            let circumstances = circumstances(task: slots[IndexProgram.taskSlot])
            return report("\(range) (\(circumstances))", access.statement, about: access.name)
        }
        guard access.isWrite, width > 0 else { return }
        let task = slots[IndexProgram.taskSlot]
        if let last = writes[access.buffer].last, last.task == task, last.end == start {
            writes[access.buffer][writes[access.buffer].count - 1].end = start + width
        } else {
            let write = Write(start: start, end: start + width, task: task, statement: access.statement)
            writes[access.buffer].append(write)
        }
    }

    /// Sorted by place, writes that meet are neighbours.
    private mutating func reportMeetings() {
        for (position, all) in writes.enumerated() {
            let sorted = all.sorted { ($0.start, $0.task) < ($1.start, $1.task) }
            guard var reaching = sorted.first else { continue }
            for write in sorted.dropFirst() {
                if write.start < reaching.end && write.task != reaching.task {
                    let name = kernel.buffers[position].handle.name
                    let tasks = "tasks \(min(write.task, reaching.task)) and \(max(write.task, reaching.task))"
                    report("\(tasks) both write \"\(name)\"[\(write.start)]", write.statement, about: name)
                    break
                }
                if write.end > reaching.end { reaching = write }
            }
        }
    }

    private func circumstances(task: Int) -> String {
        "task \(task), batch \(slots[IndexProgram.batchSlot]), count \(slots[IndexProgram.countSlot])"
    }

    private mutating func report(_ message: String, _ statement: Int, about name: String = "") {
        guard reported.insert("\(statement) \(name)").inserted else { return }
        messages.append("in \"\(program.headlines[statement] ?? "")\": \(message)")
    }

    // MARK: Indices

    private mutating func value(_ formula: IndexProgram.Formula, _ statement: Int) -> Int? {
        switch formula {
        case .constant(let value): return value
        case .slot(let slot): return slots[slot]
        case .binary(let binary, let a, let b):
            guard let x = value(a, statement), let y = value(b, statement) else { return nil }
            if let result = binary.applied(x, y) { return result }
            report("\(x) \(binary.rawValue) \(y) is not defined for indices", statement)
            return nil
        }
    }

    private mutating func holds(_ test: IndexProgram.Test, _ statement: Int) -> Bool {
        switch test {
        case .less(let a, let b): (value(a, statement) ?? 0) < (value(b, statement) ?? 0)
        case .lessOrEqual(let a, let b): (value(a, statement) ?? 0) <= (value(b, statement) ?? 0)
        case .equal(let a, let b): value(a, statement) == value(b, statement)
        case .and(let a, let b): holds(a, statement) && holds(b, statement)
        case .or(let a, let b): holds(a, statement) || holds(b, statement)
        }
    }
}
