import GraphIR
import Passes
import TestSupport
import Testing

@Suite struct FuseCompanionsTests {
    /// Which nodes of the gradients' graph are made beside which.
    private func pairs(_ body: String, size: Int = 8) throws -> [String: String] {
        let graph = try compiled("graph g() {\ninput x: [3, \(size), \(size)]\n\(body)\n}\n")
        let fused = fuseCompanions(fuseElementwise(simplify(try differentiate(graph, withRespectTo: ["x"]))))
        #expect(verify(fused) == [])
        return Dictionary(
            uniqueKeysWithValues: fused.ids.compactMap { id in
                fused[id].host.map { (fused[id].name, fused[$0].name) }
            })
    }

    @Test func aPoolIsMadeBesideItsConvolutionAndABiasBesideItsWeight() throws {
        let found = try pairs(
            """
            a = relu(conv(x, 4, kernel: 3, padding: 1))
            b = max_pool(a, kernel: 2)
            output y = b
            """)
        #expect(found == ["b": "a", "grad.a.bias": "grad.a.weight"])
    }

    @Test(arguments: [
        ("windows of three", "max_pool(a, kernel: 3)"), ("windows that overlap", "max_pool(a, kernel: 2, stride: 1)"),
        ("padding", "max_pool(a, kernel: 2, padding: 1)"), ("a function behind it", "relu(max_pool(a, kernel: 2))"),
        ("a pool of something else", "max_pool(concat(a, a), kernel: 2)"),
    ])
    func otherPoolsAreSteps(_ why: String, _ pool: String) throws {
        let found = try pairs("a = conv(x, 4, kernel: 3, padding: 1, bias: false)\nb = \(pool)\noutput y = b")
        #expect(found == [:], "\(why)")
    }

    @Test func poolsOfOddMapsAreSteps() throws {
        let body = "a = conv(x, 4, kernel: 3, padding: 1, bias: false)\nb = max_pool(a, kernel: 2)\noutput y = b"
        #expect(try pairs(body, size: 7) == [:])
    }

    @Test func aHostMakesOneValueOfAKind() throws {
        let found = try pairs(
            """
            a = conv(x, 4, kernel: 3, padding: 1, bias: false)
            b = max_pool(a, kernel: 2)
            c = max_pool(a, kernel: 2)
            output y = concat(b, c)
            """)
        #expect(found == ["b": "a"])
    }

    /// Its weight gradient reads the map that the sum is over as its second operand.
    @Test func theBiasOfATransposedConvolutionIsAStep() throws {
        #expect(try pairs("a = conv_transpose(x, 4, kernel: 2, stride: 2)\noutput y = a") == [:])
    }

    @Test(arguments: NamedGraph.nets + NamedGraph.random)
    func nothingElseChanges(_ named: NamedGraph) throws {
        let graph = try differentiate(try named.build())
        var fused = fuseCompanions(graph)
        #expect(verify(fused) == [])
        for id in fused.ids { fused[id].host = nil }
        #expect(fused == graph)
    }
}
