import GraphIR
import KernelIR

/// Operations that one application of a formula takes, for the plan's tables.
func flops(of formula: Formula) -> Double { Double(formula.operationCount) }

extension KernelRequest {
    /// `value`, the result's element at `element` of sample `sample`, after the epilogue.
    ///
    /// `element` counts from the sample's first element, as the epilogue's operands do: all have the result's shape.
    func applyEpilogue(_ value: Expression, sample: Index, element: Index, width: Int) -> Expression {
        var value = value
        for (step, operands) in zip(node.epilogue, epilogueOperands) {
            let loaded = operands.map {
                Expression.load($0.buffer, sample * Index($0.sampleStride) + element, width: width)
            }
            value = apply(step.function, [value] + loaded, sample: sample, element: element, width: width)
        }
        return value
    }

    /// An elementwise function as an expression, of the result's element at `element`, which counts likewise.
    func apply(
        _ function: Elementwise, _ operands: [Expression], sample: Index, element: Index, width: Int
    ) -> Expression {
        function.formula.expression(operands, width: width) { key in
            let (first, stride) = rowMajor(sample: sample, element: element, width: width)
            return .uniform(key: key, first: first, stride: stride, width: width)
        }
    }

    /// The number of the result's element in `N × C × H × W`, and what the numbers of a vector's elements differ by: those
    /// of a blocked map are channels of one position.
    private func rowMajor(sample: Index, element: Index, width: Int) -> (first: Index, stride: Int) {
        let start = (sample + .firstSample) * Index(result.type.elementCount)
        let block = result.layout.block
        guard block > 1 else { return (start + element, 1) }
        precondition(width <= block, "\(node.name): a vector of more than one position")
        // Behind (c / b) · plane · b + position · b + c % b stands (c / b) · plane · b + (c % b) · plane + position.
        let plane = result.type.shape.dropFirst().reduce(1, *)
        let position = element / Index(block) % Index(plane)
        let lane = width == block ? 0 : element % Index(block)
        return (start + element + lane * Index(plane - 1) - position * Index(block - 1), plane)
    }

    /// Operations of the epilogue for one sample.
    var epilogueFlops: Double {
        node.epilogue.reduce(0) { $0 + flops(of: $1.function.formula) } * Double(result.type.elementCount)
    }
}
