import Base
import GraphIR
import MemoryPlanning
import Programs
import TestSupport
import Testing

@Suite struct PlanListingTests {
    @Test(arguments: PlanCase.all)
    func readsBackWhatItPrints(_ example: PlanCase) throws {
        let listing = PlanListing(name: example.kind.rawValue, plan: try example.plan())
        let read = try PlanListing(parsing: listing.text)
        #expect(read.text == listing.text, "\(firstDifference(expected: listing.text, found: read.text))")
        #expect(read == listing)
        #expect(verifyPlan(read.plan) == [])
    }

    @Test func readsScratchAlgorithmsAndPreparedWeights() throws {
        var program = try planned(try SampleGraph.smallUNet(), .infer).program
        let convolutions = program.steps.filter { if case .conv = program.graph[$0].op { true } else { false } }
        program[convolutions[0]].scratchBytes = 100
        program[convolutions[1]].preparedBytes = 200
        let plan = planMemory(program, options: PlanningOptions(batchCapacity: 2))
        var listing = PlanListing(name: "a \"plan\"", plan: plan)
        listing.runs[0].algorithm = "\"quoted\" words"
        listing.runs[1].workspaceBytes = 4096
        let read = try PlanListing(parsing: listing.text)
        #expect(read == listing)
        #expect(read.plan.scratch[convolutions[0].index] != nil && read.plan.prepared[convolutions[1].index] != nil)
    }

    /// What is changed in a right listing, and the message.
    @Test(arguments: [
        ("plan infer {", "plan {", "expected the plan's name, found '{'"),
        ("  settings {batch: 3,", "  settings {batch: 0,", "expected 1 to 65536 for 'batch', found 0"),
        ("buffer 0 of", "buffer 1 of", "expected buffer 0, found buffer 1"),
        ("buffer 0 of %0", "buffer 0 of %999", "expected a node of the graph, found %999; it has 18 nodes"),
        (
            "region: arena", "region: moon",
            "expected one of arena, parameters, prepared, derived for 'region', found 'moon'"
        ),
        ("moments: [-1", "moments: [-2", "expected two moments in order, from -1 to"),
        ("offset: 0", "offset: -64", "expected 0 to 8796093022208 for 'offset', found -64"),
        ("  run %", "  run %0\n  run %", "%0 is there before the first step and cannot run"),
        (
            "[N, 3, 8, 8]", "[N, 4611686018427387904, 8, 8]",
            "the graph of this plan is not well formed: 'image' (%0) has the shape [N, 4611686018427387904, 8, 8]"
        ),
        (
            "[4, 3, 3, 3]", "[4, 3, 3, 4]", "the graph of this plan is not well formed: "
        ),
        (
            "  run %", "  jump %",
            "expected 'settings', 'sizes', 'proof', 'saved', 'buffer', 'value', 'run' or '}', found 'jump"
        ),
        (
            "    value %0", "    value %0 {start: 0, stride: 0}\n    value %0",
            "%0 has a place already; remove one of them"
        ),
    ])
    func errorsSayWhatWasExpected(_ part: String, _ change: String, _ message: String) throws {
        let text = PlanListing(name: "infer", plan: try planned(try SampleGraph.smallUNet(), .infer)).text
        try #require(text.contains(part), "\(part) is not in\n\(text)")
        let damaged = text.replacing(part, with: change, maxReplacements: 1)
        do {
            _ = try PlanListing(parsing: damaged)
            Issue.record("read what should not be read")
        } catch {
            #expect(error.message.hasPrefix(message), "\(error)")
        }
    }

    /// Well formed, but no batch of it can be held.
    @Test func valuesThatNothingCanHoldAreRefused() throws {
        let text = """
            graph g {
              %0 x = input : [N, 1048576, 1000, 1000]
              %1 y = relu(%0) : [N, 1048576, 1000, 1000]
              output y = %1
            }
            program {
              step %1
            }
            plan p {
              settings {batch: 65536, strategy: naive, alignment: 64}
              sizes {arena: 0, parameters: 0, prepared: 0, largest_prepared: 0, derived: 0}
              buffer 0 of %0 {region: arena, offset: 0, bytes: 0, moments: [-1, 1]}
                value %0 {start: 0, stride: 0}
            }
            """
        let error = #expect(throws: GraphTextError.self) { try PlanListing(parsing: text) }
        #expect(error?.line == 14, "\(error?.description ?? "")")
        #expect(error?.message.contains("takes 274877906944000000 bytes at batch 65536, expected at most") == true)
    }

    @Test func damagedTextNeverTraps() throws {
        let scalars = Array(
            PlanListing(name: "train", plan: try planned(try SampleGraph.smallUNet(), .train)).text.unicodeScalars)
        let start = scalars.count / 2
        var random = SplitMix64(seed: 3)
        for _ in 0..<200 {
            var damaged = scalars
            let place = Int.random(in: start..<damaged.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: damaged.remove(at: place)
            case 1: damaged[place] = Array("%{}[]:,-90 a\n".unicodeScalars).randomElement(using: &random) ?? "0"
            default: damaged.removeSubrange(place...)
            }
            guard let listing = try? PlanListing(parsing: String(String.UnicodeScalarView(damaged))) else { continue }
            _ = verifyPlan(listing.plan)
            #expect((try? PlanListing(parsing: listing.text)) == listing)
        }
    }

    /// A value each of whose operands is made of the one before twice: a walk over all ways to it would never end.
    @Test func verifyingTakesNoWayTwice() throws {
        var text = "graph g {\n  %0 w = parameter {kind: weight, fan_in: 1} : [16]\n"
        for index in 1...64 { text += "  %\(index) v\(index) = add(%\(index - 1), %\(index - 1)) : [16]\n" }
        text += "  output y = %64\n}\n"
        let graph = try Graph(parsing: text)
        let plan = planMemory(Program(graph), options: PlanningOptions(batchCapacity: 1))
        #expect(plan.derivedBytes > 0)
        #expect(verifyPlan(plan) == [])
        #expect(try PlanListing(parsing: PlanListing(name: "infer", plan: plan).text).plan == plan)
    }
}
