/// What the files of `graphs` hold at their default width, counted layer by layer.
struct BundledCounts: Sendable {
    var name: String
    var parameters: Int
    var output: [Int]

    static let all = [
        BundledCounts(name: "attention-unet", parameters: unet { conv(2 * $0, $0, 2) + gate($0) }, output: mask),
        BundledCounts(name: "autoencoder", parameters: autoencoder, output: [3, 128, 128]),
        BundledCounts(name: "lraspp-mobilenet", parameters: lraspp, output: mask),
        BundledCounts(name: "resunet", parameters: resunet, output: mask),
        BundledCounts(name: "unet-bilinear", parameters: bilinear, output: mask),
        BundledCounts(name: "unet-bn", parameters: unet(block: normalized) { conv(2 * $0, $0, 2) }, output: mask),
        BundledCounts(
            name: "unet-camvid", parameters: unet(classes: 11, block: normalized) { conv(2 * $0, $0, 2) },
            output: [11, 144, 192]),
        BundledCounts(name: "unet-gray", parameters: gray, output: [1, 256, 256]),
        BundledCounts(name: "unet-labels", parameters: labels, output: [2, 128, 128]),
        BundledCounts(name: "unet-mobilenet", parameters: mobileNet, output: mask),
        BundledCounts(name: "unet-nails", parameters: unet { conv(2 * $0, $0, 3) }, output: mask),
        BundledCounts(name: "unet-pytorch", parameters: pytorch, output: mask),
        BundledCounts(name: "unet-resnet18", parameters: residualNet([2, 2, 2, 2]), output: mask),
        BundledCounts(name: "unet-resnet34", parameters: residualNet([3, 4, 6, 3]), output: mask),
        BundledCounts(name: "unet-recipe", parameters: recipe, output: mask),
        // Two heads more, of a weight for each channel below and a bias.
        BundledCounts(name: "unet-deep", parameters: recipe + (width + 1) + (2 * width + 1), output: mask),
        BundledCounts(name: "unet-nearest", parameters: unet { conv(2 * $0, $0, 3) }, output: mask),
        BundledCounts(name: "unet-transpose3", parameters: unet { conv(2 * $0, $0, 3) }, output: mask),
        BundledCounts(name: "unet-unpool", parameters: unpool, output: mask),
        BundledCounts(name: "unet-valid", parameters: unet { conv(2 * $0, $0, 2) }, output: [1, 100, 100]),
    ]

    private static let width = 16
    private static let mask = [1, 128, 128]
    /// Channels of the four levels above the bottom, the lowest first.
    private static let levels = [8 * width, 4 * width, 2 * width, width]

    private static func conv(_ input: Int, _ output: Int, _ kernel: Int) -> Int {
        input * output * kernel * kernel + output
    }

    private static func double(_ input: Int, _ output: Int) -> Int { conv(input, output, 3) + conv(output, output, 3) }

    /// In place of each bias a scale, a shift and two running moments.
    private static func normalized(_ input: Int, _ output: Int) -> Int { double(input, output) + 2 * 3 * output }

    /// From three colours down to 16 widths and up again; `up` makes a map of `c` channels of one of `2 c`.
    private static func unet(
        classes: Int = 1, block: (Int, Int) -> Int = double, up: (Int) -> Int
    ) -> Int {
        let down = block(3, width) + levels.reduce(0) { $0 + block($1, 2 * $1) }
        return down + levels.reduce(0) { $0 + up($1) + block(2 * $1, $1) } + conv(width, classes, 1)
    }

    private static func gate(_ c: Int) -> Int { conv(c, c, 1) + c * c + conv(c, 1, 1) + conv(1, c, 1) }

    private static let bilinear: Int = {
        func pair(_ a: Int, _ b: Int, _ c: Int) -> Int { conv(a, b, 3) + conv(b, c, 3) }
        let w = width
        let down = double(3, w) + double(w, 2 * w) + double(2 * w, 4 * w) + double(4 * w, 8 * w) + double(8 * w, 8 * w)
        let up = pair(16 * w, 8 * w, 4 * w) + pair(8 * w, 4 * w, 2 * w) + pair(4 * w, 2 * w, w) + pair(2 * w, w, w)
        return down + up + conv(w, 1, 1)
    }()

    private static func normalizedPair(_ a: Int, _ b: Int, _ c: Int) -> Int {
        conv(a, b, 3) + 3 * b + conv(b, c, 3) + 3 * c
    }

    private static let recipe: Int = {
        let w = width
        let down = [(3, w, w), (w, 2 * w, 2 * w), (2 * w, 4 * w, 4 * w), (4 * w, 8 * w, 8 * w), (8 * w, 16 * w, 8 * w)]
        let up = [(8 * w, 4 * w), (4 * w, 2 * w), (2 * w, w), (w, w)]
        return down.reduce(0) { $0 + normalizedPair($1.0, $1.1, $1.2) }
            + up.reduce(0) { $0 + conv($1.0, $1.0, 2) + normalizedPair(2 * $1.0, $1.0, $1.1) } + conv(w, 1, 1)
    }()

    private static let unpool: Int = {
        let w = width
        let down = [(3, w), (w, 2 * w), (2 * w, 4 * w), (4 * w, 8 * w), (8 * w, 8 * w)]
        let up = [(8 * w, 4 * w), (4 * w, 2 * w), (2 * w, w), (w, w)]
        return down.reduce(0) { $0 + normalizedPair($1.0, $1.1, $1.1) }
            + up.reduce(0) { $0 + normalizedPair($1.0, $1.0, $1.1) } + conv(w, 1, 1)
    }()

    private static let labels: Int = {
        let w = width
        let down = normalized(3, w) + [w, 2 * w, 4 * w].reduce(0) { $0 + normalized($1, 2 * $1) }
        return down + [4 * w, 2 * w, w].reduce(0) { $0 + conv(2 * $1, $1, 2) + normalized(2 * $1, $1) } + conv(w, 2, 1)
    }()

    /// A convolution without a bias, and what normalises its result.
    private static func plain(_ input: Int, _ output: Int, _ kernel: Int) -> Int {
        input * output * kernel * kernel + 4 * output
    }

    /// The decoder above an encoder whose maps have so many channels, the deepest first.
    private static func decoder(_ encoder: [Int], _ channels: [Int]) -> Int {
        let below = [encoder[0]] + channels
        let skips = encoder.dropFirst() + [0]
        let levels = zip(zip(below, skips), channels).map { plain($0.0 + $0.1, $1, 3) + plain($1, $1, 3) }
        return levels.reduce(0, +) + conv(16, 1, 3)
    }

    private static func residualNet(_ blocks: [Int]) -> Int {
        var encoder = plain(3, 64, 7)
        for (level, count) in blocks.enumerated() {
            let channels = 64 << level
            encoder += 2 * count * plain(channels, channels, 3)
            // The first block of the lower levels takes half the channels, and brings them along.
            if level > 0 {
                encoder +=
                    plain(channels / 2, channels, 3) - plain(channels, channels, 3) + plain(channels / 2, channels, 1)
            }
        }
        return encoder + decoder([512, 256, 128, 64, 64], [256, 128, 64, 32, 16])
    }

    private static let mobileNet: Int = {
        /// A depthwise convolution between a widening one and a narrowing one.
        func inverted(_ a: Int, _ b: Int) -> Int { plain(a, 6 * a, 1) + plain(1, 6 * a, 3) + plain(6 * a, b, 1) }
        var encoder = plain(3, 32, 3) + plain(1, 32, 3) + plain(32, 16, 1)
        var channels = 16
        for (next, count) in [(24, 2), (32, 3), (64, 4), (96, 3), (160, 3), (320, 1)] {
            encoder += inverted(channels, next) + (count - 1) * inverted(next, next)
            channels = next
        }
        return encoder + plain(320, 1280, 1) + decoder([1280, 96, 32, 24, 16], [256, 128, 64, 32, 16])
    }()

    private static let lraspp: Int = {
        /// Channels before, while wide, behind; side of the window; channels that weigh the others, 0 for none.
        let blocks = [
            (16, 64, 24, 3, 0), (24, 72, 24, 3, 0), (24, 72, 40, 5, 24), (40, 120, 40, 5, 32), (40, 120, 40, 5, 32),
            (40, 240, 80, 3, 0), (80, 200, 80, 3, 0), (80, 184, 80, 3, 0), (80, 184, 80, 3, 0), (80, 480, 112, 3, 120),
            (112, 672, 112, 3, 168), (112, 672, 160, 5, 168), (160, 960, 160, 5, 240), (160, 960, 160, 5, 240),
        ]
        let encoder = blocks.reduce(plain(3, 16, 3) + plain(1, 16, 3) + plain(16, 16, 1)) { sum, block in
            let (before, wide, behind, side, few) = block
            let weights = few > 0 ? conv(wide, few, 1) + conv(few, wide, 1) : 0
            return sum + plain(before, wide, 1) + plain(1, wide, side) + weights + plain(wide, behind, 1)
        }
        return encoder + plain(160, 960, 1) + plain(960, 128, 1) + 960 * 128 + conv(40, 1, 1) + conv(128, 1, 1)
    }()

    private static let pytorch: Int = {
        func pair(_ a: Int, _ b: Int) -> Int { plain(a, b, 3) + plain(b, b, 3) }
        let levels = [64, 128, 256, 512]
        return pair(3, 64) + levels.reduce(0) { $0 + pair($1, 2 * $1) + conv(2 * $1, $1, 2) + pair(2 * $1, $1) }
            + conv(64, 1, 1)
    }()

    private static let gray: Int = {
        let w = width
        let down = double(1, w) + double(w, 2 * w) + double(2 * w, 4 * w) + double(4 * w, 8 * w)
        let up = [4 * w, 2 * w, w].reduce(0) { $0 + conv(2 * $1, $1, 2) + double(2 * $1, $1) }
        return down + up + conv(w, 1, 1)
    }()

    private static let autoencoder: Int = {
        let w = width
        let down = double(3, w) + double(w, 2 * w) + double(2 * w, 4 * w) + double(4 * w, 8 * w)
        let up = double(4 * w, 8 * w) + double(8 * w, 4 * w) + double(4 * w, 2 * w) + double(2 * w, w)
        return down + conv(8 * w, 4 * w, 1) + up + conv(w, 3, 1)
    }()

    private static let resunet: Int = {
        // A scale and a shift for each channel that is normalised.
        func residual(_ a: Int, _ b: Int) -> Int { 2 * a + 2 * b + conv(a, b, 3) + conv(b, b, 3) + conv(a, b, 1) }
        let w = width
        let down = conv(3, w, 3) + residual(w, w) + levels.reduce(0) { $0 + residual($1, 2 * $1) }
        let up = levels.reduce(0) { $0 + conv(2 * $1, $1, 2) + residual(2 * $1, $1) }
        return down + up + 2 * w + conv(w, 1, 1)
    }()
}
