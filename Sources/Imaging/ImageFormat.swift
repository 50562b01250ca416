/// The format of a picture file, found by its first bytes: extensions lie.
public enum ImageFormat: String, Hashable, Sendable, CaseIterable {
    case png = "PNG"
    case jpeg = "JPEG"
    case gif = "GIF"
    case bmp = "BMP"
    case tiff = "TIFF"
    case webp = "WebP"

    /// The format of a file that starts with `bytes`; nil if it is none that is known here.
    public init?(startOf bytes: some Collection<UInt8>) {
        let start = Array(bytes.prefix(12))
        if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if start.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if start.starts(with: "GIF8".utf8) {
            self = .gif
        } else if start.starts(with: "BM".utf8) {
            self = .bmp
        } else if start.starts(with: [0x49, 0x49, 0x2A, 0]) || start.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
            self = .tiff
        } else if start.starts(with: "RIFF".utf8), start.dropFirst(8).elementsEqual("WEBP".utf8) {
            self = .webp
        } else {
            return nil
        }
    }

    /// The format of a file that can be decoded.
    ///
    /// - Throws: an error that names the format found, if `bytes` are neither PNG nor JPEG.
    static func decodable(_ bytes: [UInt8], name: String) throws(ImageError) -> ImageFormat {
        switch ImageFormat(startOf: bytes) {
        case .png: return .png
        case .jpeg: return .jpeg
        case .some(let other): throw ImageError(file: name, message: .otherFormat(other))
        case nil: throw ImageError(file: name, message: bytes.isEmpty ? .empty : .notAPicture(bytes))
        }
    }
}

extension String {
    fileprivate static func otherFormat(_ format: ImageFormat) -> String {
        "is a \(format.rawValue), expected PNG or JPEG; convert it"
    }

    fileprivate static let empty = "is empty, expected PNG or JPEG; replace it"

    fileprivate static func notAPicture(_ bytes: [UInt8]) -> String {
        let start = bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
        return "is not a picture (it starts with the bytes \(start.joined(separator: " "))), expected PNG or JPEG"
    }
}
