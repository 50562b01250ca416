import FileAccess
import KernelIR
import Kernels
import Strategy

/// The Swift compiler and its flags, for kernels in Swift.
public struct SwiftToolchain: Sendable {
    /// The one that was asked for, else `$SWIFTC`, else `swiftc`.
    public let compiler: String
    /// Arguments that were given with it.
    public let arguments: [String]
    /// The first line that the compiler prints about itself.
    public let version: String

    /// - Throws: `DriverError` that says what to do when there is no compiler.
    public init(compiler name: String? = nil) throws {
        let words = (name ?? Files.environment("SWIFTC") ?? "swiftc").split(separator: " ").map(String.init)
        compiler = words.first ?? "swiftc"
        arguments = Array(words.dropFirst())
        do {
            let result = try Command(program: compiler, arguments: arguments + ["--version"]).run()
            guard result.status == 0 else { throw DriverError(result.output) }
            version = String(result.output.split(separator: "\n").first { $0.contains("Swift version") } ?? "")
        } catch {
            throw DriverError(
                "no Swift compiler: cannot run \"\(compiler)\"\n"
                    + "  hint: install Swift 6.2 or newer, set SWIFTC, or leave out --backend swift")
        }
    }

    /// Flags for kernels: vectors only where the code says so, as in C. Clang's options select the instructions of Swift's
    /// code as well; those that only guide C's optimizer are left out. Constants are not lifted out of loops late in
    /// compilation: they would push the sums of a product, which fill the registers, into memory.
    func flags(for target: Target) -> [String] {
        let instructions = target.compilerFlags.filter { $0.hasPrefix("-march=") || $0.hasPrefix("-mcpu=") }
        return [
            "-Ounchecked", "-wmo", "-parse-as-library", "-suppress-warnings",
            "-enable-experimental-feature", "BuiltinModule",
            "-Xllvm", "-vectorize-slp=false", "-Xllvm", "-vectorize-loops=false", "-Xllvm", "-disable-machine-licm",
        ]
            + instructions.flatMap { ["-Xcc", $0] }
    }

    /// The arguments that compile some files of kernels to one object.
    ///
    /// - Parameters:
    ///   - support: the files of the same module.
    ///   - header: the header with the model's types.
    func arguments(
        for target: Target, files: [String], support: [String], header: String, moduleCache: String, into object: String
    ) -> [String] {
        let name = Files.name(of: files.first ?? "").prefix { $0 != "." }
        return arguments + flags(for: target) + [
            "-module-name", "unetc_\(name)", "-import-objc-header", header, "-module-cache-path", moduleCache,
            "-c",
        ] + files + support + ["-o", object]
    }

    /// Everything about the compiler that an object depends on.
    func key(for target: Target) -> String {
        ([compiler] + arguments + [version] + flags(for: target)
            + (target.name == "native" ? [Target.processorName()] : [])).joined(separator: " ")
    }
}

extension Backend {
    /// The Swift compiler, where kernels need it.
    /// - Throws: `DriverError` when they do and it is not there.
    func swiftToolchain() throws -> SwiftToolchain? { self == .swift ? try SwiftToolchain() : nil }
}
