import GraphIR
import Passes
import Programs
import TestSupport
import Testing

@Suite struct DeferredGradientsTests {
    /// A training graph as it is when gradients are chosen.
    private static func training() throws -> Program {
        try runPipeline(try bundled("unet.graph", width: 2, size: 32), for: .train).program
    }

    private static func updates(_ graph: Graph) -> [String] {
        graph.nodes.filter { $0.op == .update }.map(\.name).sorted()
    }

    @Test func whatIsLeftAndWhatWaitsAreTheWholeStep() throws {
        let program = try Self.training()
        let deferred = try #require(DeferredGradients(of: program.graph, batch: 4))
        let left = deferred.left(of: program)
        let atTheEnd = deferred.graph(from: program.graph)
        #expect(verify(left.graph) == [])
        #expect(verify(atTheEnd) == [])
        #expect(left.steps.count < program.steps.count)
        #expect(
            (Self.updates(left.graph) + Self.updates(atTheEnd)).sorted() == Self.updates(program.graph))
        // Both lay out all parameters alike.
        let parameters = program.graph.parameters.map { program.graph[$0].name }
        #expect(left.graph.parameters.map { left.graph[$0].name } == parameters)
        #expect(atTheEnd.parameters.map { atTheEnd[$0].name } == parameters)
        // Everything that is kept is still made.
        for name in deferred.kept { #expect(left.graph.id(named: name) != nil, "\(name)") }
        for name in deferred.gradients { #expect(left.graph.id(named: name) == nil, "\(name)") }
    }

    /// The deepest maps are small beside their weights. With more samples less is worth keeping.
    @Test func theDeepestWaitFirst() throws {
        let graph = try Self.training().graph
        var before: [String]?
        for batch in [1, 4, 16, 64, 256] {
            let found = DeferredGradients(of: graph, batch: batch)
            if let found { #expect(batch * found.sampleBytes < found.sumBytes) }
            let names = found?.gradients ?? []
            if let before { #expect(names.allSatisfy(before.contains), "\(names) of \(before)") }
            before = names
        }
        let deep = try #require(DeferredGradients(of: graph, batch: 16)).gradients
        #expect(deep.contains("grad.enc5_1.weight") && deep.contains("grad.enc5_2.weight"), "\(deep)")
        #expect(!deep.contains("grad.enc1_2.weight") && !deep.contains("grad.dec1_1.weight"), "\(deep)")
        #expect(DeferredGradients(of: graph, batch: 1 << 20) == nil)
    }

    /// Of a map that nobody else needs, and of a picture, nothing is kept.
    @Test func onlyWhatIsMadeAnywayIsKept() throws {
        let graph = try compiled(
            """
            graph net() {
              input x: [8, 1, 1]
              target t: [1, 1, 1]
              a = conv(x, 64, kernel: 1)
              output y = conv(a, 1, kernel: 1)
              loss mse(y, t)
            }
            """)
        let program = try runPipeline(graph, for: .train).program
        let gradients = DeferredGradients(of: program.graph, batch: 1)?.gradients ?? []
        // The gradient of `a` serves its weights alone, and its weights read the input.
        #expect(!gradients.contains("grad.a.weight"), "\(gradients)")
    }
}
