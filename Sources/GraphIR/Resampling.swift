/// A linear map of each channel on its own from an `input` to an `output` extent, whose rows and columns are treated
/// alike and apart: `y[i, j] = Σ r(i, a) · c(j, b) · x[a, b]`. The ways up and down that have no parameters.
public struct Resampling: Hashable, Sendable {
    public enum Rule: Hashable, Sendable {
        /// The mean of each window, the padding counting as zeros (PyTorch's `count_include_pad`).
        case averagePool(kernel: Extent, stride: Extent, padding: Extent)
        /// Each value `scale` times in both directions.
        case nearest(scale: Extent)
        /// Between the four nearest values, weighed by distance; beyond the outermost ones their own. Corners of the two
        /// maps lie on each other, or their borders do (PyTorch's `align_corners`).
        case bilinear(scale: Extent, alignsCorners: Bool)
        /// Each value at the first place of its `scale` × `scale` field, zeros elsewhere.
        case bedOfNails(scale: Extent)
        /// `y[i, j] = x[i − top, j − left]`: cuts a border off, or adds one.
        case shift(top: Int, left: Int, border: Border = .zeros)
        /// To any size, larger or smaller.
        /// - Parameter followsPicture: whether the output keeps its ratio to the input where the picture is another one;
        ///   else its size is a number.
        case resize(Interpolation, followsPicture: Bool)
    }

    public var channels: Int
    public var input: Extent
    public var output: Extent
    public var rule: Rule

    /// A map whose output size follows from the rule.
    public init(channels: Int, input: Extent, _ rule: Rule) {
        self.init(channels: channels, input: input, output: Self.outputSize(of: input, rule) ?? input, rule)
    }

    /// A map of given sizes, as a shift needs it.
    public init(channels: Int, input: Extent, output: Extent, _ rule: Rule) {
        self.channels = channels
        self.input = input
        self.output = output
        self.rule = rule
    }

    /// A map that cuts or fills up to `output`, the same on both sides; of an odd difference the smaller half comes first.
    public init(channels: Int, input: Extent, centredIn output: Extent) {
        let top = Self.firstHalf(output.height - input.height)
        let left = Self.firstHalf(output.width - input.width)
        self.init(channels: channels, input: input, output: output, .shift(top: top, left: left))
    }

    /// Rounded towards zero, so that cutting undoes filling.
    private static func firstHalf(_ difference: Int) -> Int { difference / 2 }

    /// nil for rules that fit any output.
    private static func outputSize(of input: Extent, _ rule: Rule) -> Extent? {
        switch rule {
        case .averagePool(let kernel, let stride, let padding):
            PoolGeometry(channels: 1, input: input, kernel: kernel, stride: stride, padding: Padding(padding)).output
        case .nearest(let scale), .bilinear(let scale, _), .bedOfNails(let scale):
            Extent(input.height * scale.height, input.width * scale.width)
        case .shift, .resize: nil
        }
    }

    public var inputType: TensorType { .batched([channels, input.height, input.width]) }
    public var outputType: TensorType { .batched([channels, output.height, output.width]) }

    /// The window of an average pool.
    public var poolGeometry: PoolGeometry? {
        guard case .averagePool(let kernel, let stride, let padding) = rule else { return nil }
        return PoolGeometry(
            channels: channels, input: input, kernel: kernel, stride: stride, padding: Padding(padding))
    }
}

extension Resampling {
    /// The operator's name in dumps.
    var mnemonic: String {
        switch rule {
        case .averagePool: "avg_pool"
        case .nearest: "upsample_nearest"
        case .bilinear: "upsample_bilinear"
        case .bedOfNails: "bed_of_nails"
        case .shift: output.height <= input.height && output.width <= input.width ? "crop" : "pad"
        case .resize: "resize"
        }
    }

    var attributes: [Attribute] {
        let sizes = [
            Attribute("input", channels: channels, input), Attribute("output", channels: channels, output),
        ]
        switch rule {
        case .averagePool(let kernel, let stride, let padding):
            return sizes + [
                Attribute("kernel", kernel), Attribute("stride", stride), Attribute("padding", padding),
            ]
        case .nearest(let scale), .bedOfNails(let scale): return sizes + [Attribute("scale", scale)]
        case .bilinear(let scale, let aligns):
            return sizes + [Attribute("scale", scale), Attribute("align_corners", "\(aligns)")]
        case .shift(let top, let left, let border):
            return sizes + [Attribute("offset", [top, left])] + border.attributes
        case .resize(let interpolation, let followsPicture):
            return sizes + [
                Attribute("mode", interpolation.rawValue), Attribute("follows_picture", "\(followsPicture)"),
            ]
        }
    }

    /// The map as written; nil for another mnemonic.
    init?(mnemonic: String, _ attributes: inout AttributeReader) throws(GraphTextError) {
        let mnemonics = ["avg_pool", "upsample_nearest", "upsample_bilinear", "bed_of_nails", "crop", "pad", "resize"]
        guard mnemonics.contains(mnemonic) else { return nil }
        let (channels, input, output) = try attributes.maps(of: mnemonic)
        let rule: Rule
        switch mnemonic {
        case "avg_pool":
            rule = .averagePool(
                kernel: try attributes.extent("kernel"), stride: try attributes.extent("stride"),
                padding: try attributes.extent("padding"))
        case "upsample_nearest": rule = .nearest(scale: try attributes.extent("scale"))
        case "upsample_bilinear":
            rule = .bilinear(
                scale: try attributes.extent("scale"), alignsCorners: try attributes.boolean("align_corners"))
        case "bed_of_nails": rule = .bedOfNails(scale: try attributes.extent("scale"))
        case "resize":
            let mode = try attributes.choice("mode", of: Interpolation.self)
            rule = .resize(mode, followsPicture: try attributes.boolean("follows_picture"))
        default:
            let offset = try attributes.extent("offset")
            rule = .shift(top: offset.height, left: offset.width, border: try Border(&attributes))
        }
        self.init(channels: channels, input: input, output: output, rule)
    }

    /// What is wrong with the map's constants.
    var problems: [String] {
        var ranges =
            outOfRange("input", [channels, input.height, input.width], from: 1)
            + outOfRange("output", [output.height, output.width], from: 1)
        switch rule {
        case .averagePool(let kernel, let stride, let padding):
            ranges += outOfRange("kernel", [kernel.height, kernel.width], from: 1)
            ranges += outOfRange("stride", [stride.height, stride.width], from: 1)
            ranges += outOfRange("padding", [padding.height, padding.width], from: 0)
        case .nearest(let scale), .bilinear(let scale, _), .bedOfNails(let scale):
            ranges += outOfRange("scale", [scale.height, scale.width], from: 1)
        case .shift(let top, let left, _): ranges += outOfRange("offset", [abs(top), abs(left)], from: 0)
        case .resize: break
        }
        guard ranges.isEmpty else { return ranges }
        if case .shift(let top, let left, let border) = rule {
            let problems =
                border.problems(input: input.height, output: output.height, before: top)
                + border.problems(input: input.width, output: output.width, before: left)
            if !problems.isEmpty { return problems }
        }
        let expected = Self.outputSize(of: input, rule) ?? output
        return expected == output ? [] : [unexpectedOutput(expected, output)]
    }
}
