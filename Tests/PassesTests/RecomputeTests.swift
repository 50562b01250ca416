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
    private static func changed(_ program: Program, seed: UInt64, count: Int) -> Program {
        var program = program
        for number in 0..<UInt64(count) {
            let changed = change(program, ProgramOutline(program), seed: 100 * seed + number)
            if let changed { program = Program(program, changed) }
        }
        return program
    }

    /// A change that makes sense, drawn from a seed; nil where none was found.
    private static func change(_ program: Program, _ outline: ProgramOutline, seed: UInt64) -> ChangedOutline? {
        var random = SplitMix64(seed: seed)
        let graph = program.graph
        let readers = outline.readerPositions(outline.users())
        for _ in 0..<20 {
            let id = NodeID(Int(random.next() % UInt64(graph.nodes.count)))
            let node = graph[id]
            guard !node.op.isLeaf, !node.op.isEffect, node.type.isBatched, let last = readers[id.index].last,
                last > outline.position(of: id)
            else { continue }
            if node.type.featureMap != nil, random.unit() < 0.25 {
                return outline.movingOut(id, after: outline.position(of: id))
            }
            let place = readers[id.index][Int(random.next() % UInt64(readers[id.index].count))]
            guard place > outline.position(of: id) else { continue }
            return outline.makingAgain(id, before: place, depth: Int(random.next() % 4), readers)
        }
        return nil
    }

    @Test(arguments: NamedGraph.nets + NamedGraph.random)
    func valuesStayAsTheyAre(_ net: NamedGraph) throws {
        let original = try Self.fused(try net.build())
        for seed in 0..<3 as Range<UInt64> {
            let again = Self.changed(original, seed: seed, count: 6)
            #expect(verify(again.graph) == [])
            #expect(Set(again.steps).count == again.steps.count)
            #expect(again.steps == Program(again.graph).steps, "the outline finds the graph's order")
            #expect(try Program(parsing: again.text) == again)
            // The same operations on the same numbers, so not only nearly.
            #expect(try resultMismatch(original.graph, again.graph, tolerance: 0) == nil, "seed \(seed)")
        }
    }

    /// Searches measure the outline of what they would make, without making it.
    @Test(arguments: NamedGraph.nets + NamedGraph.random)
    func aChangedOutlineIsThatOfTheChangedProgram(_ net: NamedGraph) throws {
        var program = try Self.fused(try net.build())
        var outline = ProgramOutline(program)
        for seed in 0..<8 as Range<UInt64> {
            guard let changed = Self.change(program, outline, seed: seed) else { continue }
            program = Program(program, changed)
            outline = changed.outline
            let found = ProgramOutline(program)
            #expect(found.steps == changed.outline.steps)
            #expect(found.results == changed.outline.results)
            for id in program.graph.ids {
                #expect(found.operands(of: id) == changed.outline.operands(of: id))
                #expect(found.entry(id) == changed.outline.entry(id), "\(program.graph[id].name)")
            }
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
        let outline = ProgramOutline(again)
        let all = outline.readerPositions(outline.users())
        let readers = all[a.index]
        #expect(readers.count > 1, "the forward pass and the backward pass read it")
        let last = try #require(readers.last)
        let name = again.graph[last].name
        let changed = outline.makingAgain(a, before: last, depth: 3, all)
        #expect(changed.cost.again == [a])
        again = Program(again, changed)
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
        let outline = ProgramOutline(again)
        let readers = outline.readerPositions(outline.users())
        let last = try #require(readers[concat.index].last)
        let changed = outline.makingAgain(concat, before: last, depth: 1, readers)
        again = Program(again, changed)
        #expect(changed.cost.again.map { original.graph[$0].name } == ["up", original.graph[concat].name])
        #expect(verify(again.graph) == [])
        let clone = try #require(again.graph.ids { $0 == .concat }.last)
        #expect(again.graph[clone].inputs.map { again.graph[$0].name } == ["up.again", "a.copy2"])
        #expect(try resultMismatch(original.graph, again.graph, tolerance: 0) == nil)
    }
}

extension ProgramOutline {
    fileprivate func operands(of id: NodeID) -> [Operand] { operandRange(id).map { operands[$0] } }

    /// Where its operands lie in the list of all does not matter, nor which number a type has.
    fileprivate func entry(_ id: NodeID) -> Entry {
        var entry = entries[id.index]
        (entry.firstOperand, entry.type) = (0, 0)
        return entry
    }
}
