import ImageCodecs

/// How a file stores its pixels, as its header says.
public struct PictureKind: Hashable, Sendable {
    public enum Layout: String, Hashable, Sendable, CaseIterable {
        case gray = "gray"
        case grayAlpha = "gray and alpha"
        case palette = "palette"
        case rgb = "RGB"
        case rgba = "RGBA"
        case cmyk = "CMYK"
        /// Channels that are no colours.
        case bands = "multi-band"

        /// True when there is a channel that is not read.
        public var hasAlpha: Bool { self == .grayAlpha || self == .rgba }
    }

    public var format: ImageFormat
    public var layout: Layout
    /// Of one sample; of a palette's index.
    public var bits: Int
    public var numbers = Numbers.unsigned

    /// What samples are.
    public enum Numbers: String, Hashable, Sendable {
        case unsigned = ""
        case signed = "signed"
        case float = "float"
    }

    public init(format: ImageFormat, layout: Layout, bits: Int) {
        self.format = format
        self.layout = layout
        self.bits = bits
    }

    /// `RGB JPEG`, `gray PNG of 16 bits`, `multi-band TIFF of 32 float bits`.
    public var text: String {
        let words = numbers == .unsigned ? "" : numbers.rawValue + " "
        let isUsual = bits == 8 && numbers == .unsigned
        return "\(layout.rawValue) \(format.name)"
            + (isUsual ? "" : " of \(bits) \(words)\(bits == 1 ? "bit" : "bits")")
    }
}

extension PictureKind {
    /// What the header says of the pixels.
    init(_ header: image_codec_header, _ format: ImageFormat) {
        let layout: Layout =
            switch Int(header.layout) {
            case IMAGE_CODEC_GRAY: .gray
            case IMAGE_CODEC_GRAY_ALPHA: .grayAlpha
            case IMAGE_CODEC_PALETTE: .palette
            case IMAGE_CODEC_RGBA: .rgba
            case IMAGE_CODEC_CMYK: .cmyk
            case IMAGE_CODEC_BANDS: .bands
            default: .rgb
            }
        self.init(format: format, layout: layout, bits: Int(header.bits))
        numbers =
            switch Int(header.numbers) {
            case IMAGE_CODEC_SIGNED: .signed
            case IMAGE_CODEC_FLOAT: .float
            default: .unsigned
            }
    }
}
