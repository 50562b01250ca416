import Base
import Driver
import Strategy
import Passes
import TestSupport
import Testing

@testable import Inspection

/// What the page is told, beyond what a browser shows.
@Suite struct InspectionPageTests {
    @Test(arguments: [
        ("unet", PlanKind.train), ("attention-unet", .train), ("resunet", .gradients), ("unet-bn", .infer),
        ("autoencoder", .forward),
    ])
    func everyNodeHasAPlaceAndEveryStepANode(_ name: String, _ kind: PlanKind) throws {
        let net = try #require(BundledNet.all.first { $0.name == name })
        let path = try TestFolder.write(try net.text(), name: name + ".graph")
        let session = try Session(path: path, overrides: net.overrides)
        var options = CompileOptions(target: try .named("x86-64-v3"), batch: 2, jobs: 1)
        options.plans = [kind]
        let page = try Compilation(session, options).inspection(of: kind)
        let data = try JSON(parsing: page.data.text.utf8)
        let stages = try #require(data["stages"]?.array)
        #expect(stages.compactMap { $0["name"]?.string } == ["graph", "backward", "fused", "program", "planned"])
        let names = stages.map { Set($0["nodes"]?.array?.compactMap { $0["name"]?.string } ?? []) }
        for (stage, known) in zip(stages, names) {
            let nodes = try #require(stage["nodes"]?.array)
            #expect(known.count == nodes.count, "names are unique")
            for node in nodes {
                let name = node["name"]?.string ?? "?"
                #expect((node["box"] == nil) == (node["op"]?.string == "parameter"), "\(name)")
                // What computes it is in the plan: itself, or what has absorbed it.
                let maker = node["maker"]?.string ?? name
                let isLost = !names[4].contains(maker) && node["phase"]?.string != "leaves"
                let isGone = stage["name"]?.string != "planned"
                #expect(!isLost || isGone, "\(name) is computed by nothing in the plan")
            }
        }
        let steps = try #require(data["steps"]?.array)
        let code = try #require(try JSON(parsing: page.code.text.utf8).array)
        #expect(steps.count == page.lowered.steps.count && code.count == steps.count)
        for (step, text) in zip(steps, code) {
            #expect(names[4].contains(step["node"]?.string ?? "?"), "\(step)")
            guard let function = step["function"]?.string else {
                #expect(step["phase"]?.string == "update", "only updates have no kernel of their own: \(step)")
                continue
            }
            #expect(text.string?.contains("void \(function)(") == true, "\(function)")
            if let taken = step["taken"]?.string {
                let candidates = step["predicted"]?.array?.compactMap { $0.array?.first?.string } ?? []
                #expect(candidates.contains(taken), "\(step)")
            }
        }
        for box in try #require(data["arena"]?["boxes"]?.array).compactMap(\.array) {
            let name = (box[0].string ?? "?").replacing("scratch of ", with: "")
            #expect(names[4].contains(name), "the arena holds \(name)")
        }
    }
}
