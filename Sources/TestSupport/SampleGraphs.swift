import Diagnostics
import GraphIR

/// Graphs that many tests want.
public enum SampleGraph {
    /// A U-Net of two levels with a loss: convolutions, a pool, a transposed convolution, a skip that is read twice.
    public static func smallUNet(width: Int = 4, size: Int = 8) throws -> Graph {
        var b = GraphBuilder("small_unet")
        let image = b.input("image", [3, size, size])
        let mask = b.target("mask", [1, size, size])
        let enc = try b.apply(.relu, [try b.conv(image, width, kernel: 3, padding: 1, "enc1")], "enc1.relu")
        let pool = try b.maxPool(enc, kernel: 2, "pool1")
        let mid = try b.apply(.relu, [try b.conv(pool, 2 * width, kernel: 3, padding: 1, "enc2")], "enc2.relu")
        let up = try b.convTranspose(mid, width, kernel: Extent(2), stride: Extent(2), "up1")
        let joined = try b.concat([up, enc], "skip1")
        let dec = try b.apply(.relu, [try b.conv(joined, width, kernel: 3, padding: 1, "dec1")], "dec1.relu")
        let logits = try b.conv(dec, 1, kernel: 1, "dec2")
        b.output("logits", logits)
        try b.loss(try b.add(.sampleLoss(.bceWithLogits(positiveWeight: 1)), [logits, mask], "bce"))
        return b.graph
    }

    /// A convolution that makes the maxima of its result, and a weight gradient that makes the bias's gradient.
    public static func companions() throws -> Graph {
        var b = GraphBuilder("companions")
        let x = b.input("x", [16, 8, 8])
        let y = try b.conv(x, 16, kernel: 3, padding: 1, "y")
        let pooled = try b.maxPool(y, kernel: 2, "pooled")
        let geometry = ConvGeometry(
            inputChannels: 16, input: Extent(8), outputChannels: 16, kernel: Extent(3), padding: Padding(1))
        let weight = try b.add(.convWeightGradient(geometry), [y, x], "d_weight")
        let bias = try b.add(.channelSum, [y], "d_bias")
        for (name, value) in [("pooled", pooled), ("d_weight", weight), ("d_bias", bias)] { b.output(name, value) }
        var graph = b.graph
        graph[pooled].host = y
        graph[bias].host = weight
        return graph
    }

    /// A well-formed graph that holds every operator and elementwise function at least once, odd constants, fused steps,
    /// gradients, an update, and names, places and derivations that need quoting.
    public static func everything() throws -> Graph {
        var b = GraphBuilder("every.thing")
        let map = Extent(5, 7)
        let image = b.input("image", [2, 5, 7])
        let target = b.target("target", [4, 5, 7])
        let conv = ConvGeometry(
            inputChannels: 2, input: map, outputChannels: 4, kernel: Extent(3, 2), stride: Extent(1, 1),
            padding: Padding(top: 0, left: 1, bottom: 2, right: 0), groups: 2)
        let a = try b.conv(conv, image, "enc1.conv1")
        let weight = try node("enc1.conv1.weight", b.graph)
        let up = ConvGeometry(
            inputChannels: 4, input: map, outputChannels: 4, kernel: Extent(3), stride: Extent(2), padding: Padding(1),
            dilation: Extent(1, 2))
        let small = try b.conv(up, a, "down", bias: false)
        let c = try b.convTranspose(up, small, "up")
        let pool = PoolGeometry(
            channels: 4, input: map, kernel: Extent(3, 2), stride: Extent(2, 3),
            padding: Padding(top: 1, left: 0, bottom: 1, right: 0))
        let pooled = try b.add(.maxPool(pool), [a], "pool")
        _ = try b.add(.maxUnpool(pool), [pooled, a], "d_pool")
        let unary = [.scale(-1.0 / 3), .offset(-1.0 / 7)] + Elementwise.allActivations
        let binary =
            Elementwise.allPairs + [Elementwise.maximum.gradient, .leakyReluGradient(slope: 1e-300)]
            + Elementwise.allActivations.map(\.gradient)
        for (number, function) in (unary + binary).enumerated() {
            let operands = Array([a, c, a].prefix(function.operandCount))
            let isNew = !b.graph.nodes.contains { $0.name == "y_\(function.mnemonic)" }
            _ = try b.apply(function, operands, "y\(isNew ? "" : "\(number)")_\(function.mnemonic)")
        }
        let joined = try b.concat([a, c, a], "joined")
        let logits = try b.add(.channelSlice(start: 3, count: 4), [joined], "logits")
        _ = try b.add(.channelPad(before: 1, after: 0), [logits], "filled")
        let bce = try b.add(.sampleLoss(.bceWithLogits(positiveWeight: 3)), [logits, target], "bce")
        let dice = try b.add(.sampleLoss(.dice(smooth: 1)), [logits, target], "dice")
        let total = try b.apply(.add, [bce, dice], "total")
        try b.loss(total)
        let one = try b.add(.one, [], "d_loss")
        let dTotal = try b.add(.batchMeanGradient, [one], "d_total")
        _ = try b.add(.sampleLossGradient(.bceWithLogits(positiveWeight: 3)), [logits, target, dTotal], "d_bce")
        _ = try b.add(.sampleLossGradient(.dice(smooth: 1)), [logits, target, dTotal], "d_dice")
        _ = try b.add(.channelSum, [a], "grad.enc1.conv1.bias")
        _ = try b.add(.convDataGradient(conv), [a, weight], "d_image")
        let gradient = try b.add(.convWeightGradient(conv), [a, image], "grad.enc1.conv1.weight")
        _ = try b.add(.update, [weight, gradient], "update enc1.conv1.weight")
        try addNormalizations(&b, a)
        try addResamplings(&b, a, pool: pool, pooled)
        try addBroadcasting(&b, a)
        try addClasses(&b, a)
        return decorated(b.graph, a: a, c: c, weight: weight, gradient: gradient)
    }

    private static func addNormalizations(_ b: inout GraphBuilder, _ a: NodeID) throws {
        let kinds: [(String, ParameterKind)] = [
            ("scale", .scale), ("shift", .shift), ("mean", .runningMean), ("variance", .runningVariance),
        ]
        let p = kinds.map { b.parameter("norm.\($0)", [4], kind: $1, fanIn: 4) }
        for groups in [NormalizationGroups.batch, .channels(2)] {
            let name = "by_\(groups.count(channels: 4))"
            let moments = try b.add(.normalization(.moments(groups)), [a], "\(name).moments")
            let y = try b.add(
                .normalization(.normalize(groups, epsilon: 1e-5)), [a, moments, p[0], p[1]], "\(name).y")
            let sums = try b.add(.normalization(.sums(groups, epsilon: 1e-5)), [y, a, moments], "\(name).sums")
            _ = try b.add(.normalization(.row(1)), [sums], "\(name).row")
            _ = try b.add(
                .normalization(.gradient(groups, epsilon: 1e-5)), [y, a, moments, p[0], sums], "\(name).dx")
        }
        let constants = ChannelConstants(means: [0.1 + 0.2, -1, 0, 1e-9], deviations: [1.0 / 3, 2, 1, 1e9])
        _ = try b.add(.normalize(constants), [a], "by_constants")
        let layer = try b.add(.layerNormalization(.moments(epsilon: 1e-6)), [a], "layer.moments")
        _ = try b.add(.layerNormalization(.normalize), [a, layer, p[0], p[1]], "layer.y")
        _ = try b.add(.layerNormalization(.sums), [a, a, layer], "layer.sums")
        _ = try b.add(.layerNormalization(.gradient), [a, a, layer, p[0]], "layer.dx")
        let running = try b.add(.normalization(.runningMoments), [p[2], p[3]], "running")
        let weight = b.parameter("folding.weight", [4, 2, 3, 3])
        _ = try b.add(.normalization(.foldedWeight(axis: 0, epsilon: 1e-5)), [weight, running, p[0]], "folded")
        _ = try b.add(.normalization(.foldedBias(epsilon: 1e-5)), [running, p[0], p[1]], "folded.bias")
        let moments = try node("by_4.moments", b.graph)
        _ = try b.add(
            .normalization(.updateRunning(row: 1, momentum: 0.1, area: 35)), [p[3], moments], "update variance")
    }

    private static func addBroadcasting(_ b: inout GraphBuilder, _ a: NodeID) throws {
        for share in Broadcasting.Share.allCases {
            let s = try b.add(.broadcast(.sum(share)), [a, a], "sum.\(share)")
            for function in [Broadcasting.Function.add, .multiply] {
                _ = try b.add(.broadcast(.apply(function, share)), [a, s], "\(function).\(share)")
            }
        }
        let size = Extent(5, 7)
        var linear = ConvGeometry(inputChannels: 4, input: size, outputChannels: 2, kernel: Extent(1))
        linear.isLinear = true
        _ = try b.add(.conv(linear), [a, b.parameter("linear.weight", [2, 4])], "linear")
        let mean = try b.add(.broadcast(.mean), [a], "mean")
        _ = try b.add(.broadcast(.spread(size)), [mean], "spread")
        _ = try b.add(.broadcast(.spreadMean(size)), [mean], "d_mean")
        let largest = try b.add(.broadcast(.maximum), [a], "largest")
        _ = try b.add(.broadcast(.maximumGradient), [mean, a, largest], "d_largest")
    }

    private static func addResamplings(
        _ b: inout GraphBuilder, _ a: NodeID, pool: PoolGeometry, _ pooled: NodeID
    ) throws {
        let map = Extent(5, 7)
        let maps = [
            Resampling(
                channels: 4, input: map,
                .averagePool(kernel: Extent(2, 3), stride: Extent(2), padding: Extent(1, 0))),
            Resampling(channels: 4, input: map, .nearest(scale: Extent(2, 3))),
            Resampling(channels: 4, input: map, .bilinear(scale: Extent(2), alignsCorners: true)),
            Resampling(channels: 4, input: map, .bedOfNails(scale: Extent(2))),
            Resampling(channels: 4, input: map, centredIn: Extent(2, 4)),
            Resampling(channels: 4, input: map, centredIn: Extent(8, 9)),
            Resampling(channels: 4, input: map, output: Extent(9, 4), .resize(.bilinearCorners, followsPicture: false)),
            Resampling(channels: 4, input: map, output: Extent(7), .resize(.nearestEarlier, followsPicture: true)),
            Resampling(channels: 4, input: map, output: Extent(7), .shift(top: 1, left: 0, border: .reflect)),
            Resampling(channels: 4, input: map, output: Extent(6, 7), .shift(top: 0, left: -1, border: .replicate)),
            Resampling(channels: 4, input: map, output: Extent(6, 7), .shift(top: 0, left: 0, border: .constant(-1.5))),
        ]
        for (number, resampling) in maps.enumerated() {
            let y = try b.add(.resample(resampling), [a], "resampled\(number)")
            _ = try b.add(.resampleGradient(resampling), [y], "d_resampled\(number)")
        }
        _ = try b.add(.maxPick(pool), [try b.add(.maxUnpool(pool), [pooled, a], "unpooled"), a], "picked")
    }

    private static func addClasses(_ b: inout GraphBuilder, _ a: NodeID) throws {
        let y = try b.add(.softmax, [a], "softmax")
        _ = try b.add(.softmaxGradient, [a, y], "d_softmax")
        _ = try b.apply(.dropout(rate: 0.25, key: .max), [a], "dropped")
        let map = b.target("other", [4, 5, 7])
        for (number, loss) in SampleLoss.all.enumerated() {
            let error = try b.add(.sampleLoss(loss), [a, map], "error\(number)")
            _ = try b.add(.sampleLossGradient(loss), [a, map, error], "d_error\(number)")
        }
        let labels = b.classes("labels", [5, 7])
        let loss = ClassLoss(ignored: 255, weights: [1, 0.1, 1.0 / 3, 2])
        let sums = try b.add(.classLoss(.crossEntropy(loss)), [a, labels], "entropy")
        let mean = try b.add(.classLoss(.ratio), [sums], "entropy.mean")
        let dSums = try b.add(.classLoss(.ratioGradient), [sums, mean], "d_entropy")
        _ = try b.add(.classLoss(.crossEntropyGradient(ClassLoss())), [a, labels, dSums], "d_entropy.a")
        let smoothed = ClassLoss(ignored: 1, labelSmoothing: 0.1)
        _ = try b.add(.classLoss(.crossEntropy(smoothed)), [a, labels], "smoothed")
        for (number, loss) in SampleLoss.all.filter(\.declaration.takesClasses).enumerated() {
            let overlap = ClassOverlap(loss, ignored: number == 0 ? nil : number)
            let value = try b.add(.classLoss(.overlap(overlap)), [y, labels], "overlap\(number)")
            _ = try b.add(.classLoss(.overlapGradient(overlap)), [y, labels, value], "d_overlap\(number)")
        }
    }

    private static func decorated(_ graph: Graph, a: NodeID, c: NodeID, weight: NodeID, gradient: NodeID) -> Graph {
        var graph = graph
        var labels = Node(
            op: .target, type: TensorType.classes([5, 7]), name: "classes")
        labels.origin.derivation = "quotes \" and \\ and\nlines // \u{7f} é"
        graph.append(labels)
        graph.append(Node(op: .cotangent, type: .batched([4, 5, 7]), name: "cotangent.logits"))
        graph[c].epilogue = [
            FusedStep(.leakyRelu(slope: 0.30000000000000004)), FusedStep(.reluGradient, [a]), FusedStep(.add, [a]),
        ]
        graph[c].origin = Origin(
            location: SourceLocation(file: "my graphs/a \"net\":1.graph", line: 7, column: 3),
            derivation: "backward of up")
        graph.outputs = [NamedValue("logits", a), NamedValue("2nd", c)]
        graph.gradients = [GradientBinding(of: weight, gradient: gradient)]
        graph.training.optimizer = .sgd(learningRate: 0.1 + 0.2, momentum: 0.9, weightDecay: .leastNonzeroMagnitude)
        graph.training.seed = .max
        graph.training.initialValues = .pytorch
        return graph
    }

    private static func node(_ name: String, _ graph: Graph) throws -> NodeID {
        guard let id = graph.id(named: name) else { throw ShapeError("no node '\(name)'") }
        return id
    }
}
