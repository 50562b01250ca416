import Base
import GraphIR

/// The text of a random graph that compiles: mostly small maps of odd sizes, every operator, sizes from 1 to 40, fan-out, several outputs, and a
/// loss of several terms unless the seed says otherwise. Every parameter and input feeds the loss or an output.
///
/// All names begin with `v_`, so that the kernels belong to one layer group and are emitted into one file.
/// - Parameter parts: how many nets that have nothing to do with each other, which is cheaper than as many graphs where
///   each graph is compiled to C.
public func randomGraphText(seed: UInt64, parts: Int = 1) -> String {
    var writer = RandomGraphWriter(seed: seed)
    return writer.text(parts: parts)
}

/// Writes statements one by one, keeping track of the maps there are.
private struct RandomGraphWriter {
    private struct Map {
        var name: String
        var channels: Int
        var height: Int
        var width: Int
        var isRead = false

        var shape: String { "[\(channels), \(height), \(width)]" }
    }

    private var random: SplitMix64
    private let seed: UInt64
    private var maps: [Map] = []
    private var lines: [String] = []
    /// Nets of a graph of many are shorter, so that it compiles in bearable time.
    private var isOneOfMany = false
    /// Maps of this net that are pooled so that `max_unpool` can undo it, and what the pooling made of them.
    private var pools: [(source: Map, result: Map)] = []

    init(seed: UInt64) {
        self.seed = seed
        random = SplitMix64(seed: seed)
    }

    mutating func text(parts: Int) -> String {
        let hasLoss = seed % 4 != 3
        var terms: [String] = []
        isOneOfMany = parts > 5
        for _ in 0..<parts {
            addNet()
            if hasLoss { terms += lossTerms() } else { addOutputs() }
        }
        if hasLoss { lines.append("loss " + terms.joined(separator: " + ")) }
        return "graph random_\(seed)() {\n" + lines.map { "  \($0)\n" }.joined() + "}\n"
    }

    private mutating func addNet() {
        maps = []
        pools = []
        for _ in 0..<number(1, 2) {
            let map = Map(name: "v_\(lines.count)", channels: channelCount(), height: size(), width: size())
            lines.append("input \(map.name): \(map.shape)")
            maps.append(map)
        }
        let wanted = maps.count + (isOneOfMany ? number(3, 7) : number(4, 11))
        while maps.count < wanted { addStatement() }
    }

    // MARK: Draws

    private mutating func number(_ least: Int, _ most: Int) -> Int { Int.random(in: least...most, using: &random) }

    /// Mostly small.
    private mutating func size() -> Int { chance(0.15) ? number(21, 40) : number(1, 20) }

    /// Few, or as many as a vector has elements, for layouts that need that.
    private mutating func channelCount() -> Int { chance(0.25) ? 16 : number(1, 9) }

    private mutating func chance(_ probability: Double) -> Bool { random.unit() < probability }

    /// A map to read: mostly one that nobody has read, so that few are left over, else any.
    private mutating func operand() -> Int {
        let unread = maps.indices.filter { !maps[$0].isRead }
        let index = !unread.isEmpty && chance(0.6) ? unread[number(0, unread.count - 1)] : number(0, maps.count - 1)
        maps[index].isRead = true
        return index
    }

    /// Another map of the same size, or the same one.
    private mutating func partner(of index: Int, channelsToo: Bool) -> Int {
        let map = maps[index]
        let fitting = maps.indices.filter {
            maps[$0].height == map.height && maps[$0].width == map.width
                && (!channelsToo || maps[$0].channels == map.channels)
        }
        let others = fitting.filter { $0 != index }
        let chosen = others.isEmpty || chance(0.1) ? index : others[number(0, others.count - 1)]
        maps[chosen].isRead = true
        return chosen
    }

    // MARK: Statements

    private mutating func addStatement() {
        let x = operand()
        switch number(0, 24) {
        case 0...4: addConvolution(x)
        case 5: addTransposed(x)
        case 6, 7: addPool(x)
        case 8: addConcat(x)
        case 9, 10: addSum(x)
        case 11, 12: addUpsampling(x)
        case 13: addUnpooling(x)
        case 14: addFitting(x)
        case 15: addNormalization(x)
        case 16: chance(0.5) ? addNormalization(x) : addBroadcasting(x)
        case 17: chance(0.5) ? define(like: x, "softmax(\(maps[x].name))") : addConstants(x)
        case 18: addResized(x)
        case 19: addBorder(x)
        case 20: addChannels(x)
        case 21: define(like: x, "dropout(\(maps[x].name), rate: 0.\(number(1, 6)))")
        default: define(like: x, activation(maps[x].name, Self.activations))
        }
    }

    /// A map of the shape of another one.
    private mutating func define(like x: Int, _ expression: String) {
        var result = maps[x]
        result.isRead = false
        define(result, expression)
    }

    private mutating func define(_ map: Map, _ expression: String) {
        var map = map
        map.name = "v_\(lines.count)"
        lines.append("\(map.name) = \(expression)")
        maps.append(map)
    }

    /// All but those that make very large numbers, or none, of the maps of random nets.
    private static let activations = FunctionDeclaration.activations.map(\.name).filter {
        !["exp", "log", "reciprocal"].contains($0)
    }

    private mutating func activation(_ operand: String, _ names: [String]) -> String {
        let name = names[number(0, names.count - 1)]
        switch name {
        case "leaky_relu": return "leaky_relu(\(operand), slope: 0.\(number(1, 4)))"
        case "clamp": return "clamp(\(operand), min: -0.\(number(1, 9)), max: \(number(0, 2)).5)"
        default: return "\(name)(\(operand))"
        }
    }

    private mutating func addConvolution(_ x: Int) {
        let map = maps[x]
        let groups = [1, 1, 1, map.channels, 2, 3].filter { map.channels % $0 == 0 }.randomElement(using: &random) ?? 1
        let channels = groups == 1 ? channelCount() : groups * number(1, max(1, 9 / groups))
        let isSame = chance(0.5)
        let dilation = number(1, 6) == 1 ? 2 : 1
        let (padding, stride) = isSame ? (0, 1) : (number(0, 2), number(1, 3))
        let reach = { (size: Int) in isSame ? 5 : (size + 2 * padding - 1) / dilation + 1 }
        let kernel = (number(1, min(5, reach(map.height))), number(1, min(5, reach(map.width))))
        let size = { (size: Int, kernel: Int) in
            isSame ? size : (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1
        }
        let result = Map(
            name: "", channels: channels, height: size(map.height, kernel.0), width: size(map.width, kernel.1))
        let call =
            "conv(\(map.name), \(channels), kernel: [\(kernel.0), \(kernel.1)], stride: \(stride), "
            + "padding: \(isSame ? "same" : "\(padding)"), dilation: \(dilation), groups: \(groups), "
            + "bias: \(chance(0.7)))"
        define(result, chance(0.5) ? activation(call, ["relu", "relu", "leaky_relu", "silu"]) : call)
    }

    private mutating func addTransposed(_ x: Int) {
        let map = maps[x]
        let (kernel, stride) = (number(1, 4), number(1, 3))
        let padding = number(0, min(1, (kernel - 1) / 2))
        let outputPadding = number(0, stride - 1)
        let size = { (size: Int) in (size - 1) * stride - 2 * padding + kernel + outputPadding }
        guard size(map.height) <= 24, size(map.width) <= 24 else { return addConvolution(x) }
        let channels = channelCount()
        let result = Map(name: "", channels: channels, height: size(map.height), width: size(map.width))
        define(
            result,
            "conv_transpose(\(map.name), \(channels), kernel: \(kernel), stride: \(stride), padding: \(padding), "
                + "output_padding: \(outputPadding), bias: \(chance(0.7)))")
    }

    private mutating func addPool(_ x: Int) {
        let map = maps[x]
        let kernel = number(1, min(3, map.height, map.width))
        let padding = number(0, kernel / 2)
        let stride = chance(0.5) ? kernel : number(1, 3)
        let size = { (size: Int) in (size + 2 * padding - kernel) / stride + 1 }
        let result = Map(name: "", channels: map.channels, height: size(map.height), width: size(map.width))
        let isMaximum = chance(0.6)
        define(
            result,
            "\(isMaximum ? "max" : "avg")_pool(\(map.name), kernel: \(kernel), stride: \(stride), padding: \(padding))")
        if isMaximum, stride >= kernel, let pooled = maps.last { pools.append((map, pooled)) }
    }

    private mutating func addUpsampling(_ x: Int) {
        let map = maps[x]
        let scale = (number(1, 3), number(1, 3))
        guard map.height * scale.0 <= 40, map.width * scale.1 <= 40 else { return addPool(x) }
        let result = Map(
            name: "", channels: map.channels, height: map.height * scale.0, width: map.width * scale.1)
        let corners = ", align_corners: \(chance(0.5))"
        let names = ["upsample_nearest", "upsample_bilinear", "bed_of_nails"]
        let name = names[number(0, 2)]
        let rest = name == "upsample_bilinear" ? corners : ""
        define(result, "\(name)(\(map.name), scale: [\(scale.0), \(scale.1)]\(rest))")
    }

    /// What a pooling has remembered, of its own result or of another map of that shape. That the pooled map is asked for
    /// places does not count as reading it.
    private mutating func addUnpooling(_ x: Int) {
        let map = maps[x]
        let fitting = pools.filter {
            $0.result.channels == map.channels && $0.result.height == map.height && $0.result.width == map.width
        }
        guard !fitting.isEmpty else { return addPool(x) }
        let pool = fitting[number(0, fitting.count - 1)]
        var result = pool.source
        result.isRead = false
        define(result, "max_unpool(\(map.name), \(pool.result.name))")
    }

    private mutating func addFitting(_ x: Int) {
        let map = maps[x]
        let others = maps.indices.filter { $0 != x }
        let smaller = others.filter { maps[$0].height <= map.height && maps[$0].width <= map.width }
        let larger = others.filter { maps[$0].height >= map.height && maps[$0].width >= map.width }
        let crops = larger.isEmpty || !smaller.isEmpty && chance(0.5)
        let fitting = crops ? smaller : larger
        guard !fitting.isEmpty else { return addUpsampling(x) }
        let other = maps[fitting[number(0, fitting.count - 1)]]
        let result = Map(name: "", channels: map.channels, height: other.height, width: other.width)
        define(result, "\(crops ? "crop" : "pad")(\(map.name), like: \(other.name))")
    }

    private mutating func addResized(_ x: Int) {
        let map = maps[x]
        let modes = ["nearest", "nearest_exact", "nearest_earlier", "bilinear", "bilinear_asymmetric"]
        let mode = modes[number(0, modes.count - 1)]
        let corners = mode == "bilinear" ? ", align_corners: \(chance(0.5))" : ""
        let other = maps[number(0, maps.count - 1)]
        let isLike = chance(0.3)
        let size = isLike ? (other.height, other.width) : (number(1, 24), number(1, 24))
        let result = Map(name: "", channels: map.channels, height: size.0, width: size.1)
        let text = isLike ? "like: \(other.name)" : "size: [\(size.0), \(size.1)]"
        define(result, "resize(\(map.name), \(text), mode: \(mode)\(corners))")
    }

    private mutating func addBorder(_ x: Int) {
        let map = maps[x]
        let crops = map.height > 3 && map.width > 3 && chance(0.4)
        let modes = map.height > 3 && map.width > 3 ? ["reflect", "replicate", "constant"] : ["replicate", "constant"]
        let sides = (0..<4).map { _ in number(0, crops ? 1 : 3) }
        let factor = crops ? -1 : 1
        let result = Map(
            name: "", channels: map.channels, height: map.height + factor * (sides[0] + sides[1]),
            width: map.width + factor * (sides[2] + sides[3]))
        guard result.height <= 40, result.width <= 40 else { return addPool(x) }
        let mode = crops ? "" : ", mode: \(modes[number(0, modes.count - 1)])"
        let value = mode.hasSuffix("constant") && chance(0.5) ? ", value: 0.\(number(1, 9))" : ""
        define(
            result,
            "\(crops ? "crop" : "pad")(\(map.name), top: \(sides[0]), bottom: \(sides[1]), left: \(sides[2]), "
                + "right: \(sides[3])\(mode)\(value))")
    }

    private mutating func addChannels(_ x: Int) {
        let map = maps[x]
        let (first, last) = (number(0, map.channels - 1), number(0, 4))
        let isSlice = map.channels > 1 && chance(0.6)
        let end = isSlice ? number(first + 1, map.channels) : last
        let channels = isSlice ? end - first : first + map.channels + last
        guard channels <= 32 else { return addConvolution(x) }
        let result = Map(name: "", channels: channels, height: map.height, width: map.width)
        define(result, "\(isSlice ? "slice" : "pad")(\(map.name), channels: [\(first), \(end)])")
    }

    /// With an epsilon that keeps maps of one value from being blown up.
    private mutating func addNormalization(_ x: Int) {
        let map = maps[x]
        let groups = [1, map.channels, 2, 4].filter { map.channels % $0 == 0 }.randomElement(using: &random) ?? 1
        let calls = [
            "batch_norm(\(map.name), eps: 0.\(number(1, 5)))",
            "group_norm(\(map.name), groups: \(groups), eps: 0.\(number(1, 5)))",
            "layer_norm(\(map.name), eps: 0.\(number(1, 5)))",
            "instance_norm(\(map.name), eps: 0.\(number(1, 5)), affine: \(chance(0.5)))",
        ]
        let call = calls[number(0, calls.count - 1)]
        define(like: x, chance(0.5) ? activation(call, ["relu", "tanh"]) : call)
    }

    /// Numbers beside a map, all of them or one for each channel.
    private mutating func addConstants(_ x: Int) {
        let name = maps[x].name
        let (means, deviations) = (reals(maps[x].channels, from: -1), reals(maps[x].channels, from: 1))
        let forms = [
            "\(name) + -0.45", "0.25 - \(name)", "-\(name) / 2", "1 / (2 + tanh(\(name)))",
            "normalize(\(name), mean: \(means), std: \(deviations))",
        ]
        define(like: x, forms[number(0, forms.count - 1)])
    }

    /// A map beside numbers of its own channels or positions.
    private mutating func addBroadcasting(_ x: Int) {
        let name = maps[x].name
        let symbol = ["+", "-", "*"][number(0, 2)]
        switch number(0, 3) {
        case 0: define(like: x, "\(name) \(symbol) global_avg_pool(\(name))")
        case 1: define(like: x, "\(name) \(symbol) sigmoid(global_max_pool(\(name)))")
        case 2 where chance(0.5):
            var result = maps[x]
            (result.channels, result.isRead) = (number(1, 5), false)
            define(result, "linear(\(name), \(result.channels))")
        case 2:
            let gate = Map(name: "", channels: 1, height: maps[x].height, width: maps[x].width)
            define(gate, "conv(\(name), 1, kernel: 1)")
            maps[maps.count - 1].isRead = true
            define(like: x, "\(name) \(symbol) \(maps[maps.count - 1].name)")
        default:
            let pool = Map(name: "", channels: maps[x].channels, height: 1, width: 1)
            define(pool, "global_\(chance(0.7) ? "avg" : "max")_pool(\(name))")
        }
    }

    private mutating func reals(_ count: Int, from least: Int) -> String {
        "[" + (0..<count).map { _ in "\(number(least, 2)).25" }.joined(separator: ", ") + "]"
    }

    private mutating func addConcat(_ x: Int) {
        let unchanged = maps
        let parts = [x] + (0..<number(1, 2)).map { _ in partner(of: x, channelsToo: false) }
        let channels = parts.reduce(0) { $0 + maps[$1].channels }
        guard channels <= 32 else {
            maps = unchanged
            return addConvolution(x)
        }
        let result = Map(name: "", channels: channels, height: maps[x].height, width: maps[x].width)
        define(result, "concat(\(parts.map { maps[$0].name }.joined(separator: ", ")))")
    }

    private mutating func addSum(_ x: Int) {
        let y = maps[partner(of: x, channelsToo: true)].name
        var result = maps[x]
        result.isRead = false
        let name = maps[x].name
        let forms = [
            "add(\(name), \(y))", "\(name) + \(y)", "mul(\(name), \(y))", "\(name) * \(y)", "\(name) - \(y)",
            "maximum(\(name), \(y))", "minimum(\(name), \(y))", "\(name) / (1.5 + abs(\(y)))",
        ]
        let form = forms[number(0, forms.count - 1)]
        define(result, chance(0.3) ? activation(form, ["relu", "tanh"]) : form)
    }

    // MARK: Ends

    /// Everything that nobody reads, and one map that somebody does.
    private mutating func addOutputs() {
        let unread = maps.indices.filter { !maps[$0].isRead }
        let further = number(0, maps.count - 1)
        for index in unread + (unread.contains(further) ? [] : [further]) { addOutput(index) }
    }

    private mutating func addOutput(_ index: Int) {
        lines.append("output v_out\(lines.count) = \(maps[index].name)")
    }

    /// A loss of every map that nobody reads, and some outputs on the way.
    private mutating func lossTerms() -> [String] {
        for _ in 0..<number(1, 2) { addOutput(number(0, maps.count - 1)) }
        return maps.filter { !$0.isRead }.map { map in
            let target = "v_target\(lines.count)"
            let isOfClasses = map.channels > 1 && chance(0.3)
            lines.append("target \(target): " + (isOfClasses ? "classes[\(map.height), \(map.width)]" : map.shape))
            let loss = isOfClasses ? classLoss(map, target) : valueLoss(map, target)
            return chance(0.5) ? loss : "0.\(number(1, 9)) * \(loss)"
        }
    }

    private mutating func classLoss(_ map: Map, _ target: String) -> String {
        let weights = (0..<map.channels).map { _ in "\(number(0, 3)).5" }.joined(separator: ", ")
        let ignored = chance(0.5) ? ", ignore: \(chance(0.5) ? 255 : number(0, map.channels - 1))" : ""
        let overlaps = LossDeclaration.all.filter(\.takesClasses)
        if chance(0.3) { return "\(overlaps[number(0, overlaps.count - 1)].name)(\(map.name), \(target)\(ignored))" }
        let smoothing = chance(0.3) ? ", label_smoothing: 0.\(number(1, 5))" : ""
        return "cross_entropy(\(map.name), \(target)\(ignored)"
            + "\(chance(0.5) ? ", weights: [\(weights)]" : "")\(smoothing))"
    }

    private mutating func valueLoss(_ map: Map, _ target: String) -> String {
        let losses =
            [
                "bce_with_logits(\(map.name), \(target))",
                "bce_with_logits(\(map.name), \(target), pos_weight: \(number(1, 5)))",
                "dice_loss(\(map.name), \(target))",
                "dice_loss(\(map.name), \(target), smooth: 0.5)",
            ]
            + LossDeclaration.all.map { "\($0.name)(\(map.name), \(target))" }
        return losses[number(0, losses.count - 1)]
    }
}
