import GraphIR
import Passes
import TestSupport
import Testing

@testable import Inspection

@Suite struct ULayoutTests {
    /// All stages of all nets, each box with its name.
    @Test(arguments: BundledNet.all.map(\.name), [PlanKind.train, .infer])
    func boxesDoNotOverlapAndStayInside(_ name: String, _ kind: PlanKind) throws {
        let net = try #require(BundledNet.all.first { $0.name == name })
        let stages = try runPipeline(try compiled(try net.text(), net.overrides), for: kind)
        for stage in GraphStages.Stage.allCases {
            let graph = stages[stage]
            let layout = ULayout(graph)
            var boxes = graph.ids.compactMap { id in layout.frames[id.index].map { (name: graph[id].name, box: $0) } }
            let drawn = graph.ids.filter { if case .parameter = graph[$0].op { false } else { true } }
            #expect(boxes.count == drawn.count, "\(stage): all but the parameters are drawn")
            for (name, box) in boxes {
                let isInside = box.x >= 0 && box.y >= 0 && box.maxX <= layout.width && box.maxY <= layout.height
                #expect(isInside, "\(stage): \(name) at \(box)")
            }
            boxes.sort { $0.box.y < $1.box.y }
            for (index, (name, box)) in boxes.enumerated() {
                for (other, second) in boxes[(index + 1)...].prefix(while: { $0.box.y < box.maxY }) {
                    let isApart = box.maxX <= second.x || second.maxX <= box.x
                    #expect(isApart, "\(stage): \(name) covers \(other)")
                }
            }
        }
    }

    @Test func aNetIsAUAndItsTrainingAW() throws {
        let graph = try runPipeline(try bundled("unet.graph", width: 2, size: 32), for: .train).fused
        let layout = ULayout(graph)
        func box(_ name: String) throws -> Rectangle {
            try #require(graph.id(named: name).flatMap { layout.frames[$0.index] }, "\(name)")
        }
        // Down at the left, up at the right of it, and the same way back beside it.
        for (left, right) in [
            ("enc1_2", "dec1_1.concat"), ("dec1_1.concat", "d_dec1_1.concat"), ("d_dec1_1.concat", "d_enc1_2.conv"),
            ("pool4", "enc5_1"), ("enc5_1", "upsample4"), ("d_enc5_2.conv", "d_enc5_1.conv"),
        ] { #expect(try box(left).maxX < box(right).x, "\(left) is to the left of \(right)") }
        for (above, below) in [
            ("image", "enc1_1"), ("enc1_1", "enc1_2"), ("enc1_2", "pool1"), ("enc4_2", "enc5_1"),
            ("dec1_2", "dec1_1"), ("dec1_1", "upsample1"), ("upsample1", "dec2_2"), ("upsample4", "enc5_2"),
            ("d_loss", "d_dec1_3"), ("d_dec1_3", "d_upsample1"), ("d_upsample1", "d_dec2_2.conv"),
            ("d_enc1_1.conv", "d_enc1_2.conv"), ("d_enc1_2.conv", "d_pool1"), ("d_pool1", "d_enc2_1.conv"),
        ] { #expect(try box(above).maxY <= box(below).y, "\(above) is above \(below)") }
        // What belongs to a box stands behind it in its row.
        for (name, notes) in [
            ("d_enc2_1.conv", ["grad.enc2_1.weight", "update.enc2_1.weight", "grad.enc2_1.bias", "update.enc2_1.bias"])
        ] {
            let row = try box(name)
            for note in try notes.map(box) { #expect(note.x > row.maxX && note.y >= row.y && note.maxY <= row.maxY) }
        }
        #expect(layout.bands.map(\.label) == ["32 × 32", "16 × 16", "8 × 8", "4 × 4", "2 × 2"])
    }
}
