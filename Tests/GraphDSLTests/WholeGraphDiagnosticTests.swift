import Testing

/// What only the whole graph shows.
@Suite struct WholeGraphDiagnosticTests {
    @Test func parametersThatTheLossDoesNotReach() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; target m: [1, 8, 8]
                block double(x) { y = conv(x, 3, kernel: 1); return relu(y) }
            //                        ^note: "side.y" is here
            //                        ^note: "more.y" is here
                a = conv(x, 4, kernel: 1)
                dead = conv(a, 4, kernel: 1)
            //         ^error: the loss does not depend on the parameters of "dead", "side.y", "more.y" and 2 more, which therefore cannot be trained
                side = double(a)
                more = double(side)
                last = conv(more, 3, kernel: 1)
            //         ^note: "last" is here
                output logits = conv(a, 1, kernel: 1)
                output other = conv(last, 1, kernel: 1)
                loss dice_loss(logits, m)
            }
            """)
    }

    @Test func oneParameterThatTheLossDoesNotReach() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; target m: [1, 8, 8]
                dead = conv(x, 4, kernel: 1)
            //         ^error: the loss does not depend on the parameters of "dead", which therefore cannot be trained
                output logits = conv(x, 1, kernel: 1)
                loss dice_loss(logits, m)
            }
            """)
    }

    /// Without a loss nothing is trained, so that a dead end is only worth a warning.
    @Test func withoutALossADeadEndIsAWarning() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]
                dead = conv(x, 4, kernel: 1)
            //  ^warning: "dead" is never used
                output logits = conv(x, 1, kernel: 1)
            }
            """)
    }

    @Test func nothingToTrain() {
        expectFindings(
            """
            graph t {
            //    ^warning: graph "t" has a loss and no parameters, so that there is nothing to train
                input x: [3, 8, 8]; target m: [3, 8, 8]
                output y = x
                loss dice_loss(y, m)
            }
            """)
    }

    @Test func namesOfGradients() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; target m: [3, 8, 8]
                block b(x) { y = conv(x, 3, kernel: 1); return y }
            //                   ^error: the name "grad.y.weight" is needed for a gradient
                y = conv(x, 3, kernel: 1)
                grad = b(y)
                output o = grad
                loss dice_loss(o, m)
            }
            """)
    }

    @Test func valuesThatAreTooLargeTogether() {
        expectFindings(
            """
            graph t {
            //    ^error: the values of graph "t" have 1200000000000 elements for one sample, more than 2^40
                input x: [600000, 1000, 1000]
                output y = relu(x)
            }
            """)
    }

    @Test func memoryThatNoMachineHas() {
        expectFindings(
            """
            graph t {
                input x: [100000, 1, 1]
                a = conv(x, 1000000, kernel: 1)
            //      ^error: graph "t" needs 1.1 TiB of memory or more: parameters with the optimizer's state take 1.1 TiB, expected less than 1 TiB in all
                output y = conv(a, 1, kernel: 1)
                target m: [1, 1, 1]
                loss mse(y, m)
            }
            """)
        expectFindings(
            """
            graph t {
                input x: [1, 100000, 100000]
            //        ^error: graph "t" needs 36.4 TiB of memory or more: "x" takes 36.4 TiB for a batch of 1000, expected less than 1 TiB in all
                output y = relu(x)
                train { batch: 1000 }
            }
            """)
    }

    @Test func memoryThatFewMachinesHave() {
        expectFindings(
            """
            graph t {
                input x: [100000, 1, 1]
                output y = conv(x, 600000, kernel: 1)
            //             ^warning: graph "t" needs 223.6 GiB of memory or more: parameters take 223.5 GiB
            }
            """)
    }

    @Test func workThatNobodyCanDo() {
        expectFindings(
            """
            graph t {
                input x: [2, 1, 1000]
                a = conv(x, 1, kernel: 65536, padding: 65536)
            //      ^error: "conv" would take more than 2^44 multiplications for one sample
                b = max_pool(x, kernel: [33, 32], padding: [16, 0])
            //                          ^error: the window of "max_pool" has 33 x 32 values, more than the 1024 that can be compiled
                output y = x
                train { batch: 65537 }
            //                 ^error: "batch" must be at most 65536, found 65537
            }
            """)
    }

    /// Blocks that nobody calls are checked as far as that can be done without their arguments.
    @Test func uncalledBlocks() {
        expectFindings(
            """
            block wrong(x, n) { y = conv(x, 3); z = conv(x, n, kernel: 3) + y; return zz }
            //                      ^error: "conv" needs the argument "kernel"
            //                                                                        ^error: unknown name "zz"
            block endless(x) { return endless(x) }
            //    ^note: the block is declared here
            //                        ^error: block "endless" calls itself
            block first(x) { return second(x) }
            //    ^note: the block is declared here
            //                      ^note: in this call of block "second"
            block second(x) { return third(x) }
            //                       ^note: in this call of block "third"
            block third(x) { return first(x) }
            //                      ^error: block "first" calls itself
            block open(x) { y = x }
            //                    ^error: block "open" has no "return"
            graph t { input x: [1, 2, 3]; output y = x }
            """)
    }
}
