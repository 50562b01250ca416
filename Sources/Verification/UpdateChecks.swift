import Emission
import GraphIR
import Interpreter
import Runtime

/// The optimisers' kernels against their formulas, on the parameters of the graph.
struct UpdateChecks {
    let subject: Subject

    func run() throws -> Finding {
        var finding = Finding()
        guard let plan = subject.plan(.train) else {
            finding.detail = "the graph has no loss, so that nothing is trained"
            return finding
        }
        let lowered = subject.compiled.plans[plan]
        let updates = lowered.steps.indices.filter { lowered.graph[lowered.steps[$0].node].op == .update }
        let own = subject.session.graph.training.optimizer.name
        for name in subject.model.optimizerNames {
            let executor = try subject.executor(plan, optimizer: name)
            // All parameters with the optimiser that the graph names, the first with the others.
            for step in name == own ? updates : Array(updates.prefix(1)) {
                let comparison = try compare(executor, plan: plan, step: step, optimizer: name)
                finding.count += 1
                finding.worst = max(finding.worst ?? 0, comparison.worst)
                if let message = comparison.message {
                    finding.faults.append(subject.fault(plan: plan, step: step, "\(name): \(message)"))
                }
            }
        }
        finding.detail = "updates of parameters and their moments: all by \(own), one by each other optimiser"
        return finding
    }

    private func compare(
        _ executor: Executor, plan: Int, step: Int, optimizer: String
    ) throws -> Comparison {
        let info = subject.model.plans[plan]
        let handle = try executor.plan(info.name)
        let operands = subject.compiled.plans[plan].steps[step].operands
        let name = info.tensors[operands[0]].name
        var values: [[Float]] = []
        for (tensor, range) in zip(operands, [ValueRange.signed, .signed]) {
            values.append(
                try executor.withTensor(tensor, plan: handle, sample: 0) { memory in
                    var random = RandomValues(name: info.tensors[tensor].name)
                    random.fill(memory, range)
                    return Array(memory)
                })
        }
        for moment in 0..<executor.parameters.momentCount {
            var random = RandomValues(name: "\(name) \(moment)")
            let drawn = [Float](unsafeUninitializedCapacity: values[0].count) { memory, count in
                count = values[0].count
                random.fill(UnsafeMutableBufferPointer(rebasing: memory[..<count]), moment == 0 ? .signed : .positive)
            }
            try executor.parameters.setMoment(moment + 1, drawn, of: name)
            values.append(drawn)
        }
        var scalars = StepScalars.adam(step: 3, learningRate: 0.125, beta1: 0.75, weightDecay: 0.25)
        scalars.gradientScale = 0.5
        try executor.runStep(step, plan: handle, batch: subject.batch, scalars: scalars)
        let expected = OptimizerStep(optimizer, scalars).results(values)
        let found =
            [try executor.parameters.values(of: name)]
            + (try (0..<executor.parameters.momentCount).map { try executor.parameters.moment($0 + 1, of: name) })
        var comparison = Comparison()
        for (expectation, made) in zip(expected, found) {
            let part = expectation.compare(made.map(Double.init), shape: [made.count])
            comparison.worst = max(comparison.worst, part.worst)
            comparison.message = comparison.message ?? part.message
        }
        return comparison
    }
}

/// An optimiser's formula in Double, as PyTorch has it.
private struct OptimizerStep {
    let name: String
    let scalars: StepScalars

    init(_ name: String, _ scalars: StepScalars) {
        self.name = name
        self.scalars = scalars
    }

    /// The parameter and the moments behind the step, each with the magnitude of its terms as what rounding goes by.
    /// - Parameter values: parameter, gradient, moments.
    func results(_ values: [[Float]]) -> [Expectation] {
        var made = [Expectation](repeating: Expectation(values: [], bounds: []), count: values.count - 1)
        for index in values[0].indices {
            let terms = element(values.map { Double($0[index]) })
            for (position, term) in terms.enumerated() {
                made[position].values.append(term.value)
                made[position].bounds.append(Rounding.ofFormula(term.magnitude))
            }
        }
        return made
    }

    private func element(_ x: [Double]) -> [(value: Double, magnitude: Double)] {
        let rate = scalars.learningRate
        let isDecoupled = name == "adamw"
        let scaled = x[1] * scalars.gradientScale
        let gradient = isDecoupled ? scaled : scaled + scalars.weightDecay * x[0]
        let gradientSize = abs(scaled) + abs(scalars.weightDecay * x[0])
        guard x.count == 4 else {
            let momentum = scalars.beta1 * x[2] + gradient
            let size = abs(scalars.beta1 * x[2]) + gradientSize
            return [(x[0] - rate * momentum, abs(x[0]) + rate * size), (momentum, size)]
        }
        let first = scalars.beta1 * x[2] + (1 - scalars.beta1) * gradient
        let firstSize = abs(scalars.beta1 * x[2]) + (1 - scalars.beta1) * gradientSize
        let second = scalars.beta2 * x[3] + (1 - scalars.beta2) * gradient * gradient
        // 1 − beta2 in floats has few of the digits that it has here.
        let secondSize = scalars.beta2 * x[3] + gradientSize * gradientSize
        let corrections = [scalars.beta1, scalars.beta2].map { 1 - $0 * $0 * $0 }
        let root = (second / corrections[1]).squareRoot() + scalars.epsilon
        let kept = isDecoupled ? (1 - rate * scalars.weightDecay) * x[0] : x[0]
        let move = rate / corrections[0] / root
        return [
            (kept - move * first, abs(x[0]) + move * firstSize * (1 + secondSize / second)), (first, firstSize),
            (second, secondSize),
        ]
    }
}
