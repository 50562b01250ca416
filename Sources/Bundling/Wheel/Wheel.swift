import Base
import Emission

/// A bundle as a package for Python: a zip archive with a library, the weights and Python's side of it, as `pip install` takes
/// it (PEP 427).
public struct Wheel: Sendable {
    /// Of the file: `unet_small-1.0+w5c1d0f2a-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`.
    public let name: String
    public let bytes: [UInt8]

    /// - Parameters:
    ///   - weights: also where they are part of the library.
    ///   - library: made of `WheelSources`.
    ///   - digest: SHA-256.
    /// - Throws: `BundleError` for more than a wheel can hold.
    public init(
        _ description: BundleDescription, _ interface: PictureInterface, _ weights: BundleWeights, library: [UInt8],
        digest: ([UInt8]) -> [UInt8]
    ) throws {
        let prefix = description.names.prefix
        let version = "1.0+w" + digest(weights.bytes).prefix(4).map(\.hexadecimal).joined()
        let text = WheelText(description: description, interface: interface, version: version)
        let isForHere = description.targets.contains { BundleProcessor($0.target) == .native }
        #if arch(arm64)
        let architecture = "aarch64"
        #else
        let architecture = "x86_64"
        #endif
        let platforms =
            (isForHere ? nil : SharedObject(library)?.platforms(architecture)) ?? ["linux_\(architecture)"]

        var files: [(path: String, bytes: [UInt8])] = text.modules.map { ("\(prefix)/\($0.path)", Array($0.text.utf8)) }
        files.append(("\(prefix)/\(text.library)", library))
        if let name = text.weights { files.append(("\(prefix)/\(name)", weights.bytes)) }
        let information = "\(text.distribution)-\(version).dist-info"
        files.append(("\(information)/METADATA", Array(text.metadata.utf8)))
        files.append(("\(information)/WHEEL", Array(text.wheel(platforms).utf8)))
        let record = "\(information)/RECORD"
        let rows = files.map { "\($0.path),sha256=\(Self.base64(digest($0.bytes))),\($0.bytes.count)\n" }
        files.append((record, Array((rows.joined() + record + ",,\n").utf8)))

        var archive = ZipArchive()
        for file in files { try archive.add(file.path, file.bytes, isExecutable: file.path.hasSuffix(".so")) }
        bytes = archive.bytes
        name = "\(text.distribution)-\(version)-py3-none-\(platforms.joined(separator: ".")).whl"
    }

    /// To the base of 64 as names and addresses take it (RFC 4648, section 5), without the `=` at the end.
    private static func base64(_ bytes: [UInt8]) -> String {
        Base64.text(of: bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// - Throws: `BundleError` for names that Python's packages cannot have.
    static func check(_ names: BundleNames) throws {
        guard taken.contains(names.prefix) else { return }
        throw BundleError("a Python package cannot be called \"\(names.prefix)\": give it another name with --name")
    }

    /// What Python reads as words of its own, or finds elsewhere first.
    private static let taken: Set<String> = [
        "and", "as", "assert", "async", "await", "class", "def", "del", "elif", "except", "finally", "from", "global",
        "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "try", "with", "yield", "None",
        "True",
        "False", "numpy", "ctypes", "operator", "os", "test", "threading", "typing", "types", "weakref",
    ]
}
