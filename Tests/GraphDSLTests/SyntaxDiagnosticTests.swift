import Testing

/// Unreadable text: one error per mistake, and what follows is checked all the same.
@Suite struct SyntaxDiagnosticTests {
    @Test func eachUnreadableStatementCostsOneError() {
        expectFindings(
            """
            graph t {
              inptu foo: [3, 4, 5]
            //^error: unknown statement "inptu"
              input x: [3, 4, 5]
              a = relu(x) b = relu(x)
            //            ^error: expected a new line or ";" behind the statement, found "b"
              c = relu(conv(x, 3, kernel: 1)
            //                              ^error: expected "," or ")", found the end of the line
            //        ^note: to close this "("
              d = conv(c, 3, kernel = 1)
            //                      ^error: expected ":" behind the label "kernel", found "="
              e = relu(d
                 , ,
            //     ^error: expected a value, found ","
                 x)
              relu(x)
            //^error: the value of this expression has no name
              f: [1, 2, 3]
            // ^error: expected "=" behind "f", found ":"
              g = x
                + x
            //  ^error: expected a statement, found "+"
              = 3
            //^error: expected a statement, found "="
              h = ()
            //    ^error: expected a value between "(" and ")"
              i = (x, x)
            //        ^error: expected ")", found "x"
              input : [1, 2, 3]
            //      ^error: expected the input's name, found ":"
              input z [1, 2, 3]
            //        ^error: expected ":", found "["
              output y
            //        ^error: expected "=", found the end of the line
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
                e = "x"
            //      ^error: unexpected character "\""
                f = 1.2.3
            //      ^error: malformed number "1.2.3"
                output true = x
            //         ^error: "true" is a value, not a name
                output y = x
            }
            """)
    }

    @Test func declarations() {
        expectFindings(
            """
            grph t { }
            """.replacing("grph", with: "    grph") + """

            //  ^error: expected "graph" or "block", found "grph"
                graph a(width) {
            //          ^error: graph parameter "width" needs a default value
                }
                graph b { input x: [1, 2, 3]; output y = x }
                graph c { }
            //        ^error: a file declares one graph, found a second
                block {
            //        ^error: expected the block's name, found "{"
                }
                block d { return 3 }
            //          ^error: expected "(" and the arguments of block "d", found "{"
                }
            //  ^error: expected "graph" or "block", found "}"
            """.replacing("graph b", with: "graph b").replacing("//        ^error: a file", with: "//        ^note: NOTE\n//        ^error: a file")
                .replacing("//        ^note: NOTE\n", with: "")
                .replacing("output y = x }", with: "output y = x }\n//        ^note: the first is \"b\""))
    }

    @Test func openBraces() {
        expectFindings(
            """
            graph t {
            //      ^note: to close this "{"
                input x: [1, 2, 3]
                output y = relu(x)
                block b(x) {
            //             ^note: to close this "{"
                return x //
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
            //                ^error: expected ":" behind "batch", found "="
                  epochs 20
            //           ^error: expected ":", found "20"
                  optimiser: adam
            //    ^error: unknown training option "optimiser"
                  batch: 0
            //           ^error: "batch" must be at least 1, found 0
                  optimizer: adm(lr: 1)
            //               ^error: unknown optimizer "adm"
                  init: kaiming
            //          ^error: unknown initial values "kaiming"
                  seed: -1
            //          ^error: "seed" must be a whole number from 0, found the number -1
                  epochs: 1.5
            //            ^error: "epochs" must be a whole number, found the number 1.5
                }
                train { batch: 3 batch: 4 }
            //  ^error: a graph has one "train" block, found a second
            }
            """.replacing("//  ^error: a graph has one", with: "//  ^error: a graph has one")
                .replacing("    train { batch = 3", with: "    train { batch = 3\n//  ^note: the first one"))
    }

    @Test func optimizerArguments() {
        expectFindings(
            """
            graph t {
                input x: [1, 2, 3]
                output y = x
                train {
                  optimizer: sgd(lr: 0, momentun: 0.9, weight_decay: -1, momentum: true)
            //                       ^error: "lr" of "sgd" must be a number above 0, found 0
            //                          ^error: "sgd" has no argument "momentun"
            //                                                       ^error: "weight_decay" of "sgd" must be a number from 0, found -1
            //                                                                     ^error: "momentum" of "sgd" must be a number from 0, found true
                  batch: 3 batch: 4
            //    ^note: the first value
            //             ^error: "batch" is given twice
                }
            }
            """)
    }
}
