import GraphIR

extension Resampling {
    fileprivate init(channels: Int, input: Extent, _ rule: Rule, grownBy growth: Extent) {
        self.init(
            channels: channels, input: input,
            output: Extent(input.height + growth.height, input.width + growth.width), rule)
    }
}

extension KernelCase {
    // MARK: Resampling

    /// Every rule, with windows that overlap, leave a rest or lie mostly on the padding, and so many weights that they are
    /// computed.
    private static let rules: [Resampling.Rule] = [
        .averagePool(kernel: Extent(2), stride: Extent(2), padding: Extent(0)),
        .averagePool(kernel: Extent(3), stride: Extent(2), padding: Extent(1)),
        .averagePool(kernel: Extent(3), stride: Extent(1), padding: Extent(1)),
        .averagePool(kernel: Extent(1, 2), stride: Extent(2, 3), padding: Extent(0, 1)),
        .averagePool(kernel: Extent(3, 2), stride: Extent(1, 2), padding: Extent(1, 0)),
        .nearest(scale: Extent(1)), .nearest(scale: Extent(2)), .nearest(scale: Extent(2, 3)),
        .nearest(scale: Extent(3, 1)), .nearest(scale: Extent(1, 5)),
        .bilinear(scale: Extent(1), alignsCorners: false), .bilinear(scale: Extent(2), alignsCorners: false),
        .bilinear(scale: Extent(3), alignsCorners: false), .bilinear(scale: Extent(2, 3), alignsCorners: false),
        .bilinear(scale: Extent(4, 1), alignsCorners: false),
        .bilinear(scale: Extent(1), alignsCorners: true), .bilinear(scale: Extent(2), alignsCorners: true),
        .bilinear(scale: Extent(2, 3), alignsCorners: true),
        .bedOfNails(scale: Extent(1)), .bedOfNails(scale: Extent(2)), .bedOfNails(scale: Extent(2, 3)),
        .bedOfNails(scale: Extent(3, 1)),
    ]

    /// Borders cut off or added, by odd numbers too, and both at once.
    private static let borders: [(top: Int, left: Int, height: Int, width: Int)] = [
        (0, 0, 0, 0), (1, 2, 3, 5), (-1, -1, -2, -3), (2, -1, 3, -2), (-2, 0, -2, 1), (0, 1, 0, 1), (5, 4, 9, 9),
    ]

    private static func maps(_ channels: Int, _ input: Extent) -> [Resampling] {
        let fitting = rules.map { Resampling(channels: channels, input: input, $0) }.filter { $0.output.area > 0 }
        let shifts = borders.map { border in
            Resampling(
                channels: channels, input: input,
                output: Extent(input.height + border.height, input.width + border.width),
                .shift(top: border.top, left: border.left))
        }.filter { $0.output.height > 0 && $0.output.width > 0 }
        let mirrors = borders.flatMap { border in
            [Border.reflect, .replicate, .constant(-1.5)].map { outside in
                Resampling(
                    channels: channels, input: input,
                    output: Extent(input.height + border.height, input.width + border.width),
                    .shift(top: border.top, left: border.left, border: outside))
            }
        }.filter { $0.output.height > 0 && $0.output.width > 0 && reflects($0) }
        return fitting + shifts + mirrors + resizings(channels, input)
    }

    /// Whether the map is wide enough to be mirrored, if it is to be.
    private static func reflects(_ map: Resampling) -> Bool {
        guard case .shift(let top, let left, .reflect) = map.rule else { return true }
        return max(top, map.output.height - map.input.height - top) < map.input.height
            && max(left, map.output.width - map.input.width - left) < map.input.width
    }

    /// Up and down, by whole numbers and by others, to one value, and one axis as it is.
    private static func resizings(_ channels: Int, _ input: Extent) -> [Resampling] {
        let sizes = [
            Extent(2 * input.height, 3 * input.width), Extent(input.height + 2, 2 * input.width + 1), Extent(1, 2),
            Extent(max(1, input.height - 1), max(1, input.width / 2)),
            Extent(input.height, max(1, 2 * input.width / 3)),
        ]
        return Interpolation.allCases.flatMap { mode in
            sizes.map {
                Resampling(
                    channels: channels, input: input, output: $0, .resize(mode, followsPicture: $0.height % 2 == 0))
            }
        }
    }

    private static func both(_ map: Resampling, then epilogue: [Elementwise] = []) -> [KernelCase] {
        let text = "\(map.rule) @\(map.channels)x\(map.input.height)x\(map.input.width)"
        return [
            KernelCase(text, .resample(map), [map.inputType], then: epilogue),
            KernelCase(text, .resampleGradient(map), [map.outputType], then: epilogue),
        ]
    }

    /// Windows of many sizes and scales of many phases: what is too long to be written out.
    private static let computed: [Resampling] =
        [
            Resampling(
                channels: 2, input: Extent(19, 17),
                .averagePool(kernel: Extent(19, 17), stride: Extent(1), padding: Extent(0))),
            Resampling(
                channels: 1, input: Extent(21, 20),
                .averagePool(kernel: Extent(19), stride: Extent(1), padding: Extent(9))),
            Resampling(
                channels: 1, input: Extent(40, 45),
                .averagePool(kernel: Extent(21), stride: Extent(2), padding: Extent(10))
            ),
            Resampling(channels: 1, input: Extent(3, 4), .bilinear(scale: Extent(19), alignsCorners: false)),
            Resampling(channels: 1, input: Extent(1, 3), .bilinear(scale: Extent(20), alignsCorners: true)),
            Resampling(channels: 1, input: Extent(3, 1), .bilinear(scale: Extent(3, 20), alignsCorners: false)),
            Resampling(channels: 1, input: Extent(3, 2), .nearest(scale: Extent(20))),
            Resampling(
                channels: 1, input: Extent(30, 28), .shift(top: 25, left: 3, border: .reflect), grownBy: Extent(45, 24)),
        ]
        + Interpolation.allCases.flatMap { mode in
            [(Extent(19, 23), Extent(37, 24)), (Extent(37, 41), Extent(18, 40)), (Extent(3, 20), Extent(61, 1))].map {
                Resampling(channels: 1, input: $0, output: $1, .resize(mode, followsPicture: true))
            }
        }

    static let resampling: [KernelCase] =
        [
            (17, Extent(1)), (3, Extent(1, 7)), (3, Extent(3, 5)), (3, Extent(7, 4)), (1, Extent(17, 13)),
            (1, Extent(33, 20)),
        ]
        .flatMap { maps($0.0, $0.1).flatMap { both($0) } } + computed.flatMap { both($0) }

    /// Rows that are stored more than once, or go through the epilogue as vectors.
    static let resamplingEpilogues: [KernelCase] = maps(3, Extent(4, 9)).flatMap {
        both($0, then: [.relu]) + both($0, then: [.add, .reluGradient])
    }

    /// Few channels and many rows: tasks are strips.
    static let resampledStrips: [KernelCase] = [
        Resampling(channels: 1, input: Extent(67, 71), .nearest(scale: Extent(3))),
        Resampling(channels: 1, input: Extent(67, 131), .bilinear(scale: Extent(3, 2), alignsCorners: false)),
        Resampling(channels: 1, input: Extent(83, 101), .bilinear(scale: Extent(2), alignsCorners: true)),
        Resampling(channels: 1, input: Extent(67, 131), .bedOfNails(scale: Extent(2))),
        Resampling(
            channels: 1, input: Extent(173, 200),
            .averagePool(kernel: Extent(3, 2), stride: Extent(1), padding: Extent(0))),
        Resampling(
            channels: 1, input: Extent(173, 200), .averagePool(kernel: Extent(2), stride: Extent(3), padding: Extent(1))
        ),
        Resampling(channels: 1, input: Extent(173, 191), centredIn: Extent(198, 190)),
        Resampling(
            channels: 1, input: Extent(173, 191), .shift(top: 7, left: 2, border: .reflect), grownBy: Extent(12, 5)),
        Resampling(
            channels: 1, input: Extent(197, 131), output: Extent(301, 160), .resize(.bilinear, followsPicture: true)),
        Resampling(
            channels: 1, input: Extent(301, 160), output: Extent(197, 131), .resize(.nearest, followsPicture: true)),
    ].flatMap { both($0, then: [.add]) }

    /// Maps blocked by channels that every vector width divides.
    static let blockedResampling: [KernelCase] =
        [(48, Extent(1)), (16, Extent(1, 7)), (32, Extent(3, 5)), (16, Extent(7, 4))]
        .flatMap { channels, input in
            maps(channels, input).flatMap { both($0) + (channels == 32 ? both($0, then: [.add, .reluGradient]) : []) }
        }
        + computed.flatMap { map in
            var map = map
            map.channels = 16
            return both(map, then: [.relu])
        }

    // MARK: Picking

    private static func picks(_ channels: Int, _ extents: [Extent]) -> [KernelCase] {
        let windows: [(kernel: Extent, stride: Extent, padding: Int)] = [
            (Extent(2), Extent(2), 0), (Extent(3), Extent(2), 1), (Extent(3, 2), Extent(1), 0),
            (Extent(1), Extent(1), 0), (Extent(2), Extent(3), 0), (Extent(2), Extent(1, 2), 1),
        ]
        return extents.flatMap { input in
            windows.map {
                PoolGeometry(
                    channels: channels, input: input, kernel: $0.kernel, stride: $0.stride, padding: Padding($0.padding)
                )
            }.filter { $0.output.height > 0 && $0.output.width > 0 }.flatMap { g in
                [[], [Elementwise.add, .reluGradient]].map {
                    KernelCase(
                        "\(g.kernel) @\(channels)x\(input.height)x\(input.width)", .maxPick(g),
                        [g.inputType, g.inputType],
                        then: $0)
                }
            }
        }
    }

    static let picking: [KernelCase] =
        picks(1, [Extent(17, 13), Extent(1, 5)]) + picks(3, [Extent(7, 4), Extent(3, 5)]) + picks(17, [Extent(1)])
    static let blockedPicking: [KernelCase] = picks(16, [Extent(7, 4), Extent(1)]) + picks(48, [Extent(3, 5)])
}
