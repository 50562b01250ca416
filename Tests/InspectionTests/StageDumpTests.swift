import Emission
import GraphDSL
import GraphIR
import Inspection
import Kernels
import MemoryPlanning
import Passes
import Programs
import TestSupport
import Testing

/// The stages of a graph's plan, without layouts and kernels.
func dumps(_ graph: Graph, _ kind: PlanKind = .train) throws -> [StageDump] {
    let result = try runPipeline(graph, for: kind)
    let graphs = GraphStages.Stage.allCases.map { StageDump.graph(result[$0], stage: $0.rawValue) }
    let listing = PlanListing(name: kind.rawValue, plan: try planned(graph, kind))
    return graphs + [.program(result.program), .planned(listing, lowered: nil)]
}

@Suite struct StageDumpTests {
    @Test(arguments: ["unet-small", "unet", "attention-unet", "resunet", "unet-bn", "unet-unpool"])
    func textsOfAllStagesReadBack(_ name: String) throws {
        let net = try #require(BundledNet.all.first { $0.name == name })
        for dump in try dumps(try compiled(try net.text(), net.overrides)) {
            let text = dump.text
            let read = try StageDump(parsing: text)
            #expect(read.text == text, "\(dump.stage): \(firstDifference(expected: text, found: read.text))")
            #expect(read.graph == dump.graph)
            #expect(read.program == dump.program)
        }
    }

    @Test(arguments: [
        ("graph g {\n}\nmore", "expected nothing behind the graph's '}' but a program, found 'more'"),
        ("graph g {\n}\nprogram {\n}\nmore", "expected nothing behind the program's '}' but a plan, found 'more'"),
    ])
    func whatFollowsMustBeTheNextStage(_ text: String, _ message: String) {
        let line = text.split(separator: "\n").count
        #expect(throws: GraphTextError(line: line, message)) { try StageDump(parsing: text) }
    }

    @Test func goldensOfASmallNet() throws {
        let stages = try dumps(try bundled("unet-small.graph", width: 2, size: 8), .infer)
        #expect(try goldenMismatch("unet-small.text", story(stages)) == nil)
        #expect(try goldenMismatch("unet-small-planned.json", stages[4].json) == nil)
        #expect(try goldenMismatch("unet-small-graph.svg", stages[0].picture.withoutParameters.svg()) == nil)
    }

    /// All stages one after the other.
    private func story(_ dumps: [StageDump]) -> String { dumps.map { "== \($0.stage)\n\($0.text)" }.joined() }

    @Test func goldensOfAHandMadeNet() throws {
        let text = """
            graph hand_made(width = 2) {
              input x: [1, 4, 4]
              target t: [1, 4, 4]
              a = sigmoid(conv(x, width, kernel: 3, padding: same))
              p = max_pool(a, kernel: 3, stride: 1, padding: 1)
              y = conv(concat(p, a), 1, kernel: 1)
              output map = y
              loss mse(y, t)
            }
            """
        let parsed = StageDump.parsed(parse(text: text, fileName: "hand_made.graph").syntax)
        let stages = [parsed] + (try dumps(try compiled(text)))
        #expect(try goldenMismatch("hand-made.text", story(stages)) == nil)
        #expect(try goldenMismatch("hand-made-parsed.json", parsed.json) == nil)
        #expect(try goldenMismatch("hand-made-parsed.dot", parsed.picture.dot) == nil)
        #expect(try goldenMismatch("hand-made-planned.dot", stages[5].picture.dot) == nil)
    }

    @Test func jsonIsReadableAndHoldsWhatTheGraphHolds() throws {
        let graph = try SampleGraph.everything()
        let json = try JSON(parsing: StageDump.graph(graph, stage: "graph").json.utf8)
        #expect(json["schema"]?.string == "unetc-dump" && json["version"]?.integer == StageDump.schemaVersion)
        let nodes = try #require(json["graph"]?["nodes"]?.array)
        #expect(nodes.map { $0["name"]?.string } == graph.nodes.map(\.name))
        #expect(nodes.map { $0["derivation"]?.string } == graph.nodes.map(\.origin.derivation?.description))
        #expect(nodes.map { ($0["inputs"]?.array ?? []).map(\.integer) } == graph.nodes.map { $0.inputs.map(\.index) })
        #expect(nodes.map { $0["host"]?.integer } == graph.nodes.map { $0.host?.index })
        #expect(json["graph"]?["loss"]?.integer == graph.loss?.index)
        #expect(json["graph"]?["training"]?["optimizer"]?.string == "sgd")
    }

    @Test func jsonOfAPlanHasItsPlaces() throws {
        let plan = try planned(try SampleGraph.smallUNet())
        let dump = StageDump.planned(PlanListing(name: "train", plan: plan), lowered: nil)
        let json = try JSON(parsing: dump.json.utf8)
        #expect(json["plan"]?["arena_bytes"]?.integer == plan.arenaBytes)
        let buffers = try #require(json["plan"]?["buffers"]?.array)
        #expect(buffers.map { $0["offset"]?.integer } == plan.buffers.map(\.offset))
        #expect(json["program"]?["steps"]?.array?.map { $0["node"]?.integer } == plan.program.steps.map(\.index))
        #expect(json["plan"]?["runs"]?.array?.map { $0["node"]?.integer } == plan.steps.map(\.index))
    }
}
