import Base
import Emission
import FileAccess
import Strategy

/// The compiler and the linker that make modules of WebAssembly of C: clang and wasm-ld, which a Swift toolchain has, and
/// nothing else. There is no C library for them.
public struct WasmToolchain: Sendable {
    let compiler: String
    let linker: String

    /// A module to be linked.
    public struct Module: Sendable {
        /// Files to compile, by their paths, and what is said to the compiler for each besides what all are compiled with.
        public var sources: [(path: String, flags: [String])]
        public var linkerFlags: [String]

        public init(sources: [(path: String, flags: [String])], linkerFlags: [String]) {
            self.sources = sources
            self.linkerFlags = linkerFlags
        }
    }

    /// Takes `$UNETC_CLANG`, else the first that can do it of `clang` and the one beside the Swift compiler.
    /// - Throws: `DriverError` that says what was tried.
    public init() throws {
        let named = Files.environment("UNETC_CLANG")
        var refusals: [String] = []
        for candidate in named.map({ [$0] }) ?? ["clang"] + Self.besideSwift() {
            switch Self.linker(of: candidate) {
            case .success(let linker):
                compiler = candidate
                self.linker = linker
                return
            case .failure(let refusal): refusals.append("\n  \(candidate): \(refusal.description)")
            }
        }
        throw DriverError(
            "no compiler for WebAssembly\(refusals.joined())\n"
                + "  hint: a Swift toolchain has one (UNETC_CLANG=/…/usr/bin/clang), as have Debian's packages clang and lld"
        )
    }

    /// The linker that a compiler would take, where it makes WebAssembly and has one.
    private static func linker(of compiler: String) -> Result<String, DriverError> {
        func output(_ program: String, _ argument: String) -> String? {
            guard let result = try? Command(program: program, arguments: [argument]).run(), result.status == 0 else {
                return nil
            }
            return result.output
        }
        guard let targets = output(compiler, "--print-targets") else {
            return .failure(DriverError("cannot be run, or is no clang"))
        }
        guard targets.contains("wasm32") else { return .failure(DriverError("does not make WebAssembly")) }
        let line = output(compiler, "--print-prog-name=wasm-ld")?.split(separator: "\n").first
        let linker = line.map(String.init) ?? "wasm-ld"
        guard output(linker, "--version") != nil else {
            return .failure(DriverError("the linker wasm-ld is neither beside it nor on PATH"))
        }
        return .success(linker)
    }

    /// The clang of the Swift toolchain whose compiler is on PATH, which may be a link or a program that picks one.
    private static func besideSwift() -> [String] {
        let swift = Files.environment("SWIFTC") ?? "swiftc"
        guard let result = try? Command(program: swift, arguments: ["-print-target-info"]).run(), result.status == 0,
            let resources = try? JSON(parsing: Array(result.output.utf8))["paths"]?["runtimeResourcePath"]?.string
        else { return [] }
        // …/usr/lib/swift
        return [Files.folder(of: Files.folder(of: resources)) + "/bin/clang"]
    }

    // MARK: Modules

    /// Compiles what the modules need, each once, and links them.
    ///
    /// - Parameters:
    ///   - flags: of all files; `$` in them stands for the folder in which `files` are.
    ///   - jobs: files that are compiled at a time.
    /// - Throws: `DriverError` with the words of the compiler or the linker.
    public func link(
        _ modules: [Module], of files: [EmittedFile], flags: [String], cacheFolder: String? = nil, jobs: Int
    ) throws -> [[UInt8]] {
        let work = try WorkFolder(in: CacheFolder.usable(cacheFolder ?? ObjectCache.defaultFolder))
        for file in files {
            let path = "\(work.path)/\(file.path)"
            try Files.makeFolder(Files.folder(of: path))
            try FileWriter.write(path, text: file.text, .unsynced)
        }
        let flags = flags.map { $0.replacing("$", with: work.path) }
        var objects: [[String]: String] = [:]
        var missing: [(arguments: [String], path: String)] = []
        for source in modules.flatMap(\.sources) {
            let key = [source.path] + source.flags
            guard objects[key] == nil else { continue }
            let object = "\(work.path)/\(objects.count).o"
            objects[key] = object
            missing.append((flags + source.flags + ["-c", "\(work.path)/\(source.path)", "-o", object], source.path))
        }
        try compile(missing, jobs: jobs)
        return try modules.enumerated().map { number, module in
            let path = "\(work.path)/\(number).wasm"
            let inputs = module.sources.compactMap { objects[[$0.path] + $0.flags] }
            let result = try Command(program: linker, arguments: module.linkerFlags + inputs + ["-o", path]).run()
            if let failure = CompilerFailure(program: "linker", result: result).error { throw failure }
            guard result.status == 0 else { throw DriverError("cannot link the module:\n\(result.output)") }
            return try Files.read(path)
        }
    }

    private func compile(_ files: [(arguments: [String], path: String)], jobs: Int) throws {
        var running: [(command: RunningCommand, path: String)] = []
        var failure: DriverError?
        func finishFirst() throws {
            let (command, path) = running.removeFirst()
            let result = try command.finish()
            guard result.status != 0, failure == nil else { return }
            failure =
                CompilerFailure(program: "C compiler", result: result).error
                ?? DriverError("\(compiler) refuses \(path):\n\(result.output)")
        }
        for file in files where failure == nil {
            if running.count >= max(1, jobs) { try finishFirst() }
            running.append((try Command(program: compiler, arguments: file.arguments).start(), file.path))
        }
        while !running.isEmpty { try finishFirst() }
        if let failure { throw failure }
    }
}
