import ImageCodecs

/// The format of a picture file, found by its first bytes: extensions lie. Each has a file of its own that says all of it:
/// what it is called, how it is known, and how it is read or what to do instead.
public struct ImageFormat: Sendable {
    /// `PNG`, as in messages.
    public let name: String
    /// What names of such files end in, in lower case.
    let extensions: [String]
    let isStart: @Sendable (_ bytes: [UInt8]) -> Bool
    let reading: Reading

    enum Reading: Sendable {
        case decoder(Opener)
        /// How to convert it: a command.
        case conversion(String)
    }

    /// A function of the C shims that reads a header.
    typealias Opener =
        @Sendable @convention(c) (
            UnsafePointer<image_codec_input>?, UnsafeMutablePointer<image_codec_header>?,
            UnsafeMutablePointer<OpaquePointer?>?, UnsafeMutablePointer<CChar>?
        ) -> Int32

    /// Those that are read first, in the order in which messages name them.
    public static let all: [ImageFormat] = [
        .png, .jpeg, .tiff, .bmp, .webp, .gif, .heic, .avif, .dicom, .jpeg2000, .jpegXL, .photoshop, .openEXR, .netpbm,
    ]

    /// `PNG, JPEG, TIFF, BMP, WebP or GIF`.
    public static let expected: String = {
        let names = all.filter { $0.opener != nil }.map(\.name)
        return names.dropLast().joined(separator: ", ") + (names.last.map { " or " + $0 } ?? "")
    }()

    /// As many bytes of a file as its format shows in.
    public static let headLength = 132

    /// The format of a file that starts with `bytes`, `headLength` of them if there are as many; nil if it is none that is
    /// known here.
    public init?(startOf bytes: some Collection<UInt8>) {
        let start = Array(bytes.prefix(Self.headLength))
        guard let found = Self.all.first(where: { $0.isStart(start) }) else { return nil }
        self = found
    }

    init(_ name: String, _ extensions: [String], _ reading: Reading, isStart: @escaping @Sendable ([UInt8]) -> Bool) {
        self.name = name
        self.extensions = extensions
        self.isStart = isStart
        self.reading = reading
    }

    /// A format whose files start with one of some signatures.
    init(_ name: String, _ extensions: [String], _ reading: Reading, signatures: [[UInt8]]) {
        self.init(name, extensions, reading) { start in signatures.contains { start.starts(with: $0) } }
    }

    var opener: Opener? { if case .decoder(let opener) = reading { opener } else { nil } }

    /// Why a file that starts with `bytes` cannot be decoded, to stand behind its name: "is a HEIC, expected PNG, …; convert
    /// it: …"; nil if it may be.
    public static func fault(startOf bytes: [UInt8]) -> String? {
        switch ImageFormat(startOf: bytes) {
        case .some(let format):
            guard case .conversion(let command) = format.reading else { return nil }
            let article = "AEIO".contains(format.name.prefix(1)) ? "an" : "a"
            return "is \(article) \(format.name), expected \(expected); convert it: \(command)"
        case nil where bytes.isEmpty: return "is empty, expected \(expected); replace it"
        case nil:
            let start = bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
            return "is not a picture (it starts with the bytes \(start.joined(separator: " "))), expected \(expected)"
        }
    }

    /// The format of a file that can be decoded, and what opens it.
    ///
    /// - Throws: an error that names the format found, if it cannot.
    static func decodable(_ bytes: [UInt8], name: String) throws(ImageError) -> (format: ImageFormat, opener: Opener) {
        if let format = ImageFormat(startOf: bytes), let opener = format.opener { return (format, opener) }
        throw ImageError(file: name, message: fault(startOf: bytes) ?? "is not a picture")
    }
}

extension ImageFormat: Hashable {
    public static func == (a: ImageFormat, b: ImageFormat) -> Bool { a.name == b.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension ImageFormat: CustomStringConvertible {
    public var description: String { name }
}
