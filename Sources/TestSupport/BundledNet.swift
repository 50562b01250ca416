/// A graph of the folder `graphs`, and the values of its parameters that make it small enough for tests.
public struct BundledNet: Sendable, CustomStringConvertible {
    /// The file's name without its extension.
    public var name: String
    public var overrides: [(name: String, value: String)]

    public var description: String { name }
    /// Below the checkout.
    public var path: String { "graphs/\(name).graph" }

    init(_ name: String, _ overrides: KeyValuePairs<String, Int>) {
        self.name = name
        self.overrides = overrides.map { (name: $0, value: "\($1)") }
    }

    /// With other values of its parameters.
    public init(_ name: String, overriding overrides: [(name: String, value: String)]) {
        self.name = name
        self.overrides = overrides
    }

    /// All of the folder, in the order of their names.
    public static let all: [BundledNet] = [
        BundledNet("attention-unet", ["width": 2, "size": 32]),
        BundledNet("autoencoder", ["width": 2, "size": 16]),
        BundledNet("lraspp-mobilenet", ["width": 4, "size": 32]),
        BundledNet("resunet", ["width": 4, "size": 32, "groups": 2]),
        BundledNet("unet", ["width": 2, "size": 16]),
        BundledNet("unet-bilinear", ["width": 2, "size": 16]),
        BundledNet("unet-bn", ["width": 2, "size": 32]),
        BundledNet("unet-camvid", ["width": 2, "rows": 32, "columns": 48]),
        BundledNet("unet-deep", ["width": 2, "size": 32]),
        BundledNet("unet-gray", ["width": 2, "size": 16]),
        BundledNet("unet-labels", ["width": 2, "size": 16]),
        // Down five times, and normalised there: two pixels high and wide at the least.
        BundledNet("unet-mobilenet", ["width": 4, "size": 64]),
        BundledNet("unet-nails", ["width": 2, "size": 16]),
        BundledNet("unet-nearest", ["width": 2, "size": 16]),
        BundledNet("unet-pytorch", ["width": 2, "size": 32]),
        BundledNet("unet-recipe", ["width": 2, "size": 32]),
        BundledNet("unet-resnet18", ["width": 4, "size": 64]),
        BundledNet("unet-resnet34", ["width": 4, "size": 64]),
        BundledNet("unet-small", ["width": 2, "size": 16]),
        BundledNet("unet-transpose3", ["width": 2, "size": 16]),
        BundledNet("unet-unpool", ["width": 2, "size": 32]),
        // The smallest that leaves anything: 4 x 4.
        BundledNet("unet-valid", ["width": 1, "size": 188]),
    ]

    /// - Throws: `FileError`.
    public func text() throws -> String {
        String(decoding: try readBytes(checkoutFolder() + "/" + path), as: UTF8.self)
    }
}
