import Emission
import GraphIR
import KernelIR

/// A bug put into one kernel on purpose, for tests of what must notice it: of one multiplication and addition of its text
/// the sign is wrong, such as that of one tap.
public struct PlantedFault: Hashable, Sendable {
    /// The name of the step whose kernel is broken.
    public var step: String
    /// Which multiplication, counted in the text from 0. Not every one changes a result: the first ones of a row may multiply
    /// padding alone.
    public var occurrence: Int

    public init(step: String, occurrence: Int) {
        self.step = step
        self.occurrence = occurrence
    }
}

extension LoweredPlan {
    /// How many multiplications a fault can be planted into.
    public func plantingPlaces(step: String) -> Int {
        var left = Int.max
        for stage in steps.filter({ $0.name == step }).compactMap(\.stage) {
            for statement in stage.kernel.body { _ = statement.negatingProduct(&left) }
        }
        return .max - left
    }

    /// Breaks the kernel of the step, where the plan has it.
    mutating func plant(_ fault: PlantedFault) {
        for index in steps.indices where steps[index].name == fault.step {
            guard var stage = steps[index].stage else { continue }
            var left = fault.occurrence
            stage.kernel.body = stage.kernel.body.map { $0.negatingProduct(&left) }
            steps[index].stage = stage
        }
    }
}

extension Statement {
    /// With the sign of the product wrong that `left` reaches zero at.
    fileprivate func negatingProduct(_ left: inout Int) -> Statement {
        switch self {
        case .loop(let name, let from, let to, let step, let body):
            .loop(name, from: from, to: to, step: step, body.map { $0.negatingProduct(&left) })
        case .unrolled(let name, let count, let body):
            .unrolled(name, count: count, body.map { $0.negatingProduct(&left) })
        case .conditional(let condition, let body, let otherwise):
            .conditional(
                condition, body.map { $0.negatingProduct(&left) },
                otherwise: otherwise.map { $0.negatingProduct(&left) })
        case .declare(let name, let width, let value): .declare(name, width: width, value.negatingProduct(&left))
        case .assign(let name, let value): .assign(name, value.negatingProduct(&left))
        case .assignElement(let name, let index, let value): .assignElement(name, index, value.negatingProduct(&left))
        case .store(let name, let index, let value): .store(name, index, value.negatingProduct(&left))
        case .comment, .letIndex, .declareArray, .call: self
        }
    }
}

extension Expression {
    fileprivate func negatingProduct(_ left: inout Int) -> Expression {
        guard case .fusedMultiplyAdd(let a, let b, let c) = self else { return self }
        left -= 1
        return left == -1 ? .fusedMultiplyAdd(-a, b, c) : self
    }
}
