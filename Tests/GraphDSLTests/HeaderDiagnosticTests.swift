import GraphDSL
import GraphIR
import TestSupport
import Testing

/// Mistakes in a graph's header, and what is taken for one word or sign and means another.
@Suite struct HeaderDiagnosticTests {
    @Test func parametersAndSizes() {
        expectFindings(
            """
            graph t(width: 8, w = 3, w = 4, depth, sizes: padd, sizes: crop, sizes: exact, sizes = pad,
            //           ^error: expected "=" behind graph parameter "width", found ":"
            //                ^note: the first declaration
            //                       ^error: graph parameter "w" is declared twice
            //                              ^error: graph parameter "depth" needs a default value
            //                                            ^error: unknown rule for sizes "padd"
            //                                                  ^note: the first value
            //                                                               ^error: "sizes" is given twice
            //                                                                             ^error: expected ":" behind "sizes", found "="
                    size: 3) {
            //          ^error: expected "=" behind graph parameter "size", found ":"
                input x: [w, width, depth]
                output y = nothing
            //             ^error: unknown name "nothing"
            }
            """)
    }

    @Test func sizesNeedAWord() {
        expectFindings(
            """
            graph t(sizes: 3) {
            //             ^error: expected exact, pad or crop behind "sizes:", found "3"
                output y = nothing
            }
            """)
    }

    @Test(arguments: ["graph t(sizes: exact) { input x: [1, 2, 3]; output y = x }"])
    func exactSizesAreTheDefault(text: String) throws {
        #expect(
            try compiled(text).nodes
                == compiled(text.replacing("(sizes: exact)", with: String(repeating: " ", count: 14))).nodes)
        #expect(parse(text: text, fileName: "t").syntax.description.contains("sizes: exact) {\n"))
    }

    @Test func aMissingBraceIsOneMistake() {
        expectFindings(
            """
            graph t(w = 3)
                input x: [w, 2, 3]
            //  ^error: expected "{", found "input"
                output y = relu(z)
            //                  ^error: unknown name "z"
            """)
    }

    @Test func whatIsMeantIsGuessed() {
        expectFindings(
            """
            graph t {
                let a = relu(x)
            //  ^error: unknown statement "let"
            //               ^error: unknown name "x"
                inptu b: [1, 2, 3]
            //  ^error: unknown statement "inptu"
                c = relu(a) + relu(b)
                outptu d = c
            //  ^error: unknown statement "outptu"
                e = d ** 2
            //         ^error: expected a value, found "*"
                f == relu(d)
            //     ^error: expected a value, found "="
                g = conv(d, 3, kernel: (3, 3))
            //                             ^error: expected ")", found "3"
                h = d.relu()
            //       ^error: unexpected character "."
                i = concat([b, d])
            //             ^error: "concat" takes its feature maps one by one, found a list
                j = conv(b, 3, kernel: 1.0, padding: SAME)
            //                         ^error: "kernel" of "conv" must be a whole number, found the number 1.0
            //                                       ^error: unknown name "SAME"
                k = relu{b}
            //      ^error: "relu" is an operator, found no arguments
            //          ^error: expected a new line or ";" behind the statement, found "{"
                l = conv(b, 3, kernel: 'same')
            //                         ^error: unexpected quotes
                loss: dice_loss(b, b)
            //      ^error: expected a value behind "loss", found ":"
                train: { batch: 3 }
            //       ^error: expected "{" behind "train", found ":"
            }
            """)
    }

    @Test func optimizers() {
        expectFindings(
            """
            graph t {
                input x: [1, 2, 3]; target c: classes[2, 3]
                output y = x
                a = 2 * c
            //      ^error: "*" cannot combine the class map [N, 2, 3] class with a number
                train { lr: 1e-3 momentum: 0.9 optimizer: 3 }
            //          ^error: unknown training option "lr"
            //                   ^error: unknown training option "momentum"
            //                                            ^error: expected an optimizer such as adam(lr: 1e-4)
            }
            """)
    }

    @Test func schedulesAndSteps() {
        expectFindings(
            """
            graph t {
                input x: [1, 2, 3]
                output y = x
                train {
                  optimizer: adamx(lr: 1)
            //               ^error: unknown optimizer "adamx"
                  schedule: [1, 2]
            //              ^error: expected a schedule such as cosine or step(every: 10)
                  warmup: -1
            //            ^error: "warmup" must be a number from 0, found -1
                  clip: 0
            //          ^error: "clip" must be a number above 0, found 0
                  ema: 1
            //         ^error: "ema" must be a number from 0 to below 1, found 1
                  accumulate: 0
            //                ^error: "accumulate" must be at least 1, found 0
                  patience: 0
            //              ^error: "patience" must be at least 1, found 0
                  best_by: jaccard
            //             ^error: unknown measure "jaccard"
                  rate: 1
            //    ^error: unknown training option "rate"
                }
            }
            """)
    }

    @Test(arguments: [
        ("schedule: onecycle", "schedule: ", "unknown schedule \"onecycle\""),
        (
            "schedule: step(every: 0)", "schedule: step(every: ",
            "\"every\" of \"step\" must be a number above 0, found 0"
        ),
        (
            "schedule: one_cycle(min_momentum: 0.9, max_momentum: 0.8)", "schedule: ",
            "\"min_momentum\" must be at most \"max_momentum\""
        ),
        (
            "schedule: one_cycle   warmup: 1", "schedule: one_cycle   ",
            "\"warmup\" does not go with the schedule one_cycle, which rises by itself"
        ),
    ])
    func schedulesThatMakeNoSense(entries: String, before: String, error: String) {
        let start = "  train { "
        let caret = "//" + String(repeating: " ", count: start.count + before.count - 2) + "^error: " + error
        expectFindings("graph t {\n  input x: [1, 2, 3]\n  output y = x\n\(start)\(entries) }\n\(caret)\n}")
    }

    @Test(arguments: [
        ("freeze: 3", "freeze: ", "\"freeze\" takes the names of statements, found \"3\""),
        ("freeze: [a, 1 + 1]", "freeze: [a, ", "\"freeze\" takes the names of statements, found \"1 + 1\""),
        ("freeze: \"a?.*\"", "freeze: ", "no parameter is called like \"a?.*\""),
        ("freeze: aa", "freeze: ", "no parameter is called like \"aa.*\""),
        ("freeze: [a, c]", "freeze: [a, ", "no parameter is called like \"c.*\""),
        ("freeze: [a, b]", "freeze: [", "nothing would be left to train"),
    ])
    func frozenPartsThatMakeNoSense(entry: String, before: String, error: String) {
        let start = "  train { "
        let caret = "//" + String(repeating: " ", count: start.count + before.count - 2) + "^error: " + error
        let net = "input x: [1, 2, 3]\n  a = conv(x, 2, kernel: 1)\n  b = conv(a, 1, kernel: 1)\n  target t: [1, 2, 3]"
        expectFindings("graph t {\n  \(net)\n  output y = b\n  loss mse(b, t)\n\(start)\(entry) }\n\(caret)\n}")
    }

    @Test func frozenPartsAreThoseOfStatements() throws {
        let graph = try compiled(
            """
            graph t {
              input x: [1, 2, 3]
              target t: [1, 2, 3]
              a = conv(x, 2, kernel: 1)
              a2 = conv(a, 2, kernel: 1)
              b = conv(a2, 1, kernel: 1)
              output y = b
              loss mse(b, t)
              train { freeze: [a, "b*"] }
            }
            """)
        #expect(graph.trainedParameters.map { graph[$0].name } == ["a2.weight", "a2.bias"])
        #expect(graph.frozenParameters.count == 4)
    }

    @Test func eachRefusedDefinitionIsOneMistake() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]
            //        ^note: the first definition, as an input
                a = conv(x, 3, kernel: 1)
            //  ^note: the first definition, as a value
                a = conv(x, 3, kernel: 1)
            //  ^error: "a" is defined twice
                x = conv(a, 3, kernel: 1)
            //  ^error: "x" is defined twice
                output y = a
            }
            """)
    }

    @Test(arguments: [
        ("conv(x, 3, kernel: 3.0)", "write 3"), ("conv(x, 3, kernel_size: 3)", "did you mean \"kernel\"?"),
        ("concat([x, x])", "write concat(x, x)"), ("conv(x, 3, kernel: 3, padding: SAME)", "did you mean \"same\"?"),
        ("conv(x, 3, kernel: (3, 3))", "a list is written [a, b]"),
    ])
    func hints(expression: String, hint: String) throws {
        let text = "graph t { input x: [3, 8, 8]; output y = \(expression) }"
        let found = compileGraph(text: text, fileName: "t").diagnostics.compactMap(\.hint)
        #expect(found.contains { $0.hasPrefix(hint) }, "\(found)")
    }
}
