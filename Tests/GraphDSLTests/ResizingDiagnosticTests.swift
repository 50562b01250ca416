import Testing

/// Calls of pooling, upsampling, crop and pad that do not fit.
@Suite struct ResizingDiagnosticTests {
    @Test func cropAndPad() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; input y: [4, 7, 7]; input z: [1, 9, 6]; target m: [3, 8, 8]
            //        ^note: "x" is [N, 3, 8, 8]
            //        ^note: "x" is [N, 3, 8, 8]
            //                            ^note: "y" is [N, 4, 7, 7]
            //                                                ^note: "z" is [N, 1, 9, 6]
            //                                                ^note: "z" is [N, 1, 9, 6]
                a = crop(x)
            //      ^error: "crop" needs the argument "like", or numbers
                b = crop(y, like: x)
            //      ^error: "crop" only cuts: "y" is [N, 4, 7, 7], "x" is [N, 3, 8, 8]
                d = pad(x, like: z)
            //      ^error: "pad" only adds: "x" is [N, 3, 8, 8], "z" is [N, 1, 9, 6]
                e = crop(z, like: relu(y))
            //      ^error: "crop" only cuts: "z" is [N, 1, 9, 6], the result of "relu" is [N, 4, 7, 7]
            //                    ^note: the result of "relu" is [N, 4, 7, 7]
                f = pad(x, like: 3)
            //                   ^error: "like" of "pad" must be a feature map, found the number 3
                output o = relu(x)
            }
            """)
    }

    @Test func bordersInNumbers() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; input y: [4, 7, 7]
            //        ^note: "x" is [N, 3, 8, 8]
            //        ^note: "x" is [N, 3, 8, 8]
                a = crop(x, top: 3, bottom: 5)
            //      ^error: "crop" cuts all of "x" off, which is [N, 3, 8, 8]
                b = pad(x, left: 1, like: y)
            //      ^error: "pad" goes by one of "top" and "like"
                d = pad(x, mode: reflect, like: y)
            //      ^error: "pad" has no border to make of the map
                e = pad(x, value: 1)
            //      ^error: "pad" has no border to make of that value
                f = pad(x, top: 7, right: 8, mode: reflect)
            //      ^error: "pad" reflects fewer rows and columns than "x" has, which is [N, 3, 8, 8]
                g = pad(x, top: 65537)
            //                  ^error: "top" of "pad" must be at most 65536, found 65537
                h = pad(x, top: 1, mode: reflected)
            //                           ^error: "mode" of "pad" must be one of constant, reflect, replicate, found reflected
                output o = relu(x)
            }
            """)
    }

    @Test func channels() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]
            //        ^note: "x" is [N, 3, 8, 8]
            //        ^note: "x" is [N, 3, 8, 8]
                a = slice(x, channels: [2, 2])
            //                         ^error: "slice" takes at least one of the 3 channels of "x", found [2, 2]
                b = slice(x, channels: [1, 4])
            //                         ^error: "slice" takes at least one of the 3 channels of "x", found [1, 4]
                d = slice(x)
            //      ^error: "slice" needs the argument "channels"
                e = slice(x, channels: 2)
            //                         ^error: "channels" of "slice" must be [a, b], whole numbers from 0, found the number 2
                f = pad(x, channels: [1, 2, 3])
            //                       ^error: "channels" of "pad" must be [a, b], whole numbers from 0, found a list of 3
                output o = relu(x)
            }
            """)
    }

    @Test func resizing() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; input y: [4, 7, 7]
                a = resize(x)
            //      ^error: "resize" needs the argument "size" or "like"
                b = resize(x, size: 4, like: y)
            //      ^error: "resize" goes by one of "size" and "like"
                d = resize(x, like: y, align_corners: true)
            //                                        ^error: corners are aligned in the mode bilinear, found the mode nearest
                output o = relu(x)
            }
            """)
    }

    @Test func unpooling() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; input y: [4, 4, 4]
            //        ^note: it is made here
            //                            ^note: "y" is [N, 4, 4, 4]
                p = max_pool(x, kernel: 2)
            //  ^note: "p" is [N, 3, 4, 4]
                overlapping = max_pool(x, kernel: 3, stride: 2, padding: 1)
            //  ^note: the pooling
                a = max_unpool(p, x)
            //                    ^error: "max_unpool" needs the result of a "max_pool", found "x"
                b = max_unpool(p, overlapping)
            //                    ^error: "max_unpool" needs a pooling whose windows do not overlap, found kernel 3 with stride 2
                d = max_unpool(y, p)
            //      ^error: "max_unpool" needs a map like the pooling's result: "y" is [N, 4, 4, 4], "p" is [N, 3, 4, 4]
                output o = max_unpool(p, p)
            }
            """)
    }

    @Test func upsampling() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; input tall: [1, 40000, 1]
            //                            ^note: "tall" is [N, 1, 40000, 1]
                a = upsample_nearest(tall, scale: 65536)
            //                                    ^error: scale 65536 makes "tall" too large, which is [N, 1, 40000, 1]
                b = bed_of_nails(x, scale: [33, 32])
            //                             ^error: scale [33, 32] makes 1056 values of each one, more than the 1024 that can be compiled
                d = upsample_bilinear(x, align_corners: 1)
            //                                          ^error: "align_corners" of "upsample_bilinear" must be true or false, found the number 1
                output o = upsample_nearest(x)
            }
            """)
    }

    @Test func classes() {
        expectFindings(
            """
            graph t {
                input x: [3, 8, 8]; target m: [3, 8, 8]; target c: classes[8, 8]; target d: classes[4, 4]
            //        ^note: "x" is [N, 3, 8, 8]
            //        ^note: "x" is [N, 3, 8, 8]
            //                             ^note: "m" is [N, 3, 8, 8]
            //                                                                           ^note: "d" is [N, 4, 4] class
                a = cross_entropy(x, m)
            //      ^error: "cross_entropy" compares with a class map, found "m" of real values
                b = cross_entropy(x, d)
            //      ^error: "cross_entropy" needs maps of one height and width: "x" is [N, 3, 8, 8], "d" is [N, 4, 4] class
                e = cross_entropy(x, c, weights: [1, 2])
            //                                   ^error: "weights" of "cross_entropy" must hold a number for each of the 3 classes, found 2
                f = cross_entropy(x, c, weights: [0, 0, 0])
            //                                   ^error: "weights" of "cross_entropy" must not all be 0
                g = cross_entropy(x, c, weights: 3)
            //                                   ^error: "weights" of "cross_entropy" must be a list of numbers, found the number 3
                h = cross_entropy(x, c, ignore: -1)
            //                                  ^error: "ignore" of "cross_entropy" must be at least 0, found -1
                output o = relu(x)
            }
            """)
    }
}
