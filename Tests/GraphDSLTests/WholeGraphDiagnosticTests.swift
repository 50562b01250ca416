import Testing

/// What is wrong with a graph as a whole, with its header and with its outline.
@Suite struct WholeGraphDiagnosticTests {
    @Test func optimizers() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]
                output o = conv(x, 1, kernel: 1)
                train { optimizer: 3 }
            //                     ^error: expected an optimizer such as adam(lr: 1e-4)
            }
            """)
    }

    @Test func nothingToTrain() {
        expectFindings(
            """
            graph t {
            //    ^warning: graph "t" has a loss and no parameters, so that there is nothing to train
                input x: [3, 8, 8]; target m: [3, 8, 8]
                output o = relu(x)
                loss mse(o, m)
            }
            """)
    }

    @Test func outOfReach() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; target m: [3, 8, 8]
                a = conv(x, 3, kernel: 1)
                output o = conv(x, 2, kernel: 1)
            //             ^error: the loss does not depend on the parameters of "o", which therefore cannot be trained
                loss mse(a, m)
            }
            """)
    }

    @Test func onlyAsPlaces() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; target m: [3, 8, 8]
                a = conv(x, 3, kernel: 1)
            //      ^error: the loss does not depend on the parameters of "a", which therefore cannot be trained
                p = max_pool(a, kernel: 2)
                b = conv(max_pool(x, kernel: 2), 3, kernel: 1)
                u = max_unpool(b, p)
                output o = u
                loss mse(u, m)
            }
            """)
    }

    @Test func parametersTwice() {
        expectFindings(
            """
            graph t(w = 1, w = 2) {
            //      ^note: the first declaration
            //             ^error: graph parameter "w" is declared twice
                input x: [w, 8, 8]
                output o = relu(x)
            }
            """)
    }

    @Test func gradientsNames() {
        expectFindings(
            """
            block grad(x) {
                a = conv(x, 2, kernel: 1)
                return relu(a)
            }
            block sums(x) {
                weight = relu(x)
            //           ^error: the name "cotangent.weight" is needed for a gradient
                return weight
            }
            graph t {
                input x: [2, 8, 8]
                cotangent = sums(x)
                output weight = cotangent
            }
            """)
    }

    @Test func sizesBehindTheName() {
        expectFindings(
            """
            graph t(w = 1, sizes = pad) {
            //             ^error: expected ":" behind "sizes", found "="
                input x: [1, 8, 8]
                output o = relu(x)
            }
            """)
    }

    @Test func parametersWithColons() {
        expectFindings(
            """
            graph t(width: 3) {
            //           ^error: expected "=" behind graph parameter "width", found ":"
                input x: [1, 8, 8]
                output o = relu(x)
            }
            """)
    }

    @Test func noWordForSizes() {
        expectFindings(
            """
            graph t(sizes: 3) {
            //             ^error: expected exact, pad or crop behind "sizes:", found "3"
                input x: [1, 8, 8]
                output o = relu(x)
            }
            """)
    }

    @Test func anUnknownWordForSizes() {
        expectFindings(
            """
            graph t(sizes: padd) {
            //             ^error: unknown rule for sizes "padd"
                input x: [1, 8, 8]
                output o = relu(x)
            }
            """)
    }

    @Test func sizesTwice() {
        expectFindings(
            """
            graph t(sizes: pad, sizes: crop) {
            //      ^note: the first value
            //                  ^error: "sizes" is given twice
                input x: [1, 8, 8]
                output o = relu(x)
            }
            """)
    }

    @Test func noBrace() {
        expectFindings(
            """
            graph t
                input x: [1, 8, 8]
            //  ^error: expected "{", found "input"
            """)
    }

    @Test func aColonForAValue() {
        expectFindings(
            """
            graph t {
                input x: [1, 8, 8]
                a: relu(x)
            //   ^error: expected "=" behind "a", found ":"
                output o = relu(x)
            }
            """)
    }

    @Test func trainWithoutABrace() {
        expectFindings(
            """
            graph t {
                input x: [1, 8, 8]
                output o = relu(x)
                train adam
            //        ^error: expected "{" behind "train", found "adam"
            }
            """)
    }

    @Test func anotherLanguagesComment() {
        expectFindings(
            """
            graph t {
                input x: [1, 8, 8]
                /* a comment */
            //  ^error: unexpected "/*"
                output o = relu(x)
            }
            """)
    }

    @Test func aColonBehindLoss() {
        expectFindings(
            """
            graph t {
                input x: [1, 8, 8]; target m: [1, 8, 8]
                output o = conv(x, 1, kernel: 1)
                loss: mse(o, m)
            //      ^error: expected a value behind "loss", found ":"
            }
            """)
    }

    @Test func tooLargeAScale() {
        expectFindings(
            """
            graph t {
                input x: [1, 1073741824, 1]
            //        ^note: "x" is [N, 1, 1073741824, 1]
                output o = upsample_nearest(x, scale: 2)
            //                                        ^error: scale 2 makes "x" too large, which is [N, 1, 1073741824, 1]
            }
            """)
    }

    @Test func tooMuchWork() {
        expectFindings(
            """
            graph t {
                input x: [65536, 1024, 1024]
                output o = conv(x, 65536, kernel: 1)
            //             ^error: "conv" would take more than 2^44 multiplications for one sample
            }
            """)
    }

    @Test func tooManyValues() {
        expectFindings(
            """
            graph t {
            //    ^error: the values of graph "t" have 2748779069440 elements for one sample, more than 2^40
                input x: [65536, 4096, 2048]; input y: [65536, 4096, 2048]
                output o = relu(x) + relu(y)
            }
            """)
    }
}
