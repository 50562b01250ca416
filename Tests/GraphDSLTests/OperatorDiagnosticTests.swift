import Testing

/// Calls that do not fit: each mistake once, at its place, in exactly these words.
@Suite struct OperatorDiagnosticTests {
    @Test func operands() {
        expectFindings(
            """
            graph t(w = 7) {
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
                a = relu()
            //      ^error: "relu" takes 1 feature map, found 0
                b = relu(x, y)
            //              ^error: "relu" takes 1 argument, found 2
                d = relu(3)
            //           ^error: "relu" needs a feature map, found the number 3
                e = relu(true)
            //           ^error: "relu" needs a feature map, found true
                f = add(x, 3)
            //             ^error: "add" needs a feature map, found the number 3
                g = mul(0.5, x)
            //          ^error: "mul" needs a feature map, found the number 0.5
                h = concat(x)
            //      ^error: "concat" takes at least 2 feature maps, found 1
                i = relu(c)
            //           ^error: "relu" needs a feature map, found the class map [N, 8, 8] class
                j = relu(x, slope: 3)
            //              ^error: "relu" has no argument "slope"
                k = conv(3, kernel: 1)
            //      ^error: "conv" needs the argument "channels"
                l = relu(dice_loss(x, t))
            //           ^error: "relu" needs a feature map, found a loss
                m = relu([x, x])
            //           ^error: a list is not a value
                output result = x
            }
            """)
    }

    @Test func arguments() {
        expectFindings(
            """
            graph t(w = 7) {
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
                a = conv(x, 3)
            //      ^error: "conv" needs the argument "kernel"
                b = conv(x, 3, kernal: 3)
            //                 ^error: "conv" has no argument "kernal"
                d = conv(x, kernel: 3)
            //      ^error: "conv" needs the argument "channels"
                e = conv(x, 3, 3)
            //                 ^error: argument 3 of "conv" needs a label
                f = conv(x, 3, kernel: 1, kernel: 2)
            //                         ^note: the first value
            //                            ^error: argument "kernel" is given twice
                g = conv(x, 0, kernel: 0)
            //              ^error: "channels" of "conv" must be at least 1, found 0
            //                         ^error: "kernel" of "conv" must be at least 1, found 0
                h = conv(x, 1.5, kernel: [1, 2, 3])
            //              ^error: "channels" of "conv" must be a whole number, found the number 1.5
            //                           ^error: "kernel" of "conv" must be a whole number from 1 or [h, w], found a list of 3
                i = conv(x, y, kernel: 1)
            //              ^error: "channels" of "conv" must be a whole number, found the feature map [N, 4, 7, 7]
                j = conv(x, 3, kernel: 1, bias: 1)
            //                                  ^error: "bias" of "conv" must be true or false, found the number 1
                k = conv(x, 3, kernel: [3, x], padding: sane)
            //                             ^error: "kernel" of "conv" must be a whole number, found the feature map [N, 3, 8, 8]
            //                                          ^error: unknown name "sane"
                l = max_pool(x, 2)
            //                  ^error: argument 2 of "max_pool" needs a label
                m = leaky_relu(x, slope: true)
            //                           ^error: "slope" of "leaky_relu" must be a number, found true
                q = gelu(x, approximate: relu)
            //                           ^error: "approximate" of "gelu" must be one of none, tanh, found relu
                n = conv(x, 3, kernel: 100000)
            //                         ^error: "kernel" of "conv" must be at most 65536, found 100000
                o = conv(x, channels: 3, 4, kernel: 1)
            //                           ^error: argument 3 of "conv" needs a label
                p = conv(x, [3, 3], kernel: 1)
            //              ^error: "channels" of "conv" must be a whole number, found a list
                output result = x
            }
            """)
    }

    @Test func shapes() {
        expectFindings(
            """
            graph t(w = 7) {
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
            //        ^note: "x" is [N, 3, 8, 8]
            //                            ^note: "y" is [N, 4, 7, 7]
                a = add(x, y)
            //      ^error: "add" needs feature maps of one shape: "x" is [N, 3, 8, 8], "y" is [N, 4, 7, 7]
                b = concat(x, y)
            //      ^error: "concat" needs feature maps of one height and width: "x" is [N, 3, 8, 8], "y" is [N, 4, 7, 7]
                d = x + conv(x, 4, kernel: 1)
            //      ^error: "add" needs feature maps of one shape: "x" is [N, 3, 8, 8], the result of "conv" is [N, 4, 8, 8]
            //          ^note: the result of "conv" is [N, 4, 8, 8]
                e = x * y
            //      ^error: "mul" needs feature maps of one shape: "x" is [N, 3, 8, 8], "y" is [N, 4, 7, 7]
                f = conv(x, 4, kernel: 9)
            //                         ^error: kernel 9 x 9 does not fit into "x", which is 8 x 8
                g = conv(x, 4, kernel: 5, dilation: 2)
            //                         ^error: kernel 5 x 5, which reaches over 9 x 9, does not fit into "x", which is 8 x 8
                h = max_pool(y, kernel: [8, 2])
            //                          ^error: kernel 8 x 2 does not fit into "y", which is 7 x 7
                i = conv(x, 4, kernel: 1, groups: 2)
            //                                    ^error: 3 channels of "x" cannot be split into 2 groups
                j = conv(y, 3, kernel: 1, groups: 2)
            //                                    ^error: 3 output channels cannot be split into 2 groups
                k = conv(x, 4, kernel: 3, stride: 2, padding: same)
            //                                                ^error: padding "same" needs stride 1, found 2
                l = max_pool(x, kernel: 2, padding: 2)
            //                                      ^error: padding of "max_pool" must be at most half the kernel, which is 2, found 2
                m = conv_transpose(x, 4, kernel: 2, stride: 2, output_padding: 2)
            //                                                                 ^error: output_padding must be smaller than the stride, which is 2, found 2
                n = conv_transpose(x, 4, kernel: 2, padding: 5)
            //                                               ^error: padding 5 leaves nothing of the result, which would be -1 x -1
                o = conv(x, 2000000000, kernel: 1000, padding: 1000)
            //      ^error: the weight of "conv" would have the shape [2000000000, 3, 1000, 1000], which is more than 2^40 elements
                input p: [3, 0, 8]
            //               ^error: a size of "p" must be at least 1, found 0
                output result = x
            }
            """)
    }

    @Test func declaredSizes() {
        expectFindings(
            """
            graph t(w = 7) {
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
                input q: [8, 8]
            //           ^error: expected the sizes [C, H, W], found 2
                input r: [100000, 100000, 1000]
            //        ^error: "r" would have the shape [N, 100000, 100000, 1000], which is more than 2^40 elements
                input s: classes[8, 8]
            //           ^error: input "s" cannot be a class map
                input u: [16, 3, 8, 8]
            //           ^error: expected the sizes [C, H, W], found 4
                input v: [3, 8.5, 99999999999]
            //               ^error: a size of "v" must be a whole number, found the number 8.5
            //                    ^error: a size of "v" must be below 2^31, found 99999999999
                output result = x
            }
            """)
    }

    @Test func losses() {
        expectFindings(
            """
            graph t(w = 7) {
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
            //                            ^note: "y" is [N, 4, 7, 7]
            //                                                 ^note: "t" is [N, 3, 8, 8]
            //                                                                      ^note: "c" is [N, 8, 8] class
                s = conv(x, 3, kernel: 1)
                a = bce_with_logits(y, t)
            //      ^error: "bce_with_logits" needs operands of one shape: "y" is [N, 4, 7, 7], "t" is [N, 3, 8, 8]
                b = bce_with_logits(x, c)
            //      ^error: "bce_with_logits" compares with real values, found the class map "c"
                d = bce_with_logits(t, s)
            //      ^error: "bce_with_logits" compares with a target, found "s", which the net computes
                e = bce_with_logits(t, x)
            //      ^error: "bce_with_logits" compares with a target, found "x", which is none
                f = dice_loss(x, s)
            //      ^error: "dice_loss" compares with a target, found "s", which the net computes
                good = dice_loss(x, t)
                h = good * good
            //      ^error: losses cannot be multiplied
                i = good + x
            //      ^error: "add" needs a feature map, found a loss
                j = relu(good)
            //           ^error: "relu" needs a feature map, found a loss
                k = dice_loss(good, t)
            //                ^error: "dice_loss" needs a feature map, found a loss
                l = dice_loss(x)
            //      ^error: "dice_loss" takes 2 feature maps, found 1
                m = dice_loss(x, t, smooth: -1)
            //                              ^error: "smooth" of "dice_loss" must be a number from 0, found -1
                n = bce_with_logits(x, t, pos_weight: 0)
            //                                        ^error: "pos_weight" of "bce_with_logits" must be a number above 0, found 0
                r = dice_loss(x, t, ignore: 3)
            //                              ^error: "ignore" of "dice_loss" names a class, but "t" is no class map
                output o = good
            //             ^error: output "o" must be a feature map, found a loss
                output p = c
            //             ^error: output "p" must be a feature map, found the class map [N, 8, 8] class
                output q = 3
            //             ^error: output "q" must be a feature map, found the number 3
                loss x
            //  ^note: the first loss
            //       ^error: expected a loss, found the feature map [N, 3, 8, 8]
                loss good
            //  ^error: a graph has one loss, found a second
                output result = x
            }
            """)
    }
}
