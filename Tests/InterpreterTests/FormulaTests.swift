import GraphIR
import Interpreter
import Passes
import TestSupport
import Testing

/// Declared functions and losses have PyTorch's values and gradients, at ordinary and at extreme arguments.
@Suite struct FormulaTests {
    @Test func allAreCompared() throws {
        let functions = Set(try FormulaNumbers.all("functions").map(\.name))
        #expect(functions == Set(FunctionDeclaration.activations.map(\.name)))
        let losses = Set(try FormulaNumbers.all("losses").map(\.name))
        #expect(losses == Set(LossDeclaration.all.map(\.name)))
        let overlaps = LossDeclaration.all.filter(\.takesClasses).map(\.name)
        #expect(Set(try FormulaNumbers.all("classes").map(\.name)) == Set(overlaps + ["cross_entropy"]))
    }

    @Test(arguments: try FormulaNumbers.all("functions"))
    func functionsHavePyTorchsNumbers(_ reference: FormulaNumbers) throws {
        let function = Elementwise.named(reference.name, reference.constants)
        guard case .function(let gradient, let readsResult) = function.backward else {
            Issue.record("no gradient")
            return
        }
        for (index, x) in reference.numbers("x").enumerated() {
            let y = function.formula.value([x])
            let slope = gradient.formula.value([1, readsResult ? y : x])
            for (found, expected) in [(y, reference.numbers("y")[index]), (slope, reference.numbers("dx")[index])] {
                guard expected.isFinite else {
                    #expect(found == expected || expected.isNaN, "at \(x)")
                    continue
                }
                // Sums such as 1 + erf(x) lose the digits of what is next to nothing, in PyTorch as well.
                #expect(abs(found - expected) <= 1e-12 * abs(expected) + 1e-15 * min(abs(x), 100), "at \(x)")
            }
        }
    }

    /// A gradient that is declared says what the derivative of the formula says.
    @Test(arguments: Elementwise.allActivations)
    func gradientsAreDerivatives(_ function: Elementwise) {
        guard case .function(let gradient, let readsResult) = function.backward else {
            Issue.record("no gradient")
            return
        }
        let derivative = function.formula.derivative(0)
        for x in stride(from: -5.0, through: 5, by: 0.37) where x > 0 || function.domain(ofOperand: 0) == .all {
            let y = function.formula.value([x])
            let found = gradient.formula.value([0.75, readsResult ? y : x])
            #expect(abs(found - 0.75 * derivative.value([x])) < 1e-12, "at \(x)")
        }
    }

    private func expectReference(_ reference: FormulaNumbers, _ graph: Graph) throws {
        let differentiated = try differentiate(graph, withRespectTo: ["x"])
        #expect(verify(differentiated) == [])
        let shape = reference.shape
        let y = reference.numbers("y")
        var leaves = ["x": Tensor(shape: shape, values: reference.numbers("x"))]
        for id in graph.ids(where: { $0 == .target }) {
            leaves["t"] = Tensor(
                shape: interpretedShape(graph[id].type, batch: shape[0]), values: reference.numbers("t"))
        }
        leaves["cotangent.y"] = Tensor(
            shape: graph.outputs.isEmpty ? [] : [y.count], values: y.indices.map { Double($0 + 1) })
        let results = try interpret(differentiated, batch: shape[0], values: leaves)
        let out = try #require(graph.loss ?? graph.outputs.first?.node)
        let found = results[out.index]
        let value = mismatch("y", expected: Tensor(shape: found.shape, values: y), found: found, tolerance: 1e-10)
        #expect(value == nil)
        let expected = Tensor(shape: shape, values: reference.numbers("dx"))
        let gradient = results[try #require(differentiated.gradients.first).gradient.index]
        let problem = mismatch("dx", expected: expected, found: gradient, tolerance: 1e-10)
        #expect(problem == nil)
    }

    @Test(arguments: try FormulaNumbers.all("losses"))
    func lossesHavePyTorchsNumbers(_ reference: FormulaNumbers) throws {
        var b = GraphBuilder()
        let shape = Array(reference.shape.dropFirst())
        let loss = Op.sampleLoss(.named(reference.name, reference.constants))
        b.output("y", try b.add(loss, [b.input("x", shape), b.target("t", shape)], "loss"))
        try expectReference(reference, b.graph)
    }

    @Test(arguments: try FormulaNumbers.all("classes"))
    func lossesOfClassesHavePyTorchsNumbers(_ reference: FormulaNumbers) throws {
        var b = GraphBuilder()
        let shape = Array(reference.shape.dropFirst())
        let (x, t) = (b.input("x", shape), b.classes("t", Array(shape.dropFirst())))
        if reference.name == "cross_entropy" {
            let loss = ClassLoss(
                ignored: reference.ignored, weights: reference.weights, labelSmoothing: reference.constants[0])
            let sums = try b.add(.classLoss(.crossEntropy(loss)), [x, t], "sums")
            b.setLoss(try b.add(.classLoss(.ratio), [sums], "loss"))
        } else {
            let loss = SampleLoss.named(reference.name, reference.constants)
            let overlap = Op.classLoss(.overlap(ClassOverlap(loss, ignored: reference.ignored)))
            b.output("y", try b.add(overlap, [try b.add(.softmax, [x], "shares"), t], "loss"))
        }
        try expectReference(reference, b.graph)
    }

    /// What the compiler makes of a derivative is as short as a person would write it.
    @Test func derivativesAreSimple() {
        let (dy, y) = (Formula.operand(0), Formula.operand(1))
        #expect(Elementwise.sigmoid.gradient.formula == dy * y * (1 - y))
        #expect(Elementwise.tanh.gradient.formula == dy * (1 - y * y))
        #expect(Elementwise.named("exp").gradient.formula == dy * y)
        #expect(Elementwise.named("log").gradient.formula == dy / y)
        #expect(Elementwise.named("softplus").gradient.formula == dy * .unary(.sigmoid, y))
    }
}

extension Elementwise: CustomTestStringConvertible {
    public var testDescription: String { "\(mnemonic) \(attributes)" }
}
