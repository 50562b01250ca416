import GraphIR
import TestSupport

extension KernelCase {
    static let allFunctions: [Elementwise] =
        [.scale(-0.75), .offset(0.6), .dropout(rate: 0.3, key: DropoutMask.key(of: "drop"))]
        + Elementwise.allPairs + [.maximum, .minimum].map(\Elementwise.gradient) + Elementwise.allActivations
        + Elementwise.allActivations.map(\.gradient)

    // MARK: Elementwise

    static let elementwise: [KernelCase] =
        allFunctions.flatMap { function in
            [[1, 1, 1], [3, 5, 7], [17, 33, 1], [5]].map { shape in
                KernelCase(
                    "\(shape)", .elementwise(function),
                    Array(repeating: .batched(shape), count: function.operandCount))
            }
        } + [
            KernelCase("fixed", .elementwise(.add), [.fixed([5, 7]), .fixed([5, 7])]),
            KernelCase("scalar", .elementwise(.scale(0.5)), [.scalar]),
            KernelCase("one number a sample", .elementwise(.add), [.batched([]), .batched([])]),
        ]

    // MARK: Epilogues

    /// Every function behind every operator that takes an epilogue, and some chains.
    static let epilogues: [KernelCase] = {
        let g = ConvGeometry(
            inputChannels: 3, input: Extent(7, 5), outputChannels: 5, kernel: Extent(3), padding: Padding(1))
        let tiled = PoolGeometry(channels: 3, input: Extent(7, 9), kernel: Extent(2), stride: Extent(2))
        let overlapping = PoolGeometry(
            channels: 3, input: Extent(7, 5), kernel: Extent(3), stride: Extent(2), padding: Padding(1))
        let chains: [[Elementwise]] =
            allFunctions.filter { $0.domain(ofOperand: 0) == .all }.map { [$0] } + [
                [.add, .reluGradient], [.multiply, .add, .relu], [.siluGradient, .scale(2), .add, .tanh],
            ]
        let bias = TensorType.fixed([5])
        return chains.flatMap { chain in
            [
                KernelCase("3x3", .conv(g), [g.inputType, g.weightType, bias], then: chain),
                KernelCase("3x3", .convDataGradient(g), [g.outputType, g.weightType], then: chain),
                KernelCase("3x3", .convTranspose(g), [g.outputType, g.weightType, .fixed([3])], then: chain),
                KernelCase("2x2", .maxPool(tiled), [tiled.inputType], then: chain),
                KernelCase("2x2", .maxUnpool(tiled), [tiled.outputType, tiled.inputType], then: chain),
                KernelCase(
                    "3x3 overlapping", .maxUnpool(overlapping), [overlapping.outputType, overlapping.inputType],
                    then: chain),
                KernelCase("", .elementwise(.multiply), [.batched([3, 5, 7]), .batched([3, 5, 7])], then: chain),
            ]
        }
    }()

    // MARK: Pooling

    private static func pool(
        _ name: String, _ channels: Int, _ input: Extent, kernel: Extent, stride: Extent,
        padding: Padding = Padding(0)
    ) -> [KernelCase] {
        let g = PoolGeometry(channels: channels, input: input, kernel: kernel, stride: stride, padding: padding)
        let text = "\(name) @\(channels)x\(input.height)x\(input.width)"
        return [
            KernelCase(text, .maxPool(g), [g.inputType]),
            KernelCase(text, .maxUnpool(g), [g.outputType, g.inputType]),
            KernelCase(text, .maxUnpool(g), [g.outputType, g.inputType], then: [.add, .reluGradient]),
        ]
    }

    static let pooling: [KernelCase] = [
        pool("2x2", 3, Extent(8, 6), kernel: Extent(2), stride: Extent(2)),
        pool("2x2 with a rest", 5, Extent(7, 13), kernel: Extent(2), stride: Extent(2)),
        pool("3x2 with a rest", 1, Extent(17, 5), kernel: Extent(3, 2), stride: Extent(3, 2)),
        pool("1x1", 3, Extent(1), kernel: Extent(1), stride: Extent(1)),
        pool("the whole map", 3, Extent(5, 7), kernel: Extent(5, 7), stride: Extent(5, 7)),
        pool("3x3 stride 2 padding 1", 3, Extent(13, 7), kernel: Extent(3), stride: Extent(2), padding: Padding(1)),
        pool("3x3 stride 1", 2, Extent(5, 7), kernel: Extent(3), stride: Extent(1)),
        pool("2x2 stride 3", 3, Extent(7, 11), kernel: Extent(2), stride: Extent(3)),
        pool("2x2 padding 1", 3, Extent(5, 7), kernel: Extent(2), stride: Extent(2), padding: Padding(1)),
        pool(
            "3x2 uneven", 3, Extent(7, 5), kernel: Extent(3, 2), stride: Extent(1, 2),
            padding: Padding(top: 1, left: 0, bottom: 2, right: 1)),
        pool("2x2 wide", 2, Extent(40, 24), kernel: Extent(2), stride: Extent(2)),
    ].flatMap { $0 }

    // MARK: Losses

    private static func losses(_ shape: [Int]) -> [KernelCase] {
        let type = TensorType.batched(shape)
        let (two, three) = ([type, type], [type, type, TensorType.batched([])])
        return SampleLoss.all.flatMap { loss in
            [
                KernelCase("\(shape) \(loss.attributes)", .sampleLoss(loss), two),
                KernelCase("\(shape) \(loss.attributes)", .sampleLossGradient(loss), three),
            ]
        }
    }

    static let losses: [KernelCase] =
        [[1, 1, 1], [1, 7, 13], [3, 17, 5]].flatMap(losses) + [
            KernelCase("", .batchMean, [.batched([])]),
            KernelCase("", .batchMeanGradient, [.scalar]),
            KernelCase("", .one, []),
        ]

    /// Several partial sums, several tasks.
    static let largeMaps: [KernelCase] = [
        KernelCase(
            "two sums", .sampleLoss(.bceWithLogits(positiveWeight: 2)),
            [.batched([1, 70, 70]), .batched([1, 70, 70])]),
        KernelCase(
            "two sums", .sampleLossGradient(.dice(smooth: 1)),
            [
                .batched([1, 70, 70]), .batched([1, 70, 70]), .batched([]),
            ]),
        KernelCase(
            "two tasks", .sampleLossGradient(.bceWithLogits(positiveWeight: 2)),
            [
                .batched([1, 130, 130]), .batched([1, 130, 130]), .batched([]),
            ]),
        KernelCase("two sums", .sampleLoss(.squaredError), [.batched([3, 40, 40]), .batched([3, 40, 40])]),
        KernelCase("two tasks", .elementwise(.add), [.batched([3, 80, 80]), .batched([3, 80, 80])]),
        KernelCase("", .channelPad(before: 2, after: 3), [.batched([4, 5, 7])]),
        KernelCase("", .channelPad(before: 0, after: 1), [.batched([1, 1, 3])]),
        KernelCase("two tasks", .channelSlice(start: 1, count: 3), [.batched([4, 80, 80])]),
        KernelCase("two sums", .channelSum, [.batched([2, 70, 70])]),
    ]

    // MARK: Channels

    private static func constants(_ channels: Int) -> ChannelConstants {
        ChannelConstants(
            means: (0..<channels).map { 0.25 * Double($0 % 5) - 0.5 },
            deviations: (0..<channels).map { 0.5 + 0.125 * Double($0 % 7) })
    }

    static let channels: [KernelCase] = [[1, 1, 1], [3, 5, 7], [17, 13, 1], [33, 3, 3]].flatMap { shape in
        [
            KernelCase("\(shape)", .channelSum, [.batched(shape)]),
            KernelCase("\(shape)", .normalize(constants(shape[0])), [.batched(shape)], then: [.relu]),
            KernelCase("\(shape)", .channelSlice(start: shape[0] / 2, count: (shape[0] + 1) / 2), [.batched(shape)]),
            KernelCase("\(shape) twice", .concat, [.batched(shape), .batched([1] + shape.dropFirst())]),
        ]
    }

    // MARK: Classes

    private static func classes(_ shape: [Int], _ losses: [(String, ClassLoss)]) -> [KernelCase] {
        let (map, sums) = (TensorType.batched(shape), TensorType.batched([2]))
        let classes = TensorType.classes(Array(shape.dropFirst()))
        return [
            KernelCase("\(shape)", .softmax, [map]), KernelCase("\(shape)", .softmaxGradient, [map, map]),
        ]
            + losses.flatMap { name, loss in
                [
                    KernelCase("\(shape)\(name)", .classLoss(.crossEntropy(loss)), [map, classes]),
                    KernelCase("\(shape)\(name)", .classLoss(.crossEntropyGradient(loss)), [map, classes, sums]),
                ]
            }
            + SampleLoss.all.filter(\.declaration.takesClasses).enumerated().flatMap { index, loss in
                // Each loss, and each way to ignore, but not each with each: they do not meet in the kernels.
                let ways: [Int?] = [nil, 0, 255]
                return (index == 0 ? ways : [ways[index % 3]]).flatMap { ignored in
                    let overlap = ClassOverlap(loss, ignored: ignored)
                    let text = "\(shape) \(loss.attributes), ignoring \(ignored ?? -1)"
                    return [
                        KernelCase(text, .classLoss(.overlap(overlap)), [map, classes]),
                        KernelCase(text, .classLoss(.overlapGradient(overlap)), [map, classes, .batched([])]),
                    ]
                }
            }
    }

    /// Equal and other weights, no class ignored, one of the map's, one that it does not have; with one channel, the only
    /// class there is.
    static let classes: [KernelCase] =
        [1, 2, 3, 11, 17].flatMap { channels in
            [[1, 1], [3, 5], [17, 13]].flatMap { size in
                let weights = (0..<channels).map { $0 % 4 == 1 ? 0 : 0.25 + Double($0 % 3) }
                return classes(
                    [channels] + size,
                    [
                        ("", ClassLoss()), (", ignoring 0", ClassLoss(ignored: 0)),
                        (", ignoring 255", ClassLoss(ignored: 255)), (", weights", ClassLoss(weights: weights)),
                        (", weights, ignoring 1", ClassLoss(ignored: 1, weights: weights)),
                        (", smoothed", ClassLoss(ignored: 255, labelSmoothing: 0.3)),
                        (", weights, smoothed", ClassLoss(ignored: 1, weights: weights, labelSmoothing: 0.25)),
                    ])
            }
        } + [
            KernelCase("", .classLoss(.ratio), [.batched([2])]),
            KernelCase("", .classLoss(.ratioGradient), [.batched([2]), .scalar]),
        ]

    /// Several pieces a sample, the last one shorter.
    static let largeClassMaps: [KernelCase] =
        classes(
            [3, 70, 70],
            [
                ("", ClassLoss(ignored: 1)), (", weights", ClassLoss(weights: [1, 0.5, 2])),
                (", smoothed", ClassLoss(labelSmoothing: 0.5)),
            ])
        + classes([70, 23, 23], [("", ClassLoss())])
}
