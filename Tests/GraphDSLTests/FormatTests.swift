import Diagnostics
import GraphDSL
import TestSupport
import Testing

@Suite struct FormatTests {
    private func format(_ text: String) -> String? {
        guard case .formatted(let result) = formatGraph(SourceFile(name: "f", text: text)) else { return nil }
        return result
    }

    /// The canonical text; fails for a text that has none, or whose formatting is not the end of it.
    private func formatted(_ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws -> String {
        let result = try #require(format(text), "not formatted: \(text)", sourceLocation: sourceLocation)
        #expect(format(result) == result, sourceLocation: sourceLocation)
        return result
    }

    @Test(arguments: ["graphs/unet.graph", "graphs/unet-small.graph"])
    func bundledGraphsAreFormatted(path: String) throws {
        let text = try repositoryText(path)
        #expect(try formatted(text) == text)
    }

    @Test(arguments: [
        // Blanks, line breaks, `;`.
        (
            "graph t( a=3,b = - 2,sizes :exact ){input x:[ 3,a , a];output y=relu( x )+x*- 0.5}",
            "graph t(a = 3, b = -2, sizes: exact) {\n  input x: [3, a, a]\n  output y = relu(x) + x * -0.5\n}\n"
        ),
        // Empty lines: one at most, none at the edges, one between declarations.
        (
            "\n\nblock b(x) {\n\n return x\n\n}\ngraph t {\n\n\n a = 1\n\n\n\n b = 2\n\n}\n\n",
            "block b(x) {\n  return x\n}\n\ngraph t {\n  a = 1\n\n  b = 2\n}\n"
        ),
        // Names and types of data, equals signs of names of similar length, first arguments of equal calls, comments.
        (
            """
            graph t {
              input image: [3, 8, 8] // a
              target m: classes[8, 8] // b
              a = relu(conv(image, 8, kernel: 3))
              bcd = relu(conv(xy, 16, kernel: 3)) // c
              e = relu(x)
              longer = relu(x)
            }
            """,
            """
            graph t {
              input  image: [3, 8, 8]      // a
              target m:     classes[8, 8]  // b
              a = relu(conv(image, 8, kernel: 3))
              bcd = relu(conv(xy, 16, kernel: 3))  // c
              e = relu(x)
              longer = relu(x)
            }

            """
        ),
        (
            """
            graph t {
              a1 = relu(conv(image, 8, kernel: 3))
              a_2 = relu(conv(a1xxx, 16, kernel: 3))
              a3 = relu(conv(relu(relu(a_2)), 16, kernel: 3))
            }
            """,
            """
            graph t {
              a1  = relu(conv(image, 8, kernel: 3))
              a_2 = relu(conv(a1xxx, 16, kernel: 3))
              a3  = relu(conv(relu(relu(a_2)), 16, kernel: 3))
            }

            """
        ),
        (
            "graph t {\n  enc5_1 = relu(conv(pool4, 16 * w, kernel: 3))\n  enc5_2 = relu(conv(enc5_1, 8 * w, kernel: 3))\n}",
            "graph t {\n  enc5_1 = relu(conv(pool4,  16 * w, kernel: 3))\n"
                + "  enc5_2 = relu(conv(enc5_1, 8 * w,  kernel: 3))\n}\n"
        ),
        // Training options stay on one line or on several.
        (
            "graph t { train { batch:3,epochs : 4 optimizer: adam( lr:1e-3 ) }\n train {\n batch:3 epochs:4 // e\n}; train{} }",
            "graph t {\n  train { batch: 3   epochs: 4   optimizer: adam(lr: 1e-3) }\n  train {\n    batch: 3\n"
                + "    epochs: 4  // e\n  }\n  train { }\n}\n"
        ),
        // Carriage returns, tabs, a byte order mark, no line break at the end.
        ("\u{FEFF}graph t {\r\n\tinput x: [1, 2, 3] // c \t\r\n}", "graph t {\n  input x: [1, 2, 3]  // c\n}\n"),
    ])
    func layout(text: String, expected: String) throws { #expect(try formatted(text) == expected) }

    @Test func commentsStay() throws {
        let text = """
            // first
            graph t( // name
              a = 3, // of a
              // before b
              b = 4
              // behind b
            ) // header
            { // brace

              // own line
              x = conv(a, // a
                // before
                b // b
              ) // x
              y = x + // odd
                x
              train { batch: 3 // three
                // before seed
                seed: 4 }
              block c(x) { // c
                return x // x
                // end of c
              } // c
              // last
            } // t
            // tail
            """
        #expect(
            try formatted(text) == """
                // first
                // header
                graph t(
                  // name
                  a = 3,  // of a
                  // before b
                  b = 4
                  // behind b
                ) {  // brace
                  // own line
                  x = conv(
                    a,  // a
                    // before
                    b  // b
                  )  // x
                  // odd
                  y = x + x
                  train {
                    batch: 3  // three
                    // before seed
                    seed: 4
                  }
                  block c(x) {  // c
                    return x  // x
                    // end of c
                  }  // c
                  // last
                }  // t

                // tail

                """)
    }

    @Test func longLinesAreBroken() throws {
        let name = "a_name_of_many_letters"
        let text = """
            graph t(\((1...6).map { "\(name)_\($0) = \($0)" }.joined(separator: ", "))) {
            x = some_operator(\(name), \(name), \(name), label: [1, 2], other: 3)
            y = some_operator(other_operator(\(name), \(name), label: [1, 2]), \(name), label: 12, other: [3, 4])
            loss 0.5 * a_loss(\(name), \(name)) + 0.25 * another_loss(\(name), \(name))
            train { optimizer: adam(lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01) batch: 8 }
            }
            """
        let result = try formatted(text)
        #expect(result.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(
            result == """
                graph t(
                  a_name_of_many_letters_1 = 1,
                  a_name_of_many_letters_2 = 2,
                  a_name_of_many_letters_3 = 3,
                  a_name_of_many_letters_4 = 4,
                  a_name_of_many_letters_5 = 5,
                  a_name_of_many_letters_6 = 6
                ) {
                  x = some_operator(
                    a_name_of_many_letters, a_name_of_many_letters, a_name_of_many_letters, label: [1, 2], other: 3
                  )
                  y = some_operator(
                    other_operator(a_name_of_many_letters, a_name_of_many_letters, label: [1, 2]),
                    a_name_of_many_letters,
                    label: 12,
                    other: [3, 4]
                  )
                  loss 0.5 * a_loss(a_name_of_many_letters, a_name_of_many_letters) +
                    0.25 * another_loss(a_name_of_many_letters, a_name_of_many_letters)
                  train {
                    optimizer: adam(lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01)
                    batch: 8
                  }
                }

                """)
    }

    @Test(arguments: ["", "graph t {", "graph t { x = = 3 }", "graph t { x = /* c */ 3 }", "graph t { x = \u{0} }"])
    func textsWithErrorsHaveNoLayout(text: String) {
        guard case .unreadable(let diagnostics) = formatGraph(SourceFile(name: "f", text: text)) else {
            Issue.record("\(text) was formatted")
            return
        }
        #expect(diagnostics == parse(text: text, fileName: "f").diagnostics)
    }

    @Test func textsThatAreNotUTF8HaveNoLayout() {
        let file = SourceFile(name: "f", bytes: [0xFF])
        guard case .unreadable(let diagnostics) = formatGraph(file) else {
            Issue.record("bytes were formatted")
            return
        }
        #expect(diagnostics.count == 1)
    }

    /// The tree stays, comments stay, and a second formatting changes nothing.
    @Test(arguments: 0..<40)
    func randomGraphsKeepTheirMeaning(seed: UInt64) throws {
        let text = randomGraphText(seed: seed)
        let result = try formatted(text)
        #expect(
            parse(text: result, fileName: "f").syntax.description == parse(text: text, fileName: "f").syntax.description
        )
    }
}
