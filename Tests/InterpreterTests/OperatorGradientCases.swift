import GraphIR
import TestSupport

extension GradientCase {
    /// Every rule at odd sizes, in both directions.
    static let resamplings: [GradientCase] = {
        let map = Extent(5, 4)
        let rules: [(String, Resampling)] =
            [
                (
                    "avg_pool 2",
                    Resampling(
                        channels: 2, input: map,
                        .averagePool(
                            kernel: Extent(2), stride: Extent(2), padding: Extent(0)))
                ),
                (
                    "avg_pool 3x2, overlapping, padded",
                    Resampling(
                        channels: 2, input: map,
                        .averagePool(
                            kernel: Extent(3, 2), stride: Extent(1, 2), padding: Extent(1)))
                ),
                ("nearest 2x3", Resampling(channels: 2, input: map, .nearest(scale: Extent(2, 3)))),
                ("bilinear 2", Resampling(channels: 2, input: map, .bilinear(scale: Extent(2), alignsCorners: false))),
                (
                    "bilinear 3x1",
                    Resampling(channels: 2, input: map, .bilinear(scale: Extent(3, 1), alignsCorners: false))
                ),
                (
                    "bilinear 2, corners",
                    Resampling(channels: 2, input: map, .bilinear(scale: Extent(2), alignsCorners: true))
                ),
                (
                    "bilinear of one value",
                    Resampling(
                        channels: 1, input: Extent(1), .bilinear(scale: Extent(2), alignsCorners: true))
                ),
                ("bed_of_nails 2x3", Resampling(channels: 2, input: map, .bedOfNails(scale: Extent(2, 3)))),
                ("crop", Resampling(channels: 2, input: map, centredIn: Extent(2, 3))),
                ("pad", Resampling(channels: 2, input: map, centredIn: Extent(8, 5))),
            ]
            + Interpolation.allCases.flatMap { mode in
                [Extent(7, 3), Extent(3, 9), Extent(1, 4)].map { size in
                    (
                        "resize \(mode) to \(size)",
                        Resampling(channels: 2, input: map, output: size, .resize(mode, followsPicture: true))
                    )
                }
            }
            + [Border.reflect, .replicate, .constant(2)].map { border in
                (
                    "border \(border)",
                    Resampling(
                        channels: 2, input: map, output: Extent(11, 5), .shift(top: 4, left: -1, border: border))
                )
            }
        return rules.map { name, rule in
            GradientCase(name) { b in
                b.output("out", try b.add(.resample(rule), [b.input("x", rule.inputType.shape)], "y"))
            }
        }
    }()

    static let channels: [GradientCase] = [
        GradientCase("channel_slice, whose operand others read") { b in
            let x = b.input("x", [5, 2, 3])
            let parts = [
                try b.add(.channelSlice(start: 1, count: 2), [x], "a"),
                try b.add(.channelSlice(start: 2, count: 3), [x], "b"),
            ]
            b.output("out", try b.concat(parts + [x], "y"))
        },
        GradientCase("channel_pad") { b in
            b.output("out", try b.add(.channelPad(before: 1, after: 2), [b.input("x", [2, 2, 3])], "y"))
        },
    ]

    static let unpooling: [GradientCase] = [
        GradientCase("max_unpool behind layers of its own") { b in
            let x = b.input("x", [2, 5, 6])
            let g = PoolGeometry(channels: 2, input: Extent(5, 6), kernel: Extent(2), stride: Extent(2))
            let pooled = try b.add(.maxPool(g), [x], "pool")
            let inner = try b.conv(pooled, 2, kernel: 3, padding: 1, "inner")
            b.output("out", try b.add(.maxUnpool(g), [inner, x], "up"))
        }
    ]

    static let normalizations: [GradientCase] =
        [NormalizationGroups.batch, .channels(1), .channels(2), .channels(4)]
        .map {
            groups in
            GradientCase("normalisation by \(groups)") { b in
                // Without a bias, which a normalisation of its own channel makes ineffective.
                let g = ConvGeometry(inputChannels: 2, input: Extent(3, 5), outputChannels: 4, kernel: Extent(1))
                let x = try b.conv(g, b.input("x", [2, 3, 5]), "conv", bias: false)
                let scale = b.parameter("scale", [4], kind: .scale, fanIn: 4)
                let shift = b.parameter("shift", [4], kind: .shift, fanIn: 4)
                let moments = try b.add(.normalization(.moments(groups)), [x], "moments")
                let y = try b.add(.normalization(.normalize(groups, epsilon: 0.1)), [x, moments, scale, shift], "norm")
                b.output("out", try b.apply(.tanh, [y], "y"))
            }
        } + [
            GradientCase("normalisation of each position's channels") { b in
                let x = b.input("x", [4, 3, 5])
                let scale = b.parameter("scale", [4], kind: .scale, fanIn: 4)
                let shift = b.parameter("shift", [4], kind: .shift, fanIn: 4)
                let moments = try b.add(.layerNormalization(.moments(epsilon: 0.1)), [x], "moments")
                let y = try b.add(.layerNormalization(.normalize), [x, moments, scale, shift], "norm")
                b.output("out", try b.apply(.tanh, [y], "y"))
            },
            GradientCase("normalisation without scale and shift") { b in
                let x = b.input("x", [4, 3, 5])
                let groups = NormalizationGroups.channels(4)
                let moments = try b.add(.normalization(.moments(groups)), [x], "moments")
                let y = try b.add(.normalization(.normalize(groups, epsilon: 0.1)), [x, moments], "norm")
                b.output("out", try b.apply(.tanh, [y], "y"))
            },
        ]
}
