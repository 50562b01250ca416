import Diagnostics
import GraphDSL
import Testing

/// Graphs that are wrong for the values of their parameters alone: said once, with values that would do.
@Suite struct ParameterFaultTests {
    /// Two levels, so that sizes divide by 4.
    private static let net = """
        graph t(width = 4, rows = 16, columns = 16) {
          input image: [3, rows, columns]
          enc1 = relu(conv(image, width, kernel: 3, padding: same))
          enc2 = relu(conv(max_pool(enc1, kernel: 2), 2 * width, kernel: 3, padding: same))
          enc3 = relu(conv(max_pool(enc2, kernel: 2), 2 * width, kernel: 3, padding: same))
          up2 = conv_transpose(enc3, 2 * width, kernel: 2, stride: 2)
          dec2 = relu(conv(concat(up2, enc2), width, kernel: 3, padding: same))
          up1 = conv_transpose(dec2, width, kernel: 2, stride: 2)
          output logits = conv(concat(up1, enc1), 1, kernel: 1)
        }
        """

    private func findings(_ overrides: (name: String, value: String)..., text: String = net) -> [Diagnostic] {
        compileGraph(text: text, fileName: "t.graph", overrides: overrides).diagnostics
    }

    @Test func sizesMustDivide() {
        expectFindings(
            """
            graph t(size = 37) {
              input image: [3, size, 16]
            //                 ^error: "size" is 37, expected a multiple of 4, by which the net divides it on its way down
              low = max_pool(max_pool(image, kernel: 2), kernel: 2)
              output y = concat(upsample_nearest(low, scale: 4), image)
            //           ^note: "concat" needs feature maps of one height and width: the result of "upsample_nearest" is [N, 3, 36, 16], "image" is [N, 3, 37, 16]
            }
            """)
    }

    @Test func multiplesNearAreNamed() throws {
        let found = findings(("rows", "37"))
        try #require(found.count == 1, "\(found)")
        #expect(found[0].message.hasPrefix("\"rows\" is 37, expected a multiple of 4"))
        #expect(found[0].hint == "-D rows=36 or -D rows=40, or \"sizes: pad\" in the graph's header")
        #expect(found[0].notes.count == 1)
        let both = findings(("rows", "37"), ("columns", "18"))
        try #require(both.count == 1)
        #expect(
            both[0].hint
                == "-D rows=36 -D columns=16 or -D rows=40 -D columns=20, or \"sizes: pad\" in the graph's header")
        // Below 4 there is no multiple.
        #expect(findings(("rows", "3")).first?.hint == "-D rows=4")
    }

    /// What is proposed compiles.
    @Test(arguments: ["36", "40"])
    func proposalsAreRight(rows: String) { #expect(findings(("rows", rows)).isEmpty) }

    @Test func aValueOfTheCommandLineIsOneMistake() throws {
        let found = findings(("rows", "32"), ("width", "0"))
        try #require(found.count == 1, "\(found)")
        #expect(found[0].message == "\"channels\" of \"conv\" must be at least 1, found 0")
        #expect(found[0].hint == "-D width=0 makes it so; with the graph's own 4 it is fine")
        let several = findings(("rows", "0"), ("width", "0"))
        try #require(several.count == 1, "\(several)")
        #expect(several[0].hint == "the values of -D make it so; with the graph's own it is fine")
    }

    /// A text that is wrong by itself is told in full, whatever the command line says.
    @Test func otherMistakesAreAllTold() {
        let text = Self.net.replacing("relu(conv(image", with: "rellu(conv(image").replacing("1, kernel: 1", with: "1")
        #expect(findings(("width", "0"), text: text).count > 1)
        #expect(findings(("widht", "8")).map(\.range) == [nil])
    }
}
