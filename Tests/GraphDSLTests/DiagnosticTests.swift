import Testing

/// Names, numbers, blocks and whole graphs: each mistake once, at its place, in exactly these words.
@Suite struct DiagnosticTests {
    @Test func names() {
        expectFindings(
            """
            graph t(w = 7) {
            //      ^note: the first definition, as a graph parameter
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
            //        ^note: it is defined here
                a = relu(xx)
            //           ^error: unknown name "xx"
                b = relu(later)
            //           ^error: "later" is used before it is defined
                later = relu(x)
            //  ^note: it is defined here
            //  ^note: the first definition, as a value
                later = x
            //  ^error: "later" is defined twice
                w = 3
            //  ^error: "w" is defined twice
                d = relu
            //      ^error: "relu" is an operator, found no arguments
                e = x(3)
            //      ^error: "x" is a value and cannot be called
                f = cnv(x, q)
            //      ^error: unknown operator "cnv"
            //             ^error: unknown name "q"
                g = batch_nrm(x, eps: 1e-5)
            //      ^error: unknown operator "batch_nrm"
                h = a + b + f + g
                i = i + 1
            //  ^note: it is defined here
            //      ^error: "i" is used before it is defined
                loss = 3
            //  ^error: "loss" names the result of the loss statement
                return x
            //  ^error: "return" stands outside of a block
                output result = x
            }
            """)
    }

    @Test func arithmetic() {
        expectFindings(
            """
            graph t(w = 7) {
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
            //        ^note: "x" is [N, 3, 8, 8]
            //        ^note: "x" is [N, 3, 8, 8]
                a = w / 2
            //      ^error: 7 / 2 is not a whole number
                b = w / 0
            //      ^error: division by zero
                d = 9223372036854775807 + w
            //      ^error: the result of this arithmetic is too large
                e = 4 * 4611686018427387904
            //      ^error: the result of this arithmetic is too large
                f = true + 1
            //      ^error: "+" needs numbers or feature maps, found true or false
                g = -c
            //      ^error: "-" needs a number or a feature map, found the class map [N, 8, 8] class
                h = x / (w - 7)
            //      ^error: division by zero
                i = 2 - mse(x, t)
            //      ^error: "-" cannot combine a loss with a number
                j = 1 / mse(x, t)
            //      ^error: "/" cannot combine a loss with a number
                k = 1e300 * 1e300
            //      ^error: the result of this arithmetic is too large
                l = [1, 2]
            //      ^error: a list is not a value
                m = 1.0 / 0
            //      ^error: division by zero
                n = -true
            //      ^error: "-" needs a number or a feature map, found true
                p = c * 2
            //      ^error: "*" cannot combine the class map [N, 8, 8] class with a number
                q = mse(x, t) / mse(x, t)
            //      ^error: losses cannot be divided
                r = mse(x, t) - x
            //      ^error: "sub" needs a feature map, found a loss
                s = normalize(x, mean: [1, 2], std: [1, 1, 1])
            //                         ^error: "mean" of "normalize" must have a number for each of the 3 channels, found 2
                u = normalize(x, mean: [1, 2, 3], std: [1])
            //                                         ^error: "std" of "normalize" must have a number for each of the 3 channels, found 1
                v = normalize(x, mean: [1, 2, 3], std: [1, 0, 1])
            //                                             ^error: each of "std" of "normalize" must be a number above 0, found 0
                o = -(0 - 9223372036854775807 - 1)
            //      ^error: the result of this arithmetic is too large
                output result = x
            }
            """)
    }

    @Test func parametersNeedNames() {
        expectFindings(
            """
            graph t(w = 7) {
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
                block once(a) { return conv(a, 3, kernel: 1) }
                block wrap(a) { b = once(a); return relu(b) }
                block twice(a) { b = once(a); return conv(once(b), 3, kernel: 1) }
            //                                       ^error: "return" has several calls with parameters, which need names of their own
            //                                            ^note: another one is this "once"
                block plain(a) { return relu(a) }
                a = conv(conv(x, 3, kernel: 1), 3, kernel: 1)
            //      ^error: "a" has several calls with parameters, which need names of their own
            //           ^note: another one is this "conv"
                b = once(x) + wrap(x)
            //      ^note: another one is this "once"
            //                ^error: "b" has several calls with parameters, which need names of their own
                d = twice(x)
            //      ^note: in this call of block "twice"
                e = conv(plain(x), 3, kernel: 1) + plain(x)
                f = plain(conv_transpose(once(x), 3, kernel: 2))
            //            ^error: "f" has several calls with parameters, which need names of their own
            //                           ^note: another one is this "once"
                loss bce_with_logits(conv(x, 3, kernel: 1), t)
            //                       ^error: "conv" has parameters, which need a statement's name
                output result = x
            }
            """)
    }

    @Test func blocks() {
        expectFindings(
            """
            graph t(w = 7) {
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
            //        ^note: it is defined in the graph
                early = late(x)
            //          ^error: block "late" is used before it is declared
                block late(a) { return a }
            //        ^note: it is declared here
            //        ^note: the block is declared here
            //        ^note: the first declaration
                block late(a) { return a }
            //        ^error: block "late" is declared twice
                block relu(a) { return a }
            //        ^error: "relu" is an operator
                block twins(a, a) { return a }
            //              ^note: the first one
            //                 ^error: argument "a" of block "twins" is named twice
                block closed(a) { return a + x }
            //                               ^error: "x" cannot be seen inside block "closed"
                block open(a) { b = relu(a) }
            //                              ^error: block "open" has no "return"
                block number(a) { return w }
            //        ^error: block "number" must return a feature map, found the number 7
                block full(a) { input b: [1, 2, 3]; loss a; return a; b = a }
            //                  ^error: "input" cannot stand in a block
            //                                      ^error: "loss" cannot stand in a block
            //                                                        ^error: this statement stands behind "return" and has no effect
                block self(a) { return self(a) }
            //        ^note: the block is declared here
            //                         ^error: block "self" calls itself
                a = late()
            //      ^error: block "late" takes 1 argument, found 0
                b = late(x, y)
            //      ^error: block "late" takes 1 argument, found 2
                d = late(b: x)
            //           ^error: block "late" has no argument "b"
                e = late(x, a: x)
            //              ^error: argument "a" is given twice
                f = twins(x, x)
                g = closed(x)
            //      ^note: in this call of block "closed"
                h = open(x)
            //      ^note: in this call of block "open"
                i = number(x)
            //      ^note: in this call of block "number"
                j = full(x)
            //      ^note: in this call of block "full"
                k = self(x)
            //      ^note: in this call of block "self"
                l = late
            //      ^error: "late" is a block, found no arguments
                output result = x
            }
            """)
    }

    @Test func insideBlocks() {
        expectFindings(
            """
            graph t(w = 7) {
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
                block join(a, b) {
            //             ^note: "a" is [N, 3, 8, 8]
            //                ^note: "b" is [N, 4, 7, 7]
                    return concat(a, b)
            //             ^error: "concat" needs feature maps of one height and width: "a" is [N, 3, 8, 8], "b" is [N, 4, 7, 7]
            //                       ^error: "concat" needs a feature map, found the number 3
                }
                block outer(a, b) {
                    return join(relu(a), b)
                }
                a = join(x, y)
            //      ^note: in this call of block "join"
                b = outer(x, y)
                d = join(x, 3)
            //      ^note: in this call of block "join"
                output result = x
            }
            """)
    }

    @Test func unusedValuesAreWarnings() {
        expectFindings(
            """
            graph t(width = 4,
                    depth = 3) {
            //      ^warning: graph parameter "depth" is never used
                input x: [3, 8, 8]
                input extra: [3, 8, 8]
            //        ^warning: input "extra" is never used
                target mask: [width, 8, 8]
                target noise: [3, 8, 8]
                block used(a, b) { c = relu(a); return sigmoid(a) }
            //                ^warning: argument "b" is never used
            //                     ^warning: "c" is never used
                block lonely(a) { return a }
            //        ^warning: block "lonely" is never called
                dead = relu(x)
            //  ^warning: "dead" is never used
                half = 0.5
            //  ^warning: "half" is never used
                first = used(x, 3)
                second = used(first, 3)
                blended = relu(noise + x)
            //                 ^warning: target "noise" is used by "add", which is not a loss
                output y = conv(second + blended, width, kernel: 1)
                output z = x
                loss dice_loss(y, mask)
            }
            """)
    }

    @Test func aGraphNeedsAnOutput() {
        expectFindings(
            """
            graph t {
            //    ^error: graph "t" has no output
                input x: [3, 8, 8]
                a = relu(x)
            }
            """)
    }

    @Test func overflowingGraphsAreRefused() {
        expectFindings(
            """
            graph t {
                input x: [1000000, 1000, 1000]
                a = conv_transpose(x, 1, kernel: 1, stride: 65536)
            //      ^error: the result of "conv_transpose" would have the shape [N, 1, 65470465, 65470465], which is more than 2^40 elements
                b = concat(x, x)
            //      ^error: the result of "concat" would have the shape [N, 2000000, 1000, 1000], which is more than 2^40 elements
                output y = concat(b, b)
            }
            """)
    }
}
