import Base
import GraphIR
import Programs
import TestSupport
import Testing

@testable import Passes

@Suite struct RecomputeTests {
    /// A plan's graph as it is before it is ordered.
    private static func fused(_ graph: Graph) throws -> Program {
        try runPipeline(graph, for: .gradients).program
    }

    /// Applies some changes, drawn from a seed, wherever they make sense.
    private static func changed(_ graph: Program, seed: UInt64, count: Int) -> Program {
        var graph = graph
        var random = SplitMix64(seed: seed)
        var left = count
        for _ in 0..<20 * count where left > 0 {
            let readers = graph.readerPositions()
            let id = NodeID(Int(random.next() % UInt64(graph.graph.nodes.count)))
            let node = graph.graph[id]
            guard !node.op.isLeaf, !node.op.isEffect, node.type.isBatched, let last = readers[id.index].last,
                last > graph.position(of: id)
            else { continue }
            if node.type.featureMap != nil, random.unit() < 0.25 {
                _ = graph.moveOut(id, after: graph.position(of: id))
            } else {
                let place = readers[id.index][Int(random.next() % UInt64(readers[id.index].count))]
                guard place > graph.position(of: id) else { continue }
                _ = graph.makeAgain(id, before: place, depth: Int(random.next() % 4), readers)
            }
            left -= 1
        }
        return graph
    }

    @Test(arguments: NamedGraph.nets + NamedGraph.random)
    func valuesStayAsTheyAre(_ net: NamedGraph) throws {
        let original = try Self.fused(try net.build())
        for seed in 0..<3 as Range<UInt64> {
            let again = Self.changed(original, seed: seed, count: 6)
            #expect(verify(again.graph) == [])
            #expect(Set(again.steps).count == again.steps.count)
            #expect(try Program(parsing: again.text) == again)
            // The same operations on the same numbers, so not only nearly.
            #expect(try resultMismatch(original.graph, again.graph, tolerance: 0) == nil, "seed \(seed)")
        }
    }

    @Test func whatIsMadeAgainIsReadFromThereOn() throws {
        let graph = try compiled(
            """
            graph net() {
              input x: [4, 8, 8]
              target t: [4, 8, 8]
              a = relu(conv(x, 4, kernel: 3, padding: 1))
              b = relu(conv(a, 4, kernel: 3, padding: 1))
              output y = conv(b, 4, kernel: 1)
              loss mse(y, t)
            }
            """)
        var again = try Self.fused(graph)
        let a = try #require(again.graph.id(named: "a"))
        let all = again.readerPositions()
        let readers = all[a.index]
        #expect(readers.count > 1, "the forward pass and the backward pass read it")
        let last = try #require(readers.last)
        let name = again.graph[last].name
        let cost = again.makeAgain(a, before: last, depth: 3, all)
        #expect(cost.again == [a])
        let clone = try #require(again.graph.id(named: "a.again"))
        let reader = try #require(again.graph.id(named: name))
        #expect(again.graph[reader].operands.contains(clone))
        #expect(again[clone] == again[try #require(again.graph.id(named: "a"))])
        #expect(clone.index == reader.index - 1)
    }

    /// A map that a concat holds is copied out of it, and into the one that is made again.
    @Test func aConcatIsMadeAgainWithoutItsOldBuffer() throws {
        let graph = try compiled(
            """
            graph net() {
              input x: [4, 8, 8]
              target t: [4, 8, 8]
              a = relu(conv(x, 4, kernel: 3, padding: 1))
              b = relu(conv(max_pool(a, kernel: 2), 4, kernel: 3, padding: 1))
              up = conv_transpose(b, 4, kernel: 2, stride: 2)
              output y = conv(concat(up, a), 4, kernel: 3, padding: 1)
              loss mse(y, t)
            }
            """)
        let original = try Self.fused(graph)
        var again = original
        let concat = try #require(again.graph.ids { $0 == .concat }.first)
        let readers = again.readerPositions()
        let last = try #require(readers[concat.index].last)
        let cost = again.makeAgain(concat, before: last, depth: 1, readers)
        #expect(cost.again.map { original.graph[$0].name } == ["up", original.graph[concat].name])
        #expect(verify(again.graph) == [])
        let clone = try #require(again.graph.ids { $0 == .concat }.last)
        #expect(again.graph[clone].inputs.map { again.graph[$0].name } == ["up.again", "a.copy2"])
        #expect(try resultMismatch(original.graph, again.graph, tolerance: 0) == nil)
    }
}
