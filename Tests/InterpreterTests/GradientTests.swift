import GraphIR
import Interpreter
import Passes
import TestSupport
import Testing

/// A small graph whose gradients are compared with central differences.
struct GradientCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var build: @Sendable (inout GraphBuilder) throws -> Void

    init(_ description: String, _ build: @escaping @Sendable (inout GraphBuilder) throws -> Void) {
        self.testDescription = description
        self.build = build
    }
}

extension GradientCase {
    /// A convolution of a map of odd size, as it is or told from its transposed side.
    private static func conv(
        _ description: String, channels: Int = 3, to outputs: Int = 4, input: Extent = Extent(7, 9), kernel: Extent,
        stride: Extent = Extent(1), padding: Padding = Padding(0), dilation: Extent = Extent(1), groups: Int = 1,
        bias: Bool = true
    ) -> [GradientCase] {
        let g = ConvGeometry(
            inputChannels: channels, input: input, outputChannels: outputs, kernel: kernel, stride: stride,
            padding: padding, dilation: dilation, groups: groups)
        return [
            GradientCase("conv, \(description)") { b in
                b.output("out", try b.conv(g, b.input("x", g.inputType.shape), "y", bias: bias))
            },
            GradientCase("conv_transpose, \(description)") { b in
                b.output("out", try b.convTranspose(g, b.input("x", g.outputType.shape), "y", bias: bias))
            },
        ]
    }

    static let convolutions: [GradientCase] = [
        conv("3x3 same", kernel: Extent(3), padding: Padding(1)),
        conv("1x1", channels: 5, to: 1, kernel: Extent(1)),
        conv("one channel", channels: 1, to: 1, input: Extent(5, 3), kernel: Extent(3)),
        conv("1x4, no bias", kernel: Extent(1, 4), bias: false),
        conv(
            "same padding of an even kernel", kernel: Extent(2, 4),
            padding: Padding(top: 0, left: 1, bottom: 1, right: 2)),
        conv("stride that leaves a row over", input: Extent(8, 9), kernel: Extent(3), stride: Extent(2, 3)),
        conv("stride wider than the kernel", kernel: Extent(1, 2), stride: Extent(2, 3)),
        conv("dilation", kernel: Extent(3, 2), padding: Padding(1), dilation: Extent(2, 3)),
        conv("groups", channels: 6, to: 4, kernel: Extent(3), padding: Padding(1), groups: 2),
        conv(
            "depthwise, stride and dilation", channels: 5, to: 10, kernel: Extent(2, 3), stride: Extent(2, 1),
            padding: Padding(top: 2, left: 0, bottom: 1, right: 3), dilation: Extent(1, 2), groups: 5),
    ].flatMap { $0 }

    static let transposed: [GradientCase] = [
        GradientCase("conv_transpose 3x3 s2 p1, output_padding 1") { b in
            let x = b.input("x", [3, 4, 5])
            b.output(
                "out",
                try b.convTranspose(x, 2, kernel: Extent(3), stride: Extent(2), padding: 1, outputPadding: 1, "up"))
        },
        GradientCase("conv_transpose 2x3 s3x2, output_padding 1") { b in
            let x = b.input("x", [2, 3, 4])
            b.output(
                "out", try b.convTranspose(x, 3, kernel: Extent(2, 3), stride: Extent(3, 2), outputPadding: 1, "up"))
        },
    ]

    static let pools: [GradientCase] = [
        (2, 2, Padding(0)), (3, 2, Padding(1)), (3, 1, Padding(top: 0, left: 2, bottom: 1, right: 0)),
        (2, 3, Padding(0)),
    ].map { kernel, stride, padding in
        GradientCase("max_pool \(kernel) stride \(stride) padding \(padding.top) \(padding.left)") { b in
            let x = b.input("x", [3, 7, 9])
            b.output("out", try b.maxPool(x, kernel: kernel, stride: stride, padding: padding, "pool"))
        }
    }

    static let functions: [GradientCase] =
        ([
            .leakyRelu(slope: 0), .scale(-0.3), .offset(0.7), .dropout(rate: 0.4, key: DropoutMask.key(of: "y")),
        ] + Elementwise.allPairs + Elementwise.allActivations).map(elementwise)

    /// Of operands above 0 where the function needs them.
    private static func elementwise(_ function: Elementwise) -> GradientCase {
        GradientCase("\(function.mnemonic) \(function.attributes)") { b in
            let operands = try (0..<function.operandCount).map { position in
                let x = b.input("x\(position)", [3, 5, 3])
                return function.domain(ofOperand: position) == .positive ? try b.apply(.named("exp"), [x], "e") : x
            }
            b.output("out", try b.apply(function, operands, "y"))
        }
    }

    static let sampleLosses = SampleLoss.all.map { loss in
        GradientCase("\(loss.declaration.name) \(loss.attributes)") { b in
            let x = b.input("x", [2, 5, 3])
            try b.loss(try b.add(.sampleLoss(loss), [x, b.target("t", [2, 5, 3])], "per_sample"))
        }
    }

    static let overlapsOfClasses = SampleLoss.all.filter(\.declaration.takesClasses).flatMap { loss in
        [nil, 1, 255].map { ignored in
            GradientCase("\(loss.declaration.name) \(loss.attributes) of classes, ignoring \(ignored ?? -1)") { b in
                let shares = try b.add(.softmax, [b.input("x", [3, 5, 4])], "shares")
                let overlap = Op.classLoss(.overlap(ClassOverlap(loss, ignored: ignored)))
                try b.loss(try b.add(overlap, [shares, b.classes("t", [5, 4])], "per_sample"))
            }
        }
    }

    static let fanOut: [GradientCase] = [
        GradientCase("twice in one add") { b in
            let x = b.input("x", [2, 3, 3])
            b.output("out", try b.apply(.add, [x, x], "y"))
        },
        GradientCase("twice in one product, behind a function") { b in
            let x = try b.apply(.tanh, [b.input("x", [2, 3, 3])], "t")
            b.output("out", try b.apply(.multiply, [x, x], "y"))
        },
        GradientCase("three times in one concat") { b in
            let x = b.input("x", [2, 3, 3])
            b.output("out", try b.concat([x, b.input("z", [1, 3, 3]), x, x], "y"))
        },
        GradientCase("a skip read by three") { b in
            let x = try b.conv(b.input("x", [2, 5, 5]), 3, kernel: 3, padding: 1, "enc")
            let y = try b.apply(.sigmoid, [x], "s")
            let z = try b.apply(.multiply, [x, y], "gated")
            b.output("out", try b.concat([z, x, y], "joined"))
        },
        GradientCase("sums of sums") { b in
            let x = b.input("x", [2, 3, 3])
            let a = try b.apply(.add, [x, b.input("z", [2, 3, 3])], "a")
            let c = try b.apply(.add, [a, x], "c")
            b.output("out", try b.apply(.add, [c, a], "d"))
        },
        GradientCase("one weight in two convolutions") { b in
            let g = ConvGeometry(
                inputChannels: 2, input: Extent(5), outputChannels: 2, kernel: Extent(3), padding: Padding(1))
            let weight = b.parameter("w", g.weightType.shape)
            let x = b.input("x", [2, 5, 5])
            let y = try b.add(.conv(g), [x, weight], "y")
            b.output("out", try b.add(.conv(g), [y, weight], "z"))
        },
        GradientCase("two outputs, one of them twice, and one inside") { b in
            let x = b.input("x", [2, 3, 3])
            let y = try b.apply(.silu, [x], "y")
            let z = try b.apply(.scale(3), [y], "z")
            for (name, node) in [("first", z), ("second", z), ("inner", y), ("given", x)] { b.output(name, node) }
        },
    ]

    static let constants = GradientCase("normalize") { b in
        let constants = ChannelConstants(means: [0.5, -1, 0], deviations: [0.25, 2, 1])
        b.output("out", try b.add(.normalize(constants), [b.input("x", [3, 5, 3])], "y"))
    }

    static let broadcasting: [GradientCase] =
        Broadcasting.Share.allCases.flatMap { share in
            [Broadcasting.Function.add, .multiply].map { function in
                GradientCase("\(function) per \(share)") { b in
                    let s = b.input("s", share.type(of: (3, 5, 4)).shape)
                    b.output("out", try b.add(.broadcast(.apply(function, share)), [b.input("x", [3, 5, 4]), s], "y"))
                }
            }
        }
        + [Broadcasting.mean, .maximum].map { op in
            GradientCase("global \(op)") { b in
                b.output("out", try b.add(.broadcast(op), [b.input("x", [3, 5, 4])], "y"))
            }
        } + [
            GradientCase("squeeze and excitation") { b in
                let x = b.input("x", [3, 5, 4])
                let gate = try b.apply(.sigmoid, [try b.add(.broadcast(.mean), [x], "mean")], "gate")
                b.output("out", try b.add(.broadcast(.apply(.multiply, .channels)), [x, gate], "y"))
            }
        ]

    static let softmax: [GradientCase] = [[3, 5, 3], [1, 2, 2], [7, 1, 1]].map { shape in
        // One channel's softmax is 1 whatever it is, so that something else has to follow.
        GradientCase("softmax of \(shape)") { b in
            let x = b.input("x", shape)
            let y = try b.add(.softmax, [x], "y")
            b.output("out", try b.apply(.multiply, [y, x], "product"))
        }
    }

    /// Losses of 4 classes at 5 × 3 positions.
    static let classLosses: [GradientCase] = [
        ("", ClassLoss()), (", ignoring one of them", ClassLoss(ignored: 2)),
        (", ignoring 255", ClassLoss(ignored: 255)), (", weighted", ClassLoss(weights: [1, 0.2, 3, 0])),
        (", weighted, ignoring one", ClassLoss(ignored: 0, weights: [1, 0.2, 3, 0.5])),
    ].map { name, loss in
        GradientCase("cross_entropy\(name)") { b in
            let x = b.input("x", [4, 5, 3])
            let sums = try b.add(.classLoss(.crossEntropy(loss)), [x, b.target("t", [5, 3])], "sums")
            b.setLoss(try b.add(.classLoss(.ratio), [sums], "mean"))
        }
    }

    static let losses: [GradientCase] = [
        GradientCase("mse") { b in
            let x = b.input("x", [3, 5, 3])
            try b.loss(try b.add(.sampleLoss(.squaredError), [x, b.target("t", [3, 5, 3])], "mse"))
        },
        GradientCase("bce_with_logits, weighted") { b in
            let x = b.input("x", [2, 5, 3])
            try b.loss(
                try b.add(.sampleLoss(.bceWithLogits(positiveWeight: 2.5)), [x, b.target("t", [2, 5, 3])], "bce"))
        },
        GradientCase("dice_loss, smooth 0.5") { b in
            let x = b.input("x", [1, 5, 3])
            try b.loss(try b.add(.sampleLoss(.dice(smooth: 0.5)), [x, b.target("t", [1, 5, 3])], "dice"))
        },
        GradientCase("0.3 dice + 0.7 bce, averaged apart") { b in
            let x = try b.conv(b.input("x", [2, 4, 4]), 1, kernel: 3, padding: 1, "logits")
            let t = b.target("t", [1, 4, 4])
            let dice = try b.add(.batchMean, [try b.add(.sampleLoss(.dice(smooth: 1)), [x, t], "dice")], "mean_dice")
            let bce = try b.add(
                .batchMean, [try b.add(.sampleLoss(.bceWithLogits(positiveWeight: 1)), [x, t], "bce")], "mean_bce")
            let sum = try b.apply(
                .add, [try b.apply(.scale(0.3), [dice], "a"), try b.apply(.scale(0.7), [bce], "b")], "sum")
            b.setLoss(sum)
        },
    ]
}

@Suite struct GradientTests {
    @Test(
        arguments: GradientCase.convolutions + GradientCase.transposed + GradientCase.pools + GradientCase.functions
            + GradientCase.sampleLosses + GradientCase.overlapsOfClasses + GradientCase.fanOut + GradientCase.losses
            + GradientCase.softmax + GradientCase.classLosses + [GradientCase.constants] + GradientCase.broadcasting
            + GradientCase.resamplings + GradientCase.unpooling + GradientCase.channels + GradientCase.normalizations)
    func agreesWithCentralDifferences(_ gradientCase: GradientCase) throws {
        var b = GraphBuilder()
        try gradientCase.build(&b)
        let graph = b.graph
        #expect(verify(graph) == [])
        let inputs = graph.ids { $0 == .input }.map { graph[$0].name }
        let differentiated = try differentiate(graph, withRespectTo: inputs)
        #expect(verify(differentiated) == [])
        #expect(differentiated.gradients.count == graph.parameters.count + inputs.count)
        #expect(try gradientMismatch(of: graph, differentiated: differentiated) == nil)
    }

    @Test(arguments: [1, 3])
    func aWholeNetAgrees(batch: Int) throws {
        let graph = try SampleGraph.smallUNet()
        let differentiated = try differentiate(graph)
        #expect(
            try gradientMismatch(of: graph, differentiated: differentiated, batch: batch, seed: 5, samples: 6) == nil)
    }

    @Test func theCheckItselfNoticesFaults() throws {
        var b = GraphBuilder()
        b.output("out", try b.apply(.silu, [b.input("x", [3])], "y"))
        let differentiated = try differentiate(b.graph, withRespectTo: ["x"])
        let gradient = differentiated.gradients[0].gradient
        var wrong = differentiated
        wrong[gradient].op = .elementwise(.tanhGradient)
        #expect(try gradientMismatch(of: b.graph, differentiated: wrong)?.contains("gradient of 'x'") == true)
        var zero = differentiated
        zero[gradient].epilogue = [FusedStep(.scale(0))]
        #expect(try gradientMismatch(of: b.graph, differentiated: zero) == "the gradient of 'x' is all zero")
        #expect(try gradientMismatch(of: b.graph, differentiated: b.graph) != nil)
    }
}
