import Kernels

/// The C compiler and its flags.
public struct Toolchain: Sendable {
    /// `$CC`, else `cc`.
    public let compiler: String
    /// The first line that the compiler prints about itself.
    public let version: String

    /// - Throws: `DriverError` that says which package to install when there is no compiler.
    public init() throws {
        compiler = Files.environment("CC") ?? "cc"
        do {
            let result = try Command(program: compiler, arguments: ["--version"]).run()
            guard result.status == 0 else { throw DriverError(result.output) }
            version = String(result.output.split(separator: "\n").first ?? "")
        } catch {
            throw DriverError(
                "no C compiler: cannot run \"\(compiler)\"; install one (Debian: apt-get install gcc) or set CC")
        }
    }

    /// Flags for kernels: vectors and fused operations only where the code says so, so that results are the same bits
    /// whatever the compiler would like to regroup.
    func flags(for target: Target) -> [String] {
        // gcc 12.2 gets loops with copies behind an `if` wrong at times when it vectorises them; clang has no such flag.
        let caution = version.contains("clang") ? [] : ["-fno-tree-loop-if-convert"]
        return [
            "-std=gnu11", "-O3", "-fPIC", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-Wall",
            "-Wno-unknown-pragmas", "-Wno-psabi",
        ] + caution + target.compilerFlags
    }
}
