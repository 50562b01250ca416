import Testing

/// Unreadable text: one error per mistake, and what follows is checked all the same.
@Suite struct SyntaxDiagnosticTests {
    @Test func eachUnreadableStatementCostsOneError() {
        expectFindings(
            """
            graph t {
                inptu foo: [3, 4, 5]
            //  ^error: unknown statement "inptu"
                input x: [3, 4, 5]
                a = relu(x) b = relu(x)
            //              ^error: expected a new line or ";" behind the statement, found "b"
                c = relu(conv(x, 3, kernel: 1)
            //          ^note: to close this "("
            //                                ^error: expected "," or ")", found the end of the line
                d = conv(c, 3, kernel = 1)
            //                        ^error: expected ":" behind the label "kernel", found "="
                e = relu(d
                   , ,
            //       ^error: expected a value, found ","
                   x)
                relu(x)
            //  ^error: the value of this expression has no name
                f: [1, 2, 3]
            //   ^error: expected "=" behind "f", found ":"
                g = x
                  + x
            //    ^error: expected a statement, found "+"
                = 3
            //  ^error: expected a statement, found "="
                h = ()
            //      ^error: expected a value between "(" and ")"
                i = (x, x)
            //          ^error: expected ")", found "x"
                input : [1, 2, 3]
            //        ^error: expected the input's name, found ":"
                input z [1, 2, 3]
            //          ^error: expected ":", found "["
                target u: x
            //            ^error: expected "[C, H, W]" or "classes[H, W]", found "x"
                target v: classes(3)
            //                   ^error: expected "[H, W]", found "("
                output x
            //          ^error: expected "=", found the end of the line
                j = [x,
            //      ^note: to close this "["
            //         ^error: expected "," or "]", found the end of the line
                output y = relu(z)
            }
            """)
    }

    @Test func unreadableCharacters() {
        expectFindings(
            """
            graph t {
                # a comment
            //  ^error: unexpected character "#"
                input x: [3, 4, 5]
                /* another */ a = x
            //  ^error: unexpected "/*"
                b = 3px
            //      ^error: malformed number "3px"
                c = 1e999
            //      ^error: number "1e999" is too large
                d = 99999999999999999999
            //      ^error: number "99999999999999999999" is too large
                größe = 3
            //    ^error: unexpected characters "öß"
                e = 'x'
            //      ^error: unexpected quotes
                f = 1.2.3
            //      ^error: malformed number "1.2.3"
                output true = x
            //         ^error: "true" is a value, not a name
                output y = a
            }
            """)
    }

    @Test func declarations() {
        expectFindings(
            """
                grph t { }
            //  ^error: expected "graph" or "block", found "grph"
                graph a(width) {
            //        ^note: the first is "a"
            //        ^note: the first is "a"
            //          ^error: graph parameter "width" needs a default value
                }
                graph b(width 3) {
            //                ^error: expected "=" behind graph parameter "width", found "3"
                    input x: [1, 2, 3]
                }
                graph c { input x: [1, 2, 3]; output y = d(e(x)) }
            //        ^error: a file declares one graph, found a second
                graph f { }
            //        ^error: a file declares one graph, found a second
                block {
            //        ^error: expected the block's name, found "{"
                }
                block d { return 3 }
            //          ^error: expected "(" and the arguments of block "d", found "{"
                block e(x y) { return x
            //         ^note: to close this "("
            //            ^error: expected "," or ")", found "y"
                }
                }
            """)
    }

    @Test func openBraces() {
        expectFindings(
            """
            graph t {
                input x: [1, 2, 3]
                output y = relu(x)
                block b(x) {
            //             ^note: to close this "{"
                    return x // the end
            //              ^error: expected "}", found the end of the file
            """)
    }

    @Test func trainingEntries() {
        expectFindings(
            """
            graph t {
                input x: [1, 2, 3]
                output y = x
                train { batch = 3
            //  ^note: the first one
            //                ^error: expected ":" behind "batch", found "="
                    epochs 20
            //             ^error: expected ":", found "20"
                    optimiser: adam
            //      ^error: unknown training option "optimiser"
                    batch: 0
            //             ^error: "batch" must be at least 1, found 0
                    optimizer: adm(lr: 1)
            //                 ^error: unknown optimizer "adm"
                    init: kaiming
            //            ^error: unknown initial values "kaiming"
                    seed: -1
            //            ^error: "seed" must be a whole number from 0, found the number -1
                    epochs: 1.5
            //              ^error: "epochs" must be a whole number, found the number 1.5
                    rate: (, 3
            //             ^error: expected a value, found ","
                }
                train { batch: 3 }
            //  ^error: a graph has one "train" block, found a second
            }
            """)
    }

    @Test func optimizerArguments() {
        expectFindings(
            """
            graph t {
                input x: [1, 2, 3]
                output y = x
                train {
                    optimizer: sgd(lr: 0, momentun: 0.9, weight_decay: -1, momentum: true)
            //                         ^error: "lr" of "sgd" must be a number above 0, found 0
            //                            ^error: "sgd" has no argument "momentun"
            //                                                         ^error: "weight_decay" of "sgd" must be a number from 0, found -1
            //                                                                       ^error: "momentum" of "sgd" must be a number from 0, found true
                    batch: 3 batch: 4, init: 3
            //      ^note: the first value
            //               ^error: "batch" is given twice
            //                               ^error: unknown initial values "3"
                    epochs: x
            //              ^error: "epochs" must be a whole number, found the feature map [N, 1, 2, 3]
                }
            }
            """)
    }

    @Test func adamArguments() {
        expectFindings(
            """
            graph t {
                input x: [1, 2, 3]
                output y = x
                train { optimizer: adam(1e-4, beta1: 1.0, lr: 1, lr: 2), seed: 0.5 }
            //                          ^error: argument 1 of "adam" needs a label
            //                                       ^error: "beta1" of "adam" must be a number from 0 to below 1, found 1.0
            //                                                ^note: the first value
            //                                                   ^error: argument "lr" is given twice
            //                                                                 ^error: "seed" must be a whole number from 0, found the number 0.5
            }
            """)
    }
}
