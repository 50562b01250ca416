import GraphIR
import Passes
import TestSupport
import Testing

/// The graph at another size is the graph that the same text gives at that size.
@Suite struct ResizeInputTests {
    private func elaborated(_ net: BundledNet, growing: Int) throws -> Graph {
        let sides = ["size", "rows", "columns"]
        let overrides = net.overrides.map { name, value in
            (name: name, value: sides.contains(name) ? "\((Int(value) ?? 0) + growing)" : value)
        }
        return try compiled(try net.text(), overrides)
    }

    /// Those that look at a map as a whole aside.
    @Test(arguments: BundledNet.all.filter { !["lraspp-mobilenet", "resunet"].contains($0.name) })
    func isWhatTheTextMeansAtThatSize(_ net: BundledNet) throws {
        let small = inferenceGraph(try elaborated(net, growing: 0))
        let step = try small.sizeStep()
        #expect(step.height == step.width && [4, 8, 16, 32].contains(step.height))
        let growth = 3 * step.height
        let own = try #require(small.inputExtent)
        let large = try resizeInput(small, to: Extent(own.height + growth, own.width + growth))
        #expect(large == inferenceGraph(try elaborated(net, growing: growth)))
        #expect(try resizeInput(small, to: own) == small)
    }

    /// Differences between maps, which `sizes: crop` and `sizes: pad` even out, stay as they are.
    @Test(arguments: ["crop", "pad"])
    func sizesThatDoNotDivide(_ rule: String) throws {
        let text = """
            graph odd(size = 22, sizes: \(rule)) {
              input image: [3, size, size]
              a = conv(image, 4, kernel: 3, padding: 1)
              b = conv(max_pool(a, kernel: 2), 4, kernel: 3)
              c = conv_transpose(b, 4, kernel: 2, stride: 2)
              d = conv(concat(a, c), 4, kernel: 1)
              output out = d
            }
            """
        let small = inferenceGraph(try compiled(text))
        let large = try resizeInput(small, to: Extent(22 + 6, 22 + 6))
        #expect(large == inferenceGraph(try compiled(text, [("size", "28")])))
    }

    /// Maps that are resized like others keep their ratios, up and down; borders in numbers stay as they are.
    @Test func mapsLikeOthers() throws {
        let text = """
            graph like(size = 24) {
              input image: [3, size, size]
              a = max_pool(conv(image, 4, kernel: 3, padding: same), kernel: 2)
              b = resize(max_pool(a, kernel: 2), like: a, mode: bilinear)
              c = resize(a, like: max_pool(image, kernel: 4))
              d = crop(pad(image, top: 2, left: 3, mode: reflect), bottom: 2, right: 3)
              e = pad(slice(concat(a, b), channels: [2, 5]), channels: [0, 1])
              output out = concat(d, resize(concat(e, resize(c, like: a)), like: image))
            }
            """
        let small = inferenceGraph(try compiled(text))
        #expect(try small.sizeStep() == Extent(4))
        #expect(try resizeInput(small, to: Extent(36)) == inferenceGraph(try compiled(text, [("size", "36")])))
    }

    private static let refusals = [
        ("a = group_norm(image, groups: 1)", "normalises by the moments of a whole map"),
        ("a = image * global_avg_pool(image)", "looks at a map as a whole"),
        ("a = image + global_max_pool(image)", "looks at a map as a whole"),
        ("a = upsample_bilinear(avg_pool(image, kernel: 2), scale: 2, align_corners: true)", "aligns the corners"),
        ("a = resize(avg_pool(image, kernel: 2), size: 8)", "a size in numbers"),
        (
            "a = resize(avg_pool(image, kernel: 2), like: image, mode: bilinear, align_corners: true)",
            "aligns the corners"
        ),
        ("a = resize(conv(image, 4, kernel: 3), like: image)", "no output has a value for each pixel"),
        ("p = max_pool(image, kernel: 2)\n  c = crop(image, like: p)\n  a = concat(p, c)", "do not grow alike"),
        ("a = max_pool(image, kernel: 2)", "no output has a value for each pixel"),
    ]

    @Test(arguments: refusals)
    func whatDependsOnTheSizeIsRefused(_ statements: String, _ reason: String) throws {
        let text = "graph g() {\n  input image: [4, 8, 8]\n  \(statements)\n  output out = a\n}\n"
        let graph = inferenceGraph(try compiled(text))
        let error = #expect(throws: SpatialError.self) { try resizeInput(graph, to: Extent(16, 16)) }
        #expect(error?.message.contains(reason) ?? false, "\(String(describing: error))")
    }

    @Test func sizesThatAreNoneAreRefused() throws {
        let net = try #require(BundledNet.all.first { $0.name == "unet" })
        let graph = inferenceGraph(try elaborated(net, growing: 0))
        for size in [Extent(40, 48), Extent(0, 16), Extent(48, 17)] {
            let error = #expect(throws: SpatialError.self) { try resizeInput(graph, to: size) }
            #expect(error?.message.contains("multiples of 16 x 16") ?? false, "\(String(describing: error))")
        }
    }

    @Test func outputsOfOtherScalesAreLeftOut() throws {
        let text = """
            graph deep() {
              input image: [4, 8, 8]
              a = conv(max_pool(image, kernel: 2), 4, kernel: 1)
              b = upsample_nearest(a, scale: 2)
              output side = a
              output out = b
            }
            """
        let graph = try resizeInput(inferenceGraph(try compiled(text)), to: Extent(12, 20))
        #expect(graph.outputs.map(\.name) == ["out"])
        #expect(graph[graph.outputs[0].node].type == .batched([4, 12, 20]))
    }
}
