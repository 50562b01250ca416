import Base
import GraphIR
import Interpreter
import Passes
import TestSupport
import Testing

/// A call of an operator on a map of 3 × 5 × 4, and PyTorch's numbers for it.
struct ResamplingNumbers: Sendable, CustomTestStringConvertible {
    let call: String
    let shape: [Int]
    let members: JSON

    var testDescription: String { call }

    static func all() throws -> [ResamplingNumbers] {
        let path = checkoutFolder() + "/Tests/PassesTests/Goldens/resampling-numbers.json"
        return (try JSON(parsing: try readBytes(path)).array ?? []).map { members in
            ResamplingNumbers(
                call: members["call"]?.string ?? "", shape: (members["shape"]?.array ?? []).compactMap(\.integer),
                members: members)
        }
    }

    func tensor(_ key: String, _ shape: [Int]) -> Tensor {
        Tensor(shape: shape, values: (members[key]?.array ?? []).compactMap(\.number))
    }
}

/// Operators that resize maps, or cut and fill them, have PyTorch's values and gradients.
@Suite struct ResamplingNumberTests {
    @Test(arguments: try ResamplingNumbers.all())
    func arePyTorchs(_ reference: ResamplingNumbers) throws {
        let graph = try compiled("graph t() {\n  input x: [3, 5, 4]\n  output y = \(reference.call)\n}\n")
        let differentiated = try differentiate(graph, withRespectTo: ["x"])
        let cotangent = (1...reference.shape.reduce(1, *)).map(Double.init)
        let results = try interpret(
            differentiated, batch: 1,
            values: [
                "x": reference.tensor("x", [1, 3, 5, 4]),
                "cotangent.y": Tensor(shape: reference.shape, values: cotangent),
            ])
        let y = results[try #require(differentiated.outputs.first).node.index]
        let value = mismatch("y", expected: reference.tensor("y", reference.shape), found: y, tolerance: 1e-12)
        #expect(value == nil)
        let dx = results[try #require(differentiated.gradients.first).gradient.index]
        let gradient = mismatch("dx", expected: reference.tensor("dx", [1, 3, 5, 4]), found: dx, tolerance: 1e-12)
        #expect(gradient == nil)
    }
}
