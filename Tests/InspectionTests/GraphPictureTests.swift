import GraphIR
import Inspection
import Passes
import Programs
import TestSupport
import Testing

@Suite struct GraphPictureTests {
    @Test func dotShowsEveryNodeAndEdge() throws {
        let graph = try SampleGraph.everything()
        let lines = GraphPicture(graph).dot.split(separator: "\n")
        #expect(lines.filter { $0.contains("[label=") }.count == graph.nodes.count)
        #expect(lines.filter { $0.contains(" -> ") }.count == graph.nodes.reduce(0) { $0 + $1.operands.count })
        for cluster in ["leaves", "forward", "backward", "update"] {
            #expect(lines.contains { $0.contains("subgraph cluster_\(cluster) ") }, "no cluster '\(cluster)'")
        }
        #expect(try goldenMismatch("small_unet.dot", GraphPicture(try SampleGraph.smallUNet()).dot) == nil)
    }

    @Test(arguments: BundledNet.all, [PlanKind.train, .infer])
    func layoutsPutBoxesApartAndReadersBelow(_ net: BundledNet, _ kind: PlanKind) throws {
        let graph = try runPipeline(try compiled(try net.text(), net.overrides), for: kind).program.graph
        let picture = GraphPicture(graph).withoutParameters
        let layout = GraphLayout(picture)
        for (index, box) in layout.boxes.enumerated() {
            #expect(box.x >= 0 && box.x + box.width <= layout.width && box.y + box.height <= layout.height)
            for (other, second) in layout.boxes[..<index].enumerated() where box.y == second.y {
                let gap = max(box.x, second.x) - min(box.x + box.width, second.x + second.width)
                #expect(gap > 4, "\(picture.nodes[index].name) and \(picture.nodes[other].name)")
            }
        }
        for (edge, route) in zip(picture.edges, layout.routes) {
            #expect(layout.boxes[edge.from].y < layout.boxes[edge.to].y)
            #expect(zip(route, route.dropFirst()).allSatisfy { $0.y <= $1.y })
        }
    }

    @Test(arguments: GraphLayout.Direction.allCases)
    func aUNetIsAU(_ direction: GraphLayout.Direction) throws {
        let picture = GraphPicture(try bundled("unet.graph", size: 32)).withoutParameters
        let layout = GraphLayout(picture, direction: direction)
        let middle = { (name: String) throws -> Double in
            let index = try #require(picture.nodes.firstIndex { $0.name == name })
            let box = layout.boxes[index]
            return direction == .down ? box.x + box.width / 2 : box.y + box.height / 2
        }
        let way = try ["enc1_2", "enc2_2", "enc3_2", "enc4_2", "enc5_2"].map(middle)
        #expect(zip(way, way.dropFirst()).allSatisfy { $0 + 30 < $1 }, "\(way)")
        let back = try ["dec4_2", "dec3_2", "dec2_2", "dec1_2"].map(middle)
        #expect(zip(back, back.dropFirst()).allSatisfy { $0 > $1 + 30 }, "\(back)")
    }

    @Test func neighboursAreThoseWithinTheRadius() throws {
        let picture = GraphPicture(try bundled("unet.graph"))
        let center = try #require(picture.nodes.firstIndex { $0.name == "pool1" })
        #expect(picture.around(center, radius: 0).nodes.map(\.name) == ["pool1"])
        #expect(picture.around(center, radius: 1).nodes.map(\.name) == ["enc1_2", "pool1", "enc2_1.conv"])
        let two = picture.around(center, radius: 2)
        let names = Set(two.nodes.map(\.name))
        #expect(names.isSuperset(of: ["enc1_2.conv", "dec1_1.concat", "enc2_1", "enc2_1.weight"]), "\(names.sorted())")
        #expect(two.edges.allSatisfy { two.nodes.indices.contains($0.from) && $0.from < $0.to })
    }

    @Test func parametersStandInTheDetailOfTheirReaders() throws {
        let picture = GraphPicture(try bundled("unet.graph")).withoutParameters
        #expect(picture.nodes.allSatisfy { !$0.isParameter })
        let conv = try #require(picture.nodes.first { $0.name == "enc1_1.conv" })
        #expect(conv.detail.contains("reads enc1_1.weight [2, 3, 3, 3]"), "\(conv.detail)")
    }

    @Test func drawingsAreTheSameEachTimeAndEscapeNames() throws {
        var graph = try SampleGraph.smallUNet()
        graph[NodeID(0)].name = "a<b>&\"\u{7}"
        let svg = GraphPicture(graph).svg()
        #expect(svg == GraphPicture(graph).svg())
        #expect(svg.contains("a&lt;b&gt;&amp;\" </text>"))
        #expect(GraphPicture(Graph(name: "empty")).svg().hasSuffix("</svg>\n"))
    }
}
