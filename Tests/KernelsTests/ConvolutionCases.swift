import GraphIR

/// A convolution's geometry with a name.
struct NamedGeometry: Sendable {
    var name: String
    var geometry: ConvGeometry

    private init(_ name: String, _ geometry: ConvGeometry) {
        self.name = name
        self.geometry = geometry
    }

    private static func conv(
        _ name: String, _ channels: Int, to outputs: Int, _ input: Extent, kernel: Extent, stride: Extent = Extent(1),
        padding: Padding = Padding(0), dilation: Extent = Extent(1), groups: Int = 1
    ) -> NamedGeometry {
        NamedGeometry(
            "\(name) \(channels) to \(outputs) @\(input.height)x\(input.width)",
            ConvGeometry(
                inputChannels: channels, input: input, outputChannels: outputs, kernel: kernel, stride: stride,
                padding: padding, dilation: dilation, groups: groups))
    }

    /// As `conv_transpose` of a map of `size` with `channels`, sized as in PyTorch.
    private static func transposed(
        _ name: String, _ channels: Int, to outputs: Int, _ size: Extent, kernel: Int, stride: Int, padding: Int = 0,
        outputPadding: Int = 0
    ) -> NamedGeometry {
        let result = { (size: Int) in (size - 1) * stride - 2 * padding + kernel + outputPadding }
        return NamedGeometry(
            "transposed \(name) \(channels) to \(outputs) @\(size.height)x\(size.width)",
            ConvGeometry(
                inputChannels: outputs, input: Extent(result(size.height), result(size.width)),
                outputChannels: channels, output: size, kernel: Extent(kernel), stride: Extent(stride),
                padding: Padding(padding),
                dilation: Extent(1), groups: 1))
    }

    static let plain: [NamedGeometry] = [
        conv("1x1", 1, to: 1, Extent(1), kernel: Extent(1)),
        conv("1x1", 3, to: 5, Extent(7, 13), kernel: Extent(1)),
        conv("1x1 stride 2", 5, to: 3, Extent(13, 7), kernel: Extent(1), stride: Extent(2)),
        conv("1x1 on padding", 2, to: 3, Extent(5), kernel: Extent(1), padding: Padding(1)),
        conv("3x3 same", 3, to: 5, Extent(13, 17), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 valid", 5, to: 3, Extent(7, 5), kernel: Extent(3)),
        conv("3x3 one pixel", 3, to: 5, Extent(1), kernel: Extent(3), padding: Padding(1)),
        conv("5x5 same", 1, to: 3, Extent(17, 13), kernel: Extent(5), padding: Padding(2)),
        conv(
            "2x4 same", 3, to: 3, Extent(5, 7), kernel: Extent(2, 4),
            padding: Padding(top: 0, left: 1, bottom: 1, right: 2)),
    ]

    /// What Winograd's algorithm computes on blocked maps, at sizes that no tile divides.
    static let winograd: [NamedGeometry] = [
        conv("3x3 same", 16, to: 32, Extent(7, 9), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 same, channels of half a vector", 8, to: 24, Extent(5, 6), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 valid", 32, to: 16, Extent(6, 7), kernel: Extent(3)),
        conv("3x3 wide padding", 16, to: 16, Extent(3, 5), kernel: Extent(3), padding: Padding(2)),
        conv(
            "3x3 uneven padding", 16, to: 16, Extent(5, 8), kernel: Extent(3),
            padding: Padding(top: 0, left: 1, bottom: 2, right: 0)),
    ]

    /// The same with several blocks of tiles or of channels.
    static let largeWinograd: [NamedGeometry] = [
        conv("3x3 one pixel", 16, to: 80, Extent(1), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 many tiles", 16, to: 16, Extent(33, 29), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 many channels", 144, to: 80, Extent(4, 5), kernel: Extent(3), padding: Padding(1)),
    ]

    /// What the direct algorithm computes on blocked maps: strides, dilations and paddings of all kinds.
    static let direct: [NamedGeometry] = [
        conv("3x3 same", 16, to: 32, Extent(7, 9), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 same, channels of half a vector", 24, to: 8, Extent(5, 6), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 stride 2", 32, to: 16, Extent(9, 6), kernel: Extent(3), stride: Extent(2), padding: Padding(1)),
        conv("3x3 valid", 16, to: 16, Extent(5, 17), kernel: Extent(3)),
        conv("3x3 one pixel", 16, to: 16, Extent(1), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 dilation 2", 16, to: 16, Extent(6, 5), kernel: Extent(3), padding: Padding(2), dilation: Extent(2)),
        conv(
            "3x2 stride and dilation", 16, to: 16, Extent(9, 7), kernel: Extent(3, 2), stride: Extent(2, 3),
            padding: Padding(top: 3, left: 0, bottom: 0, right: 2), dilation: Extent(1, 2)),
        conv(
            "uneven padding", 16, to: 16, Extent(5, 6), kernel: Extent(3),
            padding: Padding(top: 0, left: 1, bottom: 4, right: 3)),
        conv("3x3 dilation 5", 32, to: 16, Extent(7, 12), kernel: Extent(3), padding: Padding(5), dilation: Extent(5)),
        conv(
            "3x3 dilation 12 on a small map", 16, to: 16, Extent(3, 5), kernel: Extent(3), padding: Padding(12),
            dilation: Extent(12)),
        conv(
            "2x3 stride 2 and dilation 3", 16, to: 16, Extent(9, 8), kernel: Extent(2, 3), stride: Extent(2),
            padding: Padding(3), dilation: Extent(3)),
        conv("1x1 stride 2", 16, to: 48, Extent(5, 4), kernel: Extent(1), stride: Extent(2)),
        conv("1x2 stride 3", 16, to: 16, Extent(5, 8), kernel: Extent(1, 2), stride: Extent(3)),
        conv("5x5 same", 16, to: 16, Extent(4, 5), kernel: Extent(5), padding: Padding(2)),
        conv("7x7 stride 2", 16, to: 16, Extent(6, 7), kernel: Extent(7), stride: Extent(2), padding: Padding(3)),
        transposed(
            "3x3 stride 2, padding 1, output padding 1", 16, to: 16, Extent(3, 4), kernel: 3, stride: 2, padding: 1,
            outputPadding: 1),
        transposed("4x4 stride 2, padding 1", 16, to: 32, Extent(3, 2), kernel: 4, stride: 2, padding: 1),
        transposed("3x3 stride 1, padding 2", 16, to: 16, Extent(5, 6), kernel: 3, stride: 1, padding: 2),
    ]

    /// The same in groups: wider than a block of channels, and narrower ones that are joined.
    static let grouped: [NamedGeometry] = [
        conv("3x3, 2 groups", 32, to: 64, Extent(5, 7), kernel: Extent(3), padding: Padding(1), groups: 2),
        conv("3x3, 3 groups", 96, to: 48, Extent(4, 3), kernel: Extent(3), padding: Padding(1), groups: 3),
        conv("3x3, groups of 4", 32, to: 32, Extent(5, 6), kernel: Extent(3), padding: Padding(1), groups: 8),
        conv(
            "3x3 stride 2, groups of 8", 32, to: 32, Extent(7, 6), kernel: Extent(3), stride: Extent(2),
            padding: Padding(1), groups: 4),
        conv("2x3 groups of 2 to 4", 16, to: 32, Extent(5, 4), kernel: Extent(2, 3), groups: 8),
        conv(
            "3x3 depthwise twice", 16, to: 32, Extent(5), kernel: Extent(3), stride: Extent(2, 1),
            padding: Padding(1), groups: 16),
        conv(
            "3x1 dilation 2, groups of 8 to 4", 32, to: 16, Extent(6, 3), kernel: Extent(3, 1), padding: Padding(1),
            dilation: Extent(2), groups: 4),
        conv(
            "3x3 dilation 4, groups of 16", 64, to: 32, Extent(6, 9), kernel: Extent(3), padding: Padding(4),
            dilation: Extent(4), groups: 2),
        conv("1x1 groups of 4, several parts", 144, to: 144, Extent(2, 3), kernel: Extent(1), groups: 36),
    ]

    /// Each channel on its own: kernels, strides, dilations and paddings of all kinds; maps that are smaller than a kernel.
    static let depthwise: [NamedGeometry] =
        [
            (Extent(7, 9), Extent(3), Extent(1), Padding(1), Extent(1)),
            (Extent(9, 30), Extent(3), Extent(1), Padding(1), Extent(1)),
            (Extent(9, 6), Extent(3), Extent(2), Padding(1), Extent(1)),
            (Extent(8, 7), Extent(5), Extent(1), Padding(2), Extent(1)),
            (Extent(7, 12), Extent(5), Extent(2), Padding(2), Extent(1)),
            (Extent(8), Extent(7), Extent(1), Padding(3), Extent(1)),
            (Extent(5, 6), Extent(3), Extent(1), Padding(0), Extent(1)),
            (Extent(1), Extent(3), Extent(1), Padding(1), Extent(1)),
            (Extent(2, 1), Extent(7), Extent(2), Padding(3), Extent(1)),
            (Extent(6, 5), Extent(3), Extent(1), Padding(2), Extent(2)),
            (Extent(7, 9), Extent(3), Extent(1), Padding(6), Extent(6)),
            (Extent(4, 5), Extent(3), Extent(1), Padding(12), Extent(12)),
            (Extent(9, 7), Extent(3, 2), Extent(2, 3), Padding(top: 3, left: 0, bottom: 0, right: 2), Extent(1, 2)),
            (Extent(5, 6), Extent(3), Extent(1), Padding(top: 0, left: 1, bottom: 4, right: 3), Extent(1)),
            (Extent(5, 4), Extent(1), Extent(2), Padding(0), Extent(1)),
            (Extent(3, 11), Extent(1, 9), Extent(1), Padding(Extent(0, 4)), Extent(1)),
        ].map { input, kernel, stride, padding, dilation in
            conv(
                "\(kernel.height)x\(kernel.width) stride \(stride.height) dilation \(dilation.height)", 32, to: 32,
                input,
                kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: 32)
        } + [
            conv(
                "3x3 of half a vector", 24, to: 24, Extent(5, 6), kernel: Extent(3), padding: Padding(1), groups: 24)
        ]

    static let largeGrouped: [NamedGeometry] = [
        conv("3x3 depthwise", 144, to: 144, Extent(57, 70), kernel: Extent(3), padding: Padding(1), groups: 144),
        conv(
            "5x5 depthwise", 16, to: 16, Extent(64, 33), kernel: Extent(5), stride: Extent(2), padding: Padding(2),
            groups: 16),
        conv("3x3 groups of 4", 128, to: 128, Extent(33, 56), kernel: Extent(3), padding: Padding(1), groups: 32),
        conv("3x3 groups of 64", 256, to: 128, Extent(9, 8), kernel: Extent(3), padding: Padding(1), groups: 4),
    ]

    static let largeDirect: [NamedGeometry] = [
        conv("3x3 rows in blocks", 16, to: 32, Extent(65, 70), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 many channels", 144, to: 192, Extent(9, 8), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 wide rows", 32, to: 16, Extent(4, 300), kernel: Extent(3), stride: Extent(2), padding: Padding(1)),
        transposed("3x3 stride 2", 32, to: 48, Extent(40, 33), kernel: 3, stride: 2, padding: 1, outputPadding: 1),
    ]

    /// Few tiles and channels enough that a small cache does not hold their weights.
    static let deepWinograd: [NamedGeometry] = [
        conv("3x3 deep, one tile", 32, to: 48, Extent(4), kernel: Extent(3), padding: Padding(1)),
        conv(
            "3x3 deep, asymmetric padding", 48, to: 32, Extent(3, 6), kernel: Extent(3),
            padding: Padding(top: 0, left: 1, bottom: 2, right: 0)),
    ]

    static let odd: [NamedGeometry] = [
        conv("3x3 stride 2", 3, to: 5, Extent(13, 7), kernel: Extent(3), stride: Extent(2), padding: Padding(1)),
        conv("2x1 stride 3, 2", 3, to: 1, Extent(13, 17), kernel: Extent(2, 1), stride: Extent(3, 2)),
        conv("3x3 dilation 2", 5, to: 3, Extent(13), kernel: Extent(3), padding: Padding(2), dilation: Extent(2)),
        conv(
            "3x2 stride and dilation", 3, to: 2, Extent(17, 13), kernel: Extent(3, 2), stride: Extent(2, 1),
            padding: Padding(top: 3, left: 0, bottom: 0, right: 2), dilation: Extent(1, 3)),
        conv("3x3 groups", 6, to: 9, Extent(7, 5), kernel: Extent(3), padding: Padding(1), groups: 3),
        conv("1x1 groups", 6, to: 4, Extent(5, 7), kernel: Extent(1), groups: 2),
        conv("3x3 depthwise", 17, to: 17, Extent(7, 5), kernel: Extent(3), padding: Padding(1), groups: 17),
        conv("3x3 depthwise twice", 5, to: 10, Extent(7), kernel: Extent(3), stride: Extent(2), groups: 5),
        conv(
            "3x3 asymmetric padding", 3, to: 3, Extent(5, 7), kernel: Extent(3),
            padding: Padding(top: 0, left: 1, bottom: 2, right: 3)),
        conv("7x7 on 5x5", 3, to: 5, Extent(5), kernel: Extent(7), padding: Padding(3)),
        conv("5x3 on 1x5", 3, to: 5, Extent(1, 5), kernel: Extent(5, 3), padding: Padding(Extent(2, 1))),
        conv("5x5 on 1x1", 2, to: 2, Extent(1), kernel: Extent(5), padding: Padding(4)),
    ]

    /// Small maps with many channels, whose weights are fetched once, and maps of several row blocks.
    static let blocked: [NamedGeometry] = [
        conv("3x3 small map", 17, to: 33, Extent(7, 5), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 small map", 33, to: 17, Extent(5, 7), kernel: Extent(3), padding: Padding(1)),
        conv("1x1 small map", 33, to: 35, Extent(5), kernel: Extent(1)),
        conv("3x3 small map", 3, to: 300, Extent(3, 1), kernel: Extent(3), padding: Padding(1)),
        conv("3x3 groups of a small map", 66, to: 70, Extent(5, 3), kernel: Extent(3), padding: Padding(1), groups: 2),
        conv(
            "3x3 stride 2 small map", 33, to: 33, Extent(7), kernel: Extent(3), stride: Extent(2), padding: Padding(1)),
    ]

    /// Maps of several blocks of rows for one of the operators, which are the ones worth their time.
    static let large: [(geometry: NamedGeometry, operators: Set<String>)] = [
        (
            conv("3x3 rows in blocks", 33, to: 2, Extent(24, 40), kernel: Extent(3), padding: Padding(1)), ["conv"]
        ),
        (
            conv("3x3 rows in blocks", 14, to: 1, Extent(48, 32), kernel: Extent(3), padding: Padding(1)),
            ["conv_data_gradient"]
        ),
        (
            conv(
                "3x3 stride 2 rows in blocks", 14, to: 1, Extent(75, 64), kernel: Extent(3), stride: Extent(2),
                padding: Padding(1)), ["conv_transpose"]
        ),
        (conv("3x3 rows in blocks", 16, to: 1, Extent(48, 40), kernel: Extent(3)), ["conv_weight_gradient"]),
        (
            conv("1x1 rows in blocks", 3, to: 2, Extent(80, 72), kernel: Extent(1)),
            ["conv", "conv_data_gradient", "conv_weight_gradient"]
        ),
    ]

    static var largeCases: [KernelCase] {
        large.flatMap { entry in entry.geometry.cases.filter { entry.operators.contains($0.op.mnemonic) } }
    }

    static let transposedOnes: [NamedGeometry] = [
        transposed("2x2 stride 2", 5, to: 3, Extent(7, 5), kernel: 2, stride: 2),
        transposed("2x2 stride 2", 33, to: 35, Extent(5, 3), kernel: 2, stride: 2),
        transposed(
            "3x3 stride 2, padding 1, output padding 1", 3, to: 5, Extent(7, 5), kernel: 3, stride: 2, padding: 1,
            outputPadding: 1),
        transposed("4x4 stride 2, padding 1", 5, to: 1, Extent(5, 13), kernel: 4, stride: 2, padding: 1),
        transposed("3x3 stride 1", 3, to: 3, Extent(5, 7), kernel: 3, stride: 1),
        transposed("1x1 stride 3, output padding 2", 3, to: 2, Extent(5, 1), kernel: 1, stride: 3, outputPadding: 2),
    ]

    /// The four operators that share the geometry.
    var cases: [KernelCase] {
        let g = geometry
        let (x, y, weight) = (g.inputType, g.outputType, g.weightType)
        return [
            KernelCase(name, .conv(g), [x, weight, .fixed([g.outputChannels])], then: [.relu]),
            KernelCase(name, .conv(g), [x, weight]),
            KernelCase(name, .convTranspose(g), [y, weight, .fixed([g.inputChannels])]),
            KernelCase(name, .convDataGradient(g), [y, weight], then: [.reluGradient]),
            KernelCase(name, .convWeightGradient(g), [y, x]),
        ]
    }
}
