import GraphDSL
import Testing

@testable import Bundling

/// Which graphs can be fed pictures, and what comes of them.
@Suite struct PictureInterfaceTests {
    private func interface(_ body: String) throws -> PictureInterface {
        let (graph, diagnostics) = compileGraph(text: "graph net {\n\(body)\n}", fileName: "net.graph", overrides: [])
        return try PictureInterface(try #require(graph, "\(diagnostics)"))
    }

    /// What is read of the graph of such a text.
    struct Fit: Sendable, CustomTestStringConvertible {
        var body: String
        var task: PictureInterface.Task
        var output = "logits"
        var outputShape: [Int]
        var mask: [Int] = [8, 12]

        var testDescription: String { body }
    }

    private static let fits = [
        Fit(body: "input x: [3, 8, 12]\noutput logits = conv(x, 1, kernel: 1)", task: .mask, outputShape: [1, 8, 12]),
        Fit(
            body: "input x: [3, 8, 12]\noutput low = conv(x, 2, kernel: 1)\noutput logits = conv(x, 5, kernel: 1)",
            task: .classes(5), outputShape: [5, 8, 12]),
        Fit(
            body: """
                input x: [5, 8, 12]
                target m: [1, 8, 12]
                output deep = max_pool(slice(x, channels: [0, 1]), kernel: 2)
                output found = conv(x, 1, kernel: 1)
                loss bce_with_logits(found, m)
                """, task: .mask, output: "found", outputShape: [1, 8, 12]),
        Fit(
            body: """
                input x: [1, 8, 12]
                target m: classes[8, 12]
                output logits = conv(x, 4, kernel: 1)
                loss cross_entropy(logits, m)
                """, task: .classes(4), outputShape: [4, 8, 12]),
        Fit(
            body: """
                input x: [3, 8, 12]
                target m: [2, 8, 12]
                output logits = conv(x, 2, kernel: 1)
                loss bce_with_logits(logits, m)
                """, task: .labels(2), outputShape: [2, 8, 12]),
        Fit(
            body: """
                input x: [3, 8, 12]
                target m: [1, 8, 12]
                output logits = conv(x, 1, kernel: 3)
                loss bce_with_logits(logits, crop(m, like: logits))
                """, task: .mask, outputShape: [1, 6, 10]),
        Fit(
            body: """
                input x: [3, 8, 12]
                output code = max_pool(x, kernel: 2)
                output picture = sigmoid(conv(x, 3, kernel: 1))
                loss mse(picture, x)
                """, task: .reconstruction, output: "picture", outputShape: [3, 8, 12]),
    ]

    @Test(arguments: fits) func whatGraphsAreFor(_ fit: Fit) throws {
        let found = try interface(fit.body)
        #expect(found.input == "x" && found.output == fit.output && found.task == fit.task)
        #expect(found.outputShape == fit.outputShape)
        #expect([found.maskHeight, found.maskWidth] == fit.mask)
        #expect(found.maskChannels == (fit.task == .reconstruction ? 3 : 1))
    }

    @Test(arguments: [
        (
            "input x: [3, 8, 8]\ninput y: [3, 8, 8]\noutput logits = conv(x + y, 1, kernel: 1)",
            "a bundle takes a graph with one input [channels, height, width], found \"x\" [3, 8, 8], \"y\" [3, 8, 8]"
        ),
        (
            """
            input x: [3, 8, 8]
            target a: [1, 8, 8]
            target b: [1, 8, 8]
            output logits = conv(x, 1, kernel: 1)
            loss bce_with_logits(logits, a) + mse(logits, b)
            """, "a bundle takes a graph with one target at most, found \"a\" [1, 8, 8], \"b\" [1, 8, 8]"
        ),
        (
            "input x: [3, 8, 8]\noutput logits = conv(x, 256, kernel: 1)",
            "a mask is bytes, for up to 255 classes; the graph has 256"
        ),
        (
            """
            input x: [3, 8, 8]
            target m: [9, 8, 8]
            output logits = conv(x, 9, kernel: 1)
            loss bce_with_logits(logits, m)
            """, "a mask is bytes, a bit for each of up to 8 labels; the graph has 9"
        ),
        (
            """
            input x: [3, 8, 8]
            target m: classes[8, 8]
            low = conv(x, 4, kernel: 3)
            output logits = low
            loss cross_entropy(resize(low, like: x), m)
            """, "a bundle takes a graph with an output [classes, 8, 8], found \"logits\" [4, 6, 6]"
        ),
    ])
    func otherGraphsAreRefused(_ body: String, _ message: String) throws {
        let error = #expect(throws: BundleError.self) { try interface(body) }
        #expect(error?.description == message)
    }
}
