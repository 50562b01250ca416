import GraphIR
import Inspection
import MemoryPlanning
import Passes
import Programs
import TestSupport
import Testing

@Suite struct ArenaPictureTests {
    @Test(arguments: ["unet-small.graph", "unet.graph"], [PlanKind.train, .infer])
    func boxesAreTheArenasBuffers(_ name: String, _ kind: PlanKind) throws {
        let plan = try planned(try bundled(name), kind)
        let picture = ArenaPicture(PlanListing(name: kind.rawValue, plan: plan))
        let buffers = plan.buffers.filter { $0.region == .arena }
        #expect(picture.boxes.map(\.bytes) == buffers.map { $0.offset..<$0.offset + $0.bytes })
        let rows = PlanRows(PlanListing(name: kind.rawValue, plan: plan))
        #expect(picture.boxes.map(\.steps) == buffers.map(rows.rows))
        #expect(picture.steps.map(\.name) == plan.steps.map { plan.program.graph[$0].name })
        #expect(picture.lowerBoundBytes == plan.report.lowerBoundBytes)
        let peak = try #require(picture.peakStep)
        #expect(picture.steps[peak].name == plan.report.peakStep)
        #expect(picture.steps[peak].aliveBytes == picture.lowerBoundBytes)
    }

    @Test func whatIsInUseIsPartOfWhatIsAlive() throws {
        let picture = ArenaPicture(PlanListing(name: "train", plan: try planned(try bundled("unet-small.graph"))))
        #expect(picture.steps.allSatisfy { 0 < $0.usedBytes && $0.usedBytes <= $0.aliveBytes })
        // While the map from the way down waits for the other half of the concat.
        #expect(picture.steps.contains { $0.usedBytes < $0.aliveBytes })
        let naive = ArenaPicture(
            PlanListing(name: "train", plan: try planned(try bundled("unet-small.graph"), strategy: .naive)))
        #expect(naive.steps.allSatisfy { $0.usedBytes == $0.aliveBytes })
    }

    @Test func boxesDoNotOverlap() throws {
        let boxes = ArenaPicture(PlanListing(name: "train", plan: try planned(try bundled("unet-small.graph")))).boxes
        for (index, box) in boxes.enumerated() {
            for other in boxes[..<index] where box.steps.overlaps(other.steps) {
                #expect(!box.bytes.overlaps(other.bytes), "\(box.name) and \(other.name)")
            }
        }
    }

    @Test func valuesOfAConcatLieSideBySideInIt() throws {
        let boxes = ArenaPicture(PlanListing(name: "train", plan: try planned(try bundled("unet-small.graph")))).boxes
        let joined = try #require(boxes.first { $0.name == "dec1.joined" }, "\(boxes.map(\.name))")
        let parts = joined.parts.map(\.name)
        #expect(parts.contains("enc1.conv2") && parts.contains("dec1.upsample"), "\(parts)")
        let skip = try #require(joined.parts.first { $0.name == "enc1.conv2" })
        let below = try #require(joined.parts.first { $0.name == "dec1.upsample" })
        #expect(below.bytes.lowerBound == joined.bytes.lowerBound && below.bytes.upperBound == skip.bytes.lowerBound)
        #expect(skip.bytes.upperBound == joined.bytes.upperBound)
        #expect(skip.steps.lowerBound < below.steps.lowerBound)
        for part in joined.parts {
            #expect(joined.steps.contains(part.steps.lowerBound) && joined.steps.contains(part.steps.upperBound))
        }
    }

    @Test func theDrawingHasABoxForEachAndEndsWhatItBegins() throws {
        let picture = ArenaPicture(PlanListing(name: "train", plan: try planned(try bundled("unet-small.graph"))))
        let svg = picture.svg
        let shapes = picture.boxes.reduce(0) { $0 + max(1, $1.parts.filter { !$0.bytes.isEmpty }.count) }
        #expect(
            svg.split(separator: "\n").filter { $0.hasPrefix("<rect class=\"box ") && $0.contains("<title>") }.count
                == shapes)
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
        #expect(svg.utf8.count < 60_000, "\(svg.utf8.count) bytes")
        #expect(
            try goldenMismatch(
                "unet-small-arena.svg",
                ArenaPicture(PlanListing(name: "infer", plan: try planned(try bundled("unet-small.graph"), .infer))).svg
            ) == nil)
    }

    @Test func namesOfAnyCharactersStayText() throws {
        var graph = try SampleGraph.smallUNet()
        graph.name = "<&\u{1}>\"\n"
        let svg = ArenaPicture(PlanListing(name: "train", plan: try planned(graph))).svg
        #expect(svg.contains("&lt;&amp; &gt;\"&#10;, plan train"), "\(svg.prefix(300))")
    }

    @Test func anEmptyPlanIsADrawing() throws {
        let plan = planMemory(
            Program(Graph(name: "empty")), options: PlanningOptions(batchCapacity: 1))
        let picture = ArenaPicture(PlanListing(name: "infer", plan: plan))
        #expect(picture.peakStep == nil && picture.boxes.isEmpty)
        #expect(picture.svg.hasSuffix("</svg>\n"))
    }
}
