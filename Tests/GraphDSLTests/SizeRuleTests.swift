import GraphDSL
import GraphIR
import Testing

/// `sizes: pad` and `sizes: crop` in a graph's header.
@Suite struct SizeRuleTests {
    /// A U-Net of three levels, whose sizes meet again only where pooling halves them evenly.
    private static func unet(_ rule: String, height: Int, width: Int) -> String {
        """
        graph t(sizes: \(rule)) {
          input  image: [3, \(height), \(width)]
          target mask:  [1, \(height), \(width)]
          enc1 = relu(conv(image, 4, kernel: 3, padding: same))
          enc2 = relu(conv(max_pool(enc1, kernel: 2), 8, kernel: 3, padding: same))
          enc3 = relu(conv(max_pool(enc2, kernel: 2), 8, kernel: 3, padding: same))
          up2 = conv_transpose(enc3, 8, kernel: 2, stride: 2)
          dec2 = relu(conv(concat(up2, enc2), 8, kernel: 3, padding: same))
          up1 = conv_transpose(dec2, 4, kernel: 2, stride: 2)
          sum = up1 + enc1
          output logits = conv(sum, 1, kernel: 1)
          loss bce_with_logits(\(rule == "crop" ? "pad(logits, like: mask)" : "logits"), mask)
        }
        """
    }

    private func inserted(_ graph: Graph) -> [String] {
        graph.nodes.filter { $0.origin.derivation?.description.hasPrefix("inserted by sizes: ") == true }.map {
            "\($0.op.mnemonic) \($0.origin.location?.line ?? 0): \($0.type), \($0.origin.derivation?.description ?? "")"
        }
    }

    @Test func smallerMapsArePadded() throws {
        let graph = try compiled(Self.unet("pad", height: 37, width: 45))
        #expect(graph.outputs.map { graph[$0.node].type } == [.batched([1, 37, 45])])
        #expect(
            inserted(graph).map { $0.split(separator: ":", maxSplits: 1).last.map(String.init) ?? "" } == [
                " [N, 4, 37, 45], inserted by sizes: pad"
            ])
    }

    @Test func largerMapsAreCropped() throws {
        let graph = try compiled(Self.unet("crop", height: 37, width: 45))
        #expect(graph.outputs.map { graph[$0.node].type } == [.batched([1, 36, 44])])
        #expect(inserted(graph).count == 1 && inserted(graph)[0].hasSuffix(" [N, 4, 36, 44], inserted by sizes: crop"))
    }

    /// Each direction for itself: of the operands, one is the highest and another the widest.
    @Test(arguments: [
        ("pad", [9, 8], ["pad(a): [N, 1, 9, 8]", "pad(b): [N, 2, 9, 8]", "pad(c): [N, 3, 9, 8]"]),
        ("crop", [5, 3], ["crop(a): [N, 1, 5, 3]", "crop(b): [N, 2, 5, 3]", "crop(c): [N, 3, 5, 3]"]),
    ])
    func bothDirectionsMeet(rule: String, size: [Int], expected: [String]) throws {
        let graph = try compiled(
            """
            graph t(sizes: \(rule)) {
              input a: [1, 9, 3]
              input b: [2, 5, 8]
              input c: [3, 6, 4]
              output y = concat(a, b, c)
            }
            """)
        #expect(graph.outputs.map { graph[$0.node].type } == [.batched([6] + size)])
        let made = graph.nodes.filter { $0.origin.derivation == "inserted by sizes: \(rule)" }
        #expect(
            made.map { "\($0.op.mnemonic)(\(graph[$0.inputs[0]].name)): \($0.type)" } == expected)
        #expect(made.map { $0.origin.location?.line } == [5, 5, 5])
    }

    @Test(arguments: ["exact", "pad", "crop"])
    func mapsThatMeetAreLeftAlone(rule: String) throws {
        #expect(inserted(try compiled(Self.unet(rule, height: 16, width: 32))) == [])
    }

    /// Without a rule it is an error that names both maps and how to mend it.
    @Test func exactSizesMustMeet() throws {
        let text = Self.unet("exact", height: 37, width: 45)
        let diagnostics = compileGraph(text: text, fileName: "test.graph").diagnostics
        let found = try #require(diagnostics.first)
        #expect(diagnostics.count == 1)
        #expect(
            found.message == "\"add\" needs feature maps of one shape: \"up1\" is [N, 4, 36, 44], "
                + "\"enc1\" is [N, 4, 37, 45]")
        #expect(found.notes.map(\.message) == ["\"up1\" is [N, 4, 36, 44]", "\"enc1\" is [N, 4, 37, 45]"])
        #expect(found.hint?.hasPrefix("give the conv_transpose of \"up1\" output_padding: 1") == true)
    }
}
