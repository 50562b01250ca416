import KernelIR
import TestSupport
import Testing

@testable import Kernels

/// Winograd's matrices and the code of their transforms, without rounding.
@Suite struct WinogradMatricesTests {
    static let sizes = [(1, 3), (2, 2), (2, 3), (2, 5), (3, 2), (3, 3), (3, 4), (4, 3), (4, 4), (5, 3), (6, 3)]

    /// `Σ over points of A[y][p] · G[p][t] · B[p][d]` is 1 where input `d` meets tap `t` in output `y`, and 0 elsewhere:
    /// the algorithm computes the convolution of every input with every filter.
    @Test(arguments: sizes)
    func matricesComputeTheConvolution(outputs: Int, taps: Int) {
        let m = WinogradMatrices(outputs: outputs, taps: taps)
        #expect(m.points == outputs + taps - 1)
        for y in 0..<outputs {
            for tap in 0..<taps {
                for input in 0..<m.points {
                    let sum = (0..<m.points).reduce(Rational(0)) { sum, point in
                        sum + m.outputTransform[y][point] * m.filterTransform[point][tap]
                            * m.inputTransform[point][input]
                    }
                    #expect(sum == (input == y + tap ? 1 : 0), "output \(y), tap \(tap), input \(input)")
                }
            }
        }
    }

    /// The statements of a transform, with its shared sums, have the matrix's rows as results.
    @Test(arguments: sizes)
    func statementsComputeTheRows(outputs: Int, taps: Int) throws {
        let m = WinogradMatrices(outputs: outputs, taps: taps)
        let all = [m.inputTransform, m.outputTransform, m.filterTransform]
        for matrix in all + all.map(transposed) {
            let transform = LinearTransform(matrix: matrix, width: 1)
            let inputs = matrix[0].indices.map { Expression.variable("d\($0)", width: 1) }
            for column in matrix[0].indices {
                var machine = ExactMachine(constants: matrix.joined())
                for input in matrix[0].indices { machine.variables["d\(input)"] = input == column ? 1 : 0 }
                try machine.run(transform.statements(inputs, prefix: "t"))
                let results = try transform.results(prefix: "t").map { try machine.value($0) }
                #expect(results == matrix.map { $0[column] }, "column \(column)")
            }
        }
    }

    /// Pairs of rows at points p and −p share their sums: fewer operations than the rows one by one.
    @Test func symmetricPointsShareSums() {
        let matrix = WinogradMatrices(outputs: 4, taps: 3).inputTransform
        let inputs = matrix[0].indices.map { Expression.variable("d\($0)", width: 1) }
        let statements = LinearTransform(matrix: matrix, width: 1).statements(inputs, prefix: "t")
        let terms = matrix.joined().filter { !$0.isZero }.count
        let operations = statements.reduce(0) { count, statement in
            if case .declare(_, _, let value) = statement { count + value.operations } else { count }
        }
        #expect(operations < terms - matrix.count)
    }
}

/// Runs declarations over fractions.
private struct ExactMachine {
    struct Unexpected: Error { var what: String }

    var variables: [String: Rational] = [:]
    /// The fractions behind the constants' floating-point values.
    private var fractions: [Double: Rational] = [:]

    init(constants: some Sequence<Rational>) {
        for constant in constants {
            fractions[constant.value] = constant
            fractions[-constant.value] = -constant
        }
        fractions[0] = 0
    }

    mutating func run(_ statements: [Statement]) throws {
        for statement in statements {
            guard case .declare(let name, _, let expression) = statement else {
                throw Unexpected(what: "\(statement)")
            }
            variables[name] = try value(expression)
        }
    }

    func value(_ expression: Expression) throws -> Rational {
        switch expression {
        case .constant(let value):
            guard let fraction = fractions[value] else { throw Unexpected(what: "constant \(value)") }
            return fraction
        case .variable(let name, _):
            guard let value = variables[name] else { throw Unexpected(what: name) }
            return value
        case .unary(.negate, let a): return -(try value(a))
        case .binary(.add, let a, let b): return try value(a) + value(b)
        case .binary(.subtract, let a, let b): return try value(a) - value(b)
        case .binary(.multiply, let a, let b): return try value(a) * value(b)
        case .fusedMultiplyAdd(let a, let b, let c): return try value(a) * value(b) + value(c)
        default: throw Unexpected(what: "\(expression)")
        }
    }
}

extension Expression {
    /// Additions, subtractions and multiplications; a fused one counts once.
    fileprivate var operations: Int {
        switch self {
        case .unary(_, let a): 1 + a.operations
        case .binary(_, let a, let b): 1 + a.operations + b.operations
        case .fusedMultiplyAdd(let a, let b, let c): 1 + a.operations + b.operations + c.operations
        default: 0
        }
    }
}
