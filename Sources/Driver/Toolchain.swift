import FileAccess
import Kernels
import Strategy

/// The C compiler and its flags.
public struct Toolchain: Sendable {
    /// The one that was asked for, else `$CC`, else `cc`.
    public let compiler: String
    /// Arguments that were given with it, as in `CC="ccache gcc"`.
    public let arguments: [String]
    /// The first line that the compiler prints about itself.
    public let version: String

    /// - Throws: `DriverError` that says which package to install when there is no compiler.
    public init(compiler name: String? = nil) throws {
        let words = (name ?? Files.environment("CC") ?? "cc").split(separator: " ").map(String.init)
        compiler = words.first ?? "cc"
        arguments = Array(words.dropFirst())
        let result = try? Command(program: compiler, arguments: arguments + ["--version"]).run()
        if let result, let failure = CompilerFailure(program: "C compiler", result: result).error { throw failure }
        guard let result, result.status == 0 else {
            throw DriverError(
                "no C compiler: cannot run \"\(compiler)\"; install one (Debian: apt-get install gcc) or set CC")
        }
        version = String(result.output.split(separator: "\n").first ?? "")
    }

    /// Flags for kernels: vectors and fused operations only where the code says so, so that results are the same bits
    /// whatever the compiler would like to regroup. GCC 12's own vectors are also wrong now and then: with AVX2 it copies
    /// rows of two floats under a condition from the wrong places.
    func flags(for target: Target) -> [String] {
        [
            "-std=gnu11", "-O3", "-fno-tree-vectorize", "-fPIC", "-ffp-contract=off", "-fno-math-errno",
            "-fno-trapping-math", "-Wall", "-Wno-unknown-pragmas", "-Wno-psabi",
        ] + target.compilerFlags
    }

    /// Everything about the compiler that an object depends on, which is compiled with some flags.
    func key(_ flags: [String]) -> String {
        // Means another processor on another machine.
        let isNative = flags.contains { $0 == "-march=native" || $0 == "-mcpu=native" }
        return ([compiler] + arguments + [version] + flags + (isNative ? [Target.processorName()] : []))
            .joined(separator: " ")
    }

    /// The same of kernels.
    func key(for target: Target) -> String { key(flags(for: target)) }
}
