import Testing

/// Ways down and up, normalisations and losses of classes that do not fit: each mistake at its place, in these words.
@Suite struct ShapeDiagnosticTests {
    @Test func unpooling() {
        expectFindings(
            """
            graph t {
                input x: [4, 8, 8]; input y: [3, 4, 4]
            //                            ^note: "y" is [N, 3, 4, 4]
                p = max_pool(x, kernel: 2)
            //  ^note: "p" is [N, 4, 4, 4]
                q = relu(max_pool(x, kernel: 2))
            //  ^note: it is made here
                o = max_pool(x, kernel: 3, stride: 2)
            //  ^note: the pooling
                a = max_unpool(y, p)
            //      ^error: "max_unpool" needs a map like the pooling's result: "y" is [N, 3, 4, 4], "p" is [N, 4, 4, 4]
                b = max_unpool(p, q)
            //                    ^error: "max_unpool" needs the result of a "max_pool", found "q"
                c = max_unpool(o, o)
            //                    ^error: "max_unpool" needs a pooling whose windows do not overlap, found kernel 3 with stride 2
                d = max_unpool(p)
            //      ^error: "max_unpool" takes 2 feature maps, found 1
                w = max_pool(x, kernel: 33, padding: 16)
            //                          ^error: the window of "max_pool" has 33 x 33 values, more than the 1024 that can be compiled
                output result = a + b + c + d + w
            }
            """)
    }

    @Test func fitting() {
        expectFindings(
            """
            graph t {
                input x: [4, 8, 8]; input y: [3, 5, 9]; input z: [3, 4, 4]
            //        ^note: "x" is [N, 4, 8, 8]
            //        ^note: "x" is [N, 4, 8, 8]
            //        ^note: "x" is [N, 4, 8, 8]
            //                            ^note: "y" is [N, 3, 5, 9]
            //                                                ^note: "z" is [N, 3, 4, 4]
            //                                                ^note: "z" is [N, 3, 4, 4]
                a = crop(x, like: y)
            //      ^error: "crop" only cuts: "x" is [N, 4, 8, 8], "y" is [N, 3, 5, 9]
                b = pad(x, like: z)
            //      ^error: "pad" only adds: "x" is [N, 4, 8, 8], "z" is [N, 3, 4, 4]
                c = crop(z, like: x)
            //      ^error: "crop" only cuts: "z" is [N, 3, 4, 4], "x" is [N, 4, 8, 8]
                d = crop(x, like: 3)
            //                    ^error: "like" of "crop" must be a feature map, found the number 3
                e = crop(x)
            //      ^error: "crop" needs the argument "like"
                output result = a + b + c + d + e
            }
            """)
    }

    @Test func upsampling() {
        expectFindings(
            """
            graph t {
                input x: [4, 8, 8]
                a = upsample_nearest(x, scale: 33)
            //                                 ^error: scale 33 makes 1089 values of each one, more than the 1024 that can be compiled
                b = bed_of_nails(x, scale: 0)
            //                             ^error: "scale" of "bed_of_nails" must be at least 1, found 0
                c = upsample_bilinear(x, scale: [2, 2, 2])
            //                                  ^error: "scale" of "upsample_bilinear" must be a whole number from 1 or [h, w], found a list of 3
                d = upsample_bilinear(x, align_corners: 1)
            //                                          ^error: "align_corners" of "upsample_bilinear" must be true or false, found the number 1
                output result = a + b + c + d
            }
            """)
    }

    @Test func normalisation() {
        expectFindings(
            """
            graph t {
                input x: [6, 8, 8]
            //        ^note: "x" is [N, 6, 8, 8]
                a = group_norm(x, groups: 4)
            //                            ^error: 6 channels of "x" cannot be split into 4 groups
                b = group_norm(x)
            //      ^error: "group_norm" needs the argument "groups"
                c = batch_norm(x, momentum: 1.5)
            //                              ^error: "momentum" of "batch_norm" must be a number from 0 to 1, found 1.5
                d = batch_norm(x, eps: 0)
            //                         ^error: "eps" of "batch_norm" must be a number above 0, found 0
                e = batch_norm(batch_norm(x))
            //      ^error: "e" has several calls with parameters, which need names of their own
            //                 ^note: another one is this "batch_norm"
                f = dropout(x, rate: 1)
            //                       ^error: "rate" of "dropout" must be a number from 0 to below 1, found 1
                output result = a + b + c + d + e + f
            }
            """)
    }

    @Test func classes() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; input y: [3, 4, 4]; target real: [3, 8, 8]; target map: classes[8, 8]
            //                                                 ^note: "real" is [N, 3, 8, 8]
            //                                                                         ^note: "map" is [N, 8, 8] class
            //                                                                         ^note: "map" is [N, 8, 8] class
                a = conv(x, 3, kernel: 1)
            //  ^note: "a" is [N, 3, 8, 8]
                b = conv(y, 3, kernel: 1)
            //  ^note: "b" is [N, 3, 4, 4]
                output o = a
                loss cross_entropy(a, real) + cross_entropy(b, map) + cross_entropy(a, map, weights: [1, 2]) +
            //       ^error: "cross_entropy" compares with a class map, found "real" of real values
            //                                ^error: "cross_entropy" needs maps of one height and width: "b" is [N, 3, 4, 4], "map" is [N, 8, 8] class
            //                                                                                       ^error: "weights" of "cross_entropy" must hold a number for each of the 3 classes, found 2
                  cross_entropy(a, map, weights: [0, 0, 0]) + cross_entropy(a, map, weights: 2) +
            //                                   ^error: "weights" of "cross_entropy" must not all be 0
            //                                                                               ^error: "weights" of "cross_entropy" must be a list of numbers, found the number 2
                  cross_entropy(a, map, ignore: -1) + cross_entropy(a, map, weights: [1, -1, 1]) + mse(a, map)
            //                                  ^error: "ignore" of "cross_entropy" must be at least 0, found -1
            //                                                                           ^error: each of "weights" of "cross_entropy" must be a number from 0, found -1
            //                                                                                     ^error: "mse" compares with real values, found the class map "map"
            }
            """)
    }

    @Test func lists() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]
                a = concat([x, x])
            //             ^error: "concat" takes its feature maps one by one, found a list
                b = max_pool([x], kernel: 2)
            //               ^error: a list is not a value
                target m: classes[8, 8]
                c = 2 * m
            //      ^error: "*" needs numbers or feature maps, found the class map [N, 8, 8] class
                output o = a + b
            }
            """)
    }
}
