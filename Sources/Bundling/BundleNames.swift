import KernelIR

/// What the functions, types and files of a bundle are called: all of them begin with the net's name, so that any number of
/// bundles can be linked into one program.
public struct BundleNames: Hashable, Sendable {
    /// As a C identifier: `unet_small` of the net `unet-small`.
    public let prefix: String
    /// The same in capitals, of constants.
    public let constants: String

    public init(_ name: String) {
        var identifier = cIdentifier(name)
        // Something follows always, so that no keyword needs to be told apart.
        while identifier.hasSuffix("_") { identifier.removeLast() }
        prefix = identifier.isEmpty ? "net" : identifier
        constants = prefix.uppercased()
    }

    /// The bundle's own text of what is written with the name `unetc`: `unetc_init`, `UNETC_OK`, `"unetc.h"`.
    func renamed(_ text: String) -> String {
        text.replacing("unetc_", with: prefix + "_").replacing("UNETC_", with: constants + "_")
            .replacing("\"unetc.h\"", with: "\"\(prefix).h\"")
    }

    /// The same of a file's name: `unetc_net.c`, `unetc.h`.
    func renamed(file path: String) -> String {
        path.hasPrefix("unetc") ? prefix + path.dropFirst("unetc".count) : path
    }
}
