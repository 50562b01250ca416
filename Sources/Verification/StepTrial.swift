import Emission
import GraphIR
import Interpreter
import Kernels
import MemoryPlanning
import Runtime

/// The steps of one plan, one by one on random operands, so that a fault stays where it is.
struct StepTrial {
    let plan: Int
    private let subject: Subject
    private let lowered: LoweredPlan
    private let executor: Executor
    private let handle: PlanHandle
    /// By node, its row in the plan's tensors.
    private let rows: [Int?]
    private let scalars: StepScalars

    init(_ subject: Subject, plan: Int) throws {
        self.subject = subject
        self.plan = plan
        lowered = subject.compiled.plans[plan]
        executor = try subject.executor(plan)
        handle = try executor.plan(lowered.name)
        var next = 0
        // The tables list values in the graph's order.
        rows = lowered.plan.locations.map { location in
            guard location != nil else { return nil }
            defer { next += 1 }
            return next
        }
        var scalars = StepScalars.adam(step: 3, learningRate: 1e-2, weightDecay: 0.125)
        scalars.seed = 7
        self.scalars = scalars
    }

    private var graph: Graph { lowered.graph }

    /// The steps of the table that compute a node.
    func steps(of id: NodeID) -> [Int] { lowered.steps.indices.filter { lowered.steps[$0].node == id } }

    /// Runs a node's kernels on random operands and compares all they make.
    /// - Throws: `RuntimeError`.
    func compare(_ id: NodeID) throws -> Comparison {
        let node = graph[id]
        let operands = try fill(node)
        for step in steps(of: id) { try executor.runStep(step, plan: handle, batch: subject.batch, scalars: scalars) }
        if case .normalization(.updateRunning(let row, let momentum, let area)) = node.op {
            let expected = runningMoments(operands, row: row, momentum: momentum, area: area)
            return expected.compare(try values(of: node.inputs[0]), shape: node.type.shape)
        }
        let choice = lowered.plan.program[id].choice
        let growth = choice?.algorithm.errorGrowth(node.op) ?? 1
        let expected = Expectation(
            node, operands, batch: subject.batch, growth: growth, factors: choice?.factors ?? .float32,
            randomness: Randomness(seed: scalars.seed, step: Int64(scalars.step)))
        let found = try values(of: id)
        var comparison = expected.compare(found, shape: interpretedShape(node.type, batch: subject.batch))
        for companion in graph.companions(of: id) {
            let other = try compare(companion: companion, of: id, operands, hostResult: found, growth: growth)
            comparison.count += other.count
            comparison.worst = max(comparison.worst, other.worst)
            comparison.message =
                comparison.message ?? other.message.map { "of \"\(graph[companion].name)\" beside it, \($0)" }
        }
        return comparison
    }

    /// A pooling beside a convolution is that of the result it stored, a sum that of the operand.
    private func compare(
        companion id: NodeID, of host: NodeID, _ operands: [Tensor], hostResult: [Double], growth: Double
    ) throws -> Comparison {
        let node = graph[id]
        let inputs = node.inputs.map { input -> Tensor in
            if let position = graph[host].operands.firstIndex(of: input) { return operands[position] }
            return Tensor(shape: interpretedShape(graph[input].type, batch: subject.batch), values: hostResult)
        }
        var expected = Expectation(node, inputs, batch: subject.batch, growth: growth, randomness: Randomness())
        for position in expected.bounds.indices { expected.bounds[position] *= growth }
        return expected.compare(
            try values(of: id), shape: interpretedShape(node.type, batch: subject.batch))
    }

    // MARK: Values

    /// Gives all operands random values, and tells what they are then: some may share memory.
    private func fill(_ node: Node) throws -> [Tensor] {
        for (position, operand) in node.operands.enumerated() {
            guard let row = rows[operand.index] else { continue }
            var random = RandomValues(name: graph[operand].name)
            let range = ValueRange.operand(position, of: node, in: graph)
            for sample in 0..<samples(operand) {
                try executor.withTensor(row, plan: handle, sample: sample) { random.fill($0, range) }
            }
        }
        return try node.operands.map { operand in
            Tensor(
                shape: interpretedShape(graph[operand].type, batch: subject.batch), values: try values(of: operand))
        }
    }

    private func samples(_ id: NodeID) -> Int { graph[id].type.isBatched ? subject.batch : 1 }

    /// A value's elements, sample by sample, row-major.
    private func values(of id: NodeID) throws -> [Double] {
        guard let row = rows[id.index] else { return [] }
        let count = graph[id].type.elementCount
        var values = [Double](repeating: 0, count: samples(id) * count)
        let layout = lowered.tensors[row].layout
        let plane = graph[id].type.shape.dropFirst().reduce(1, *)
        for sample in 0..<samples(id) {
            try executor.withTensor(row, plan: handle, sample: sample) { memory in
                layout.forEachPlace(count: count, plane: plane) { place, element in
                    values[sample * count + element] = Double(memory[place])
                }
            }
        }
        return values
    }

    // MARK: Effects

    /// `(1 − momentum) · running + momentum · row`, of a variance times `n / (n − 1)`.
    private func runningMoments(_ operands: [Tensor], row: Int, momentum: Double, area: Int) -> Expectation {
        let (running, moments) = (operands[0].values, operands[1].values)
        let count = Double(subject.batch * area)
        let correction = row == 1 ? count / max(count - 1, 1) : 1
        let terms = running.indices.map { channel in
            ((1 - momentum) * running[channel], momentum * correction * moments[row * running.count + channel])
        }
        return Expectation(
            values: terms.map { $0 + $1 }, bounds: terms.map { Rounding.ofFormula(abs($0) + abs($1)) })
    }
}

extension Layout {
    /// Calls `body` with each place of a sample and the row-major element that lies there.
    fileprivate func forEachPlace(count: Int, plane: Int, _ body: (_ place: Int, _ element: Int) -> Void) {
        guard block > 1 else {
            for place in 0..<count { body(place, place) }
            return
        }
        var place = 0
        for first in stride(from: 0, to: count, by: block * plane) {
            for pixel in 0..<plane {
                for lane in 0..<block {
                    body(place, first + lane * plane + pixel)
                    place += 1
                }
            }
        }
    }
}
