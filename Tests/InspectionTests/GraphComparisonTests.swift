import GraphIR
import Inspection
import MemoryPlanning
import Passes
import Programs
import TestSupport
import Testing

@Suite struct GraphComparisonTests {
    private func comparison(_ before: String, _ after: String, _ kind: PlanKind = .train) throws -> GraphComparison {
        let stages = try dumps(try bundled("unet-small.graph", width: 2, size: 8), kind)
        let first = try #require(stages.first { $0.stage == before })
        let second = try #require(stages.first { $0.stage == after })
        return try #require(GraphComparison(first, second))
    }

    private func entry(_ name: String, _ comparison: GraphComparison) throws -> GraphComparison.Entry {
        try #require(comparison.entries.first { $0.name == name }, "no \(name)")
    }

    @Test func aStageIsLikeItself() throws {
        let same = try comparison("fused", "fused")
        #expect(same.entries.allSatisfy { $0.mark == nil })
        #expect(same.text.split(separator: "\n").count == 1)
    }

    @Test func differentiationAdds() throws {
        let comparison = try comparison("graph", "backward")
        #expect(Set(comparison.entries.compactMap(\.mark)) == [.added])
        #expect(try entry("grad.enc1.conv1.weight", comparison).mark == .added)
        #expect(try entry("enc1.conv1", comparison).mark == nil)
    }

    @Test func fusionAbsorbsAndChanges() throws {
        let comparison = try comparison("backward", "fused")
        let conv = try entry("enc1.conv1.conv", comparison)
        #expect(conv.mark == .absorbed && conv.absorbedInto == "enc1.conv1")
        let relu = try entry("enc1.conv1", comparison)
        #expect(relu.mark == .changed)
        #expect(relu.before == "enc1.conv1 = relu(enc1.conv1.conv) : [N, 2, 8, 8]")
        #expect(
            relu.after
                == "enc1.conv1 = conv(image, enc1.conv1.weight, enc1.conv1.bias) then relu : [N, 2, 8, 8]")
        // Through the sum that reads it, which has been absorbed as well.
        let unpool = try entry("d_enc1.conv2.from_pool1", comparison)
        #expect(unpool.absorbedInto == "d_enc1.conv2.conv", "\(unpool)")
        #expect(try goldenMismatch("unet-small-backward-fused.text", comparison.text) == nil)
    }

    @Test func inferenceRemovesTheLoss() throws {
        let comparison = try comparison("graph", "fused", .infer)
        #expect(try entry("loss.dice_loss", comparison).mark == .removed)
        #expect(try entry("mask", comparison).mark == .removed)
    }

    @Test func planningLeavesOutWhatIsInPlace() throws {
        let comparison = try comparison("program", "planned")
        let joined = try entry("dec1.joined", comparison)
        #expect(joined.mark == .changed && joined.after?.hasSuffix(", in place") == true, "\(joined)")
    }

    @Test func layoutsAreChanges() throws {
        let program = try runPipeline(try SampleGraph.smallUNet(), for: .train).program
        var blocked = program
        let conv = try #require(program.steps.first)
        blocked.setLayout(.blocked(8), of: conv)
        let comparison = try #require(GraphComparison(.program(program), .program(blocked)))
        #expect(comparison.entries.filter { $0.mark != nil }.map(\.name) == [program.graph[conv].name])
    }

    @Test func picturesShowAllNodesOfBoth() throws {
        let comparison = try comparison("backward", "fused")
        let picture = comparison.picture
        #expect(picture.nodes.count == comparison.entries.count)
        #expect(Set(picture.nodes.map(\.key)).count == picture.nodes.count)
        #expect(picture.edges.allSatisfy { $0.from < $0.to })
        let svg = picture.withoutParameters.svg()
        #expect(svg.contains("box forward absorbed") && svg.contains("box forward changed"))
    }
}
