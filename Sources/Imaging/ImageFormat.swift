/// The format of a picture file, found by its first bytes: extensions lie.
public enum ImageFormat: String, Hashable, Sendable, CaseIterable {
    case png = "PNG"
    case jpeg = "JPEG"
    case gif = "GIF"
    case bmp = "BMP"
    case tiff = "TIFF"
    case webp = "WebP"
    case heic = "HEIC"
    case avif = "AVIF"
    case jpeg2000 = "JPEG 2000"
    case jpegXL = "JPEG XL"
    case photoshop = "PSD"
    case openEXR = "OpenEXR"
    case netpbm = "Netpbm"

    /// As many bytes of a file as its format shows in.
    public static let headLength = 32

    /// The format of a file that starts with `bytes`, `headLength` of them if there are as many; nil if it is none that is
    /// known here.
    public init?(startOf bytes: some Collection<UInt8>) {
        let start = Array(bytes.prefix(Self.headLength))
        if let found = Self.signatures.first(where: { start.starts(with: $0.bytes) }) {
            self = found.format
        } else if start.starts(with: "RIFF".utf8), start.dropFirst(8).starts(with: "WEBP".utf8) {
            self = .webp
        } else if start.dropFirst(4).starts(with: "ftyp".utf8), let format = Self.mediaFormat(start) {
            self = format
        } else if start.count > 2, start[0] == UInt8(ascii: "P"), (0x31...0x37).contains(start[1]),
            [0x09, 0x0A, 0x0D, 0x20, 0x23].contains(start[2])
        {
            self = .netpbm
        } else {
            return nil
        }
    }

    private static let signatures: [(bytes: [UInt8], format: ImageFormat)] = [
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png),
        ([0xFF, 0xD8, 0xFF], .jpeg),
        (Array("GIF8".utf8), .gif),
        (Array("BM".utf8), .bmp),
        ([0x49, 0x49, 0x2A, 0], .tiff), ([0x4D, 0x4D, 0, 0x2A], .tiff),
        ([0x49, 0x49, 0x2B, 0], .tiff), ([0x4D, 0x4D, 0, 0x2B], .tiff),
        ([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A], .jpeg2000),
        ([0xFF, 0x4F, 0xFF, 0x51], .jpeg2000),
        ([0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A], .jpegXL),
        ([0xFF, 0x0A], .jpegXL),
        (Array("8BPS".utf8), .photoshop),
        ([0x76, 0x2F, 0x31, 0x01], .openEXR),
    ]

    /// Of a file of ISO's base media format: a picture by one of its brands, among which there are films as well.
    private static func mediaFormat(_ start: [UInt8]) -> ImageFormat? {
        // The main brand, a version, and the others as far as they fit.
        let brands = stride(from: 8, to: start.count - 3, by: 4).filter { $0 != 12 }.map {
            String(decoding: start[$0..<$0 + 4], as: UTF8.self)
        }
        if brands.contains(where: ["avif", "avis"].contains) { return .avif }
        let pictures = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]
        return brands.contains(where: pictures.contains) ? .heic : nil
    }

    /// Why a file that starts with `bytes` cannot be decoded, to stand behind its name: "is a GIF, expected PNG or JPEG;
    /// convert it"; nil if it may be.
    public static func fault(startOf bytes: [UInt8]) -> String? {
        switch ImageFormat(startOf: bytes) {
        case .png, .jpeg: return nil
        case .some(let other):
            let article = "AEIO".contains(other.rawValue.prefix(1)) ? "an" : "a"
            return "is \(article) \(other.rawValue), expected PNG or JPEG; convert it"
        case nil where bytes.isEmpty: return "is empty, expected PNG or JPEG; replace it"
        case nil:
            let start = bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
            return "is not a picture (it starts with the bytes \(start.joined(separator: " "))), expected PNG or JPEG"
        }
    }

    /// The format of a file that can be decoded.
    ///
    /// - Throws: an error that names the format found, if `bytes` are neither PNG nor JPEG.
    static func decodable(_ bytes: [UInt8], name: String) throws(ImageError) -> ImageFormat {
        if let fault = fault(startOf: bytes) { throw ImageError(file: name, message: fault) }
        // What is no PNG has just been found to be a JPEG.
        return ImageFormat(startOf: bytes) == .png ? .png : .jpeg
    }
}
