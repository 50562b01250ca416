import GraphIR
import Programs
import Testing

@testable import Kernels

@Suite struct AlgorithmChooserTests {
    private static func same(_ channels: Int, to outputs: Int, _ size: Int, kernel: Int = 3) -> ConvGeometry {
        ConvGeometry(
            inputChannels: channels, input: Extent(size), outputChannels: outputs, kernel: Extent(kernel),
            padding: Padding(kernel / 2))
    }

    private static let strided = ConvGeometry(
        inputChannels: 64, input: Extent(64), outputChannels: 128, kernel: Extent(3), stride: Extent(2),
        padding: Padding(1))
    private static func grouped(_ groups: Int) -> ConvGeometry {
        ConvGeometry(
            inputChannels: 32, input: Extent(16), outputChannels: 32, kernel: Extent(3), padding: Padding(1),
            groups: groups)
    }

    private static func products(_ g: ConvGeometry) -> [Op] {
        [.conv(g), .convDataGradient(g), .convWeightGradient(g)]
    }

    private func chooser(
        target: Target = .x86v4, batch: Int = 16, isInference: Bool = false,
        choice: ConvolutionChoice = .auto, winners: [String: ConvolutionAlgorithm] = [:]
    ) -> AlgorithmChooser {
        AlgorithmChooser(
            target: target, batch: batch, isInference: isInference, choice: choice, winners: winners)
    }

    @Test func candidatesAreThoseThatApply() {
        let candidates = { (g: ConvGeometry, target: Target) in
            convolutionCandidates(.conv(g), target: target).map(\.name)
        }
        #expect(candidates(Self.same(32, to: 16, 8), .x86v4) == ["winograd4", "winograd2", "direct", "gemm"])
        #expect(candidates(Self.same(24, to: 8, 8), .x86v4) == ["winograd4", "winograd2", "direct", "gemm"])
        #expect(candidates(Self.same(10, to: 16, 8), .x86v4) == ["gemm"])
        #expect(candidates(Self.same(32, to: 16, 8, kernel: 1), .x86v4) == ["patch", "direct", "gemm"])
        #expect(candidates(Self.same(16, to: 1, 8, kernel: 1), .x86v4) == ["narrow-output", "gemm"])
        #expect(candidates(Self.same(3, to: 16, 8), .x86v4) == ["narrow-input", "gemm"])
        #expect(candidates(Self.strided, .x86v4) == ["direct", "gemm"])
        #expect(candidates(Self.grouped(2), .x86v4) == ["direct", "gemm"])
        #expect(candidates(Self.grouped(32), .x86v4) == ["depthwise", "direct", "gemm"])
        #expect(candidates(Self.grouped(8), .x86v4) == ["direct", "gemm"])
        #expect(convolutionCandidates(.concat, target: .x86v4).isEmpty)
    }

    /// Where the cheapest is clear.
    @Test(arguments: [Target.x86v3, .x86v4])
    func theCostModelKnowsClearCases(_ target: Target) {
        let expected: [(ConvGeometry, ConvolutionAlgorithm)] = [
            (Self.same(256, to: 256, 32), .winograd4), (Self.same(64, to: 64, 128), .winograd4),
            (Self.strided, .direct),
            (Self.same(32, to: 32, 32, kernel: 5), .direct),
            (Self.same(32, to: 64, 32, kernel: 1), .patch), (Self.grouped(2), .direct), (Self.grouped(32), .depthwise),
        ]
        for (g, algorithm) in expected {
            let chooser = chooser(target: target)
            for op in Self.products(g) {
                #expect(chooser.choice(for: op)?.algorithm == algorithm, "\(op.mnemonic) \(g.key)")
                #expect(chooser.choice(for: op)?.reason == .costModel)
            }
        }
    }

    @Test func everyPredictionIsATime() {
        for target in [Target.x86v1, .aarch64, .x86v3, .x86v4] {
            for g in NamedGeometry.direct.map(\.geometry) + NamedGeometry.odd.map(\.geometry) {
                let chooser = chooser(target: target)
                for op in Self.products(g) {
                    let predictions = chooser.choice(for: op)?.predictions ?? []
                    #expect(!predictions.isEmpty)
                    #expect(predictions.allSatisfy { $0.milliseconds > 0 && $0.milliseconds.isFinite })
                }
            }
        }
    }

    @Test func choicesDependOnNothingButTheirOperators() {
        let ops = [Self.same(16, to: 32, 64), Self.same(256, to: 256, 8), Self.strided].flatMap(Self.products)
        let (one, other) = (chooser(), chooser())
        let choices = ops.map(one.choice)
        #expect(choices == ops.reversed().map(other.choice).reversed())
        #expect(choices == ops.map(one.choice), "asked again")
    }

    /// In inference weights are prepared once, in training at every step.
    @Test func preparedWeightsCostLessInInference() throws {
        let op = Op.conv(Self.same(64, to: 64, 8))
        let training = try #require(chooser(batch: 1).choice(for: op))
        let inference = try #require(chooser(batch: 1, isInference: true).choice(for: op))
        for (slow, fast) in zip(training.predictions, inference.predictions) {
            #expect(slow.algorithm == fast.algorithm)
            if slow.algorithm == .gemm {
                #expect(slow.milliseconds == fast.milliseconds)
            } else {
                #expect(slow.milliseconds > fast.milliseconds)
            }
        }
    }

    @Test func anAlgorithmIsForcedWhereItApplies() {
        let ops = [Op.conv(Self.same(64, to: 64, 64)), .conv(Self.strided), .conv(Self.same(3, to: 64, 64))]
        let chosen = { (choice: ConvolutionChoice) -> [String] in
            let chooser = chooser(choice: choice)
            return ops.compactMap(chooser.choice).map { "\($0.algorithm.name) \($0.reason.rawValue)" }
        }
        #expect(chosen(.winograd2) == ["winograd2 forced", "direct cost model", "narrow-input cost model"])
        #expect(chosen(.direct) == ["direct forced", "direct forced", "narrow-input cost model"])
        #expect(chosen(.gemm) == ["gemm forced", "gemm forced", "gemm forced"])
    }

    @Test func winnersAreUsedWhereTheyApply() throws {
        let ops = [Op.conv(Self.same(64, to: 64, 64)), .conv(Self.strided)]
        let keys = try ops.map { try #require($0.tuningKey(batch: 16, isInference: false)) }
        let chooser = chooser(winners: [keys[0]: .winograd2, keys[1]: .winograd4])
        #expect(chooser.choice(for: ops[0])?.algorithm == .winograd2)
        #expect(chooser.choice(for: ops[0])?.reason == .tuned)
        #expect(chooser.choice(for: ops[1])?.algorithm == .direct, "Winograd's algorithm has no stride")
        #expect(chooser.choice(for: ops[1])?.reason == .costModel)
    }

    /// Files with measured winners are read by later versions, so that keys keep their form.
    @Test func keysSayEverything() {
        let key = Op.convDataGradient(Self.strided).tuningKey(batch: 4, isInference: true)
        #expect(
            key == "conv_data_gradient 64x64x64 to 128x32x32, kernel 3x3, stride 2x2, padding 1 1 1 1, "
                + "dilation 1x1, groups 1, batch 4, inference")
        #expect(Op.concat.tuningKey(batch: 4, isInference: true) == nil)
        #expect(chooser().choice(for: .concat) == nil)
    }

    @Test func namesReadBack() {
        let names = ["patch", "narrow-output", "narrow-input", "winograd4", "winograd2", "depthwise", "direct", "gemm"]
        #expect(ConvolutionAlgorithm.allCases.map(\.name) == names, "ties are broken in this order")
        for choice in ConvolutionChoice.allCases { #expect((choice.algorithm == nil) == (choice == .auto)) }
    }
}
