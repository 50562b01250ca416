import GraphIR
import Programs

/// What of a plan is wrong with the groups of its kernels, told from bytes and from the program alone: a step that overlaps
/// another one in time must not write what that one reads or writes, its scratch and prepared memory included, and must not
/// need what that one makes. And steps stand in the order of their groups, which `verifyPlan` walks.
func groupViolations(_ plan: Plan) -> [PlanViolation] {
    guard plan.program.isGrouped else { return [] }
    var walk = GroupWalk(plan)
    walk.run()
    return walk.violations
}

private struct GroupWalk {
    /// What some kernels of a step touch while they run.
    private struct Touched {
        var id: NodeID
        var moments: ClosedRange<Int>
        var written: [StridedExtent]
        var read: [StridedExtent]
    }

    private let plan: Plan
    private let graph: Graph
    private let moments: [ClosedRange<Int>]
    private let mainMoments: [ClosedRange<Int>]
    /// By node index, the moment behind which the value is there.
    private var ready: [Int]
    private(set) var violations: [PlanViolation] = []

    init(_ plan: Plan) {
        self.plan = plan
        graph = plan.program.graph
        moments = plan.program.moments
        mainMoments = plan.program.mainMoments
        ready = Array(repeating: -1, count: moments.count)
    }

    mutating func run() {
        let executed = Set(plan.steps)
        var running: [Touched] = []
        var latest = 0
        for id in plan.program.steps {
            guard checkGroups(of: id) else { return }
            if mainMoments[id.index].lowerBound < latest { report(id, "stands behind a step that runs after it") }
            latest = max(latest, mainMoments[id.index].lowerBound)
            checkOperands(id, isExecuted: executed.contains(id))
        }
        let kernels = plan.program.steps.filter(executed.contains).flatMap { [prepared(by: $0), touched(by: $0)] }
        let begun = kernels.enumerated().sorted {
            ($0.element.moments.lowerBound, $0.offset) < ($1.element.moments.lowerBound, $1.offset)
        }
        for (_, step) in begun {
            running.removeAll { $0.moments.upperBound < step.moments.lowerBound }
            for other in running where other.id != step.id { compare(step, other) }
            running.append(step)
        }
    }

    private mutating func report(_ id: NodeID, _ message: String) {
        violations.append(PlanViolation(step: graph[id].name, message: message))
    }

    /// A group for each kernel, each behind the one before.
    private mutating func checkGroups(of id: NodeID) -> Bool {
        let step = plan.program[id]
        guard graph[id].host == nil else { return true }
        if step.groups.count == max(1, step.kernels.count), step.preparations < step.groups.count,
            zip(step.groups, step.groups.dropFirst()).allSatisfy({ $0 < $1 })
        {
            return true
        }
        report(id, "has groups \(step.groups) for \(step.kernels.count) kernels")
        return false
    }

    /// What a step reads has been made before it begins; preparations read what is no map of samples.
    private mutating func checkOperands(_ id: NodeID, isExecuted: Bool) {
        for operand in graph[id].operands where plan.program.isMade(operand) {
            // A companion reads what its host does, and its host's result.
            guard graph[id].host == nil || graph[id].host != operand && graph[operand].host != graph[id].host else {
                continue
            }
            let made = ready[operand.index]
            let begin = graph[operand].type.isBatched ? mainMoments[id.index] : moments[id.index]
            // A view is there as soon as what it is a view of.
            if isExecuted ? made >= begin.lowerBound : made > begin.lowerBound {
                report(id, "does not wait for \"\(graph[operand].name)\", which it reads")
            }
        }
        let isView = !isExecuted && graph[id].host == nil
        ready[id.index] =
            isView ? graph[id].operands.map { ready[$0.index] }.max() ?? -1 : moments[id.index].upperBound
    }

    /// What a step makes of parameters, from its first kernel on.
    private func prepared(by id: NodeID) -> Touched {
        let fixed = graph[id].operands.filter { !graph[$0].type.isBatched }
        return Touched(
            id: id, moments: moments[id.index],
            written: plan.prepared[id.index].map { [StridedExtent(plan.buffers[$0])] } ?? [],
            read: fixed.compactMap { StridedExtent($0, plan) })
    }

    private func touched(by id: NodeID) -> Touched {
        let made = [id] + graph.companions(of: id)
        let operands = zip(graph[id].operands, plan.program[id].accesses)
        let changed = operands.filter { $0.1 == .update }.map(\.0)
        let read = graph[id].operands + made.dropFirst().flatMap { graph[$0].operands }
        let scratch = plan.scratch[id.index].map { [StridedExtent(plan.buffers[$0])] } ?? []
        return Touched(
            id: id, moments: mainMoments[id.index],
            written: plan.writtenExtents(of: id) + (made.dropFirst() + changed).compactMap { StridedExtent($0, plan) }
                + scratch,
            read: read.compactMap { StridedExtent($0, plan) })
    }

    private mutating func compare(_ step: Touched, _ other: Touched) {
        for (writer, reader) in [(step, other), (other, step)] {
            let isHurt = writer.written.contains { extent in
                (reader.read + reader.written).contains(where: extent.overlaps)
            }
            guard isHurt else { continue }
            report(
                writer.id, "writes what \"\(graph[reader.id].name)\" uses, which may run at the same time")
            return
        }
    }
}
