import GraphIR
import Testing

/// What `sizes:` in a graph's header does with maps that are joined.
@Suite struct FittingSizesTests {
    private func text(_ header: String, _ rows: Int, _ columns: Int) -> String {
        """
        graph t(\(header)) {
            input image: [3, \(rows), \(columns)]; target mask: [1, \(rows), \(columns)]
            enc1 = relu(conv(image, 4, kernel: 3, padding: 1))
            enc2 = relu(conv(max_pool(enc1, kernel: 2), 8, kernel: 3, padding: 1))
            low = relu(conv(max_pool(enc2, kernel: 2), 8, kernel: 3, padding: 1))
            up2 = conv_transpose(low, 8, kernel: 2, stride: 2)
            dec2 = conv(concat(up2, enc2), 4, kernel: 3, padding: 1)
            up1 = conv_transpose(dec2, 4, kernel: 2, stride: 2)
            sum = up1 + enc1
            output logits = conv(sum, 1, kernel: 1)
            loss bce_with_logits(logits, \(header.contains("crop") ? "crop(mask, like: logits)" : "mask"))
        }
        """
    }

    private func inserted(_ graph: Graph) -> [(name: String, type: TensorType)] {
        graph.nodes.filter { $0.origin.derivation?.hasPrefix("inserted by sizes: ") == true }.map { ($0.name, $0.type) }
    }

    @Test(arguments: [(37, 45), (21, 32), (5, 6), (64, 64)])
    func padded(rows: Int, columns: Int) throws {
        let graph = try compiled(text("sizes: pad", rows, columns))
        #expect(verify(graph) == [])
        #expect(graph.outputs.map { graph[$0.node].type } == [.batched([1, rows, columns])])
        let isEven = rows % 4 == 0 && columns % 4 == 0
        #expect(inserted(graph).isEmpty == isEven)
        for (name, _) in inserted(graph) { #expect(["dec2.pad", "sum.pad"].contains(name)) }
    }

    /// 37 × 45 becomes 18 × 22 and 9 × 11, and on the way up 18 × 22 and 36 × 44.
    @Test func theDumpSaysSo() throws {
        let graph = try compiled(text("sizes: pad", 37, 45))
        #expect(inserted(graph).map(\.name) == ["sum.pad"])
        #expect(inserted(graph).map(\.type) == [.batched([4, 37, 45])])
        let line = try #require(graph.text.split(separator: "\n").first { $0.contains("sum.pad") })
        #expect(line.contains("inserted by sizes: pad"), "\(line)")
    }

    @Test func cropped() throws {
        let graph = try compiled(text("sizes: crop", 37, 45))
        #expect(inserted(graph).map(\.type) == [.batched([4, 36, 44])])
        #expect(graph.outputs.map { graph[$0.node].type } == [.batched([1, 36, 44])])
    }

    @Test(arguments: ["", "sizes: exact"])
    func withoutItTheErrorNamesBoth(header: String) {
        let found = actualFindings(in: text(header, 37, 45))
        let message = "needs feature maps of one shape: \"up1\" is [N, 4, 36, 44], \"enc1\" is [N, 4, 37, 45]"
        #expect(found.contains("9:11 error: \"add\" \(message)"), "\(found)")
        #expect(found.contains("8:5 note: \"up1\" is [N, 4, 36, 44]"))
        #expect(found.contains("3:5 note: \"enc1\" is [N, 4, 37, 45]"))
    }
}
