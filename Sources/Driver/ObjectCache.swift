import Base
import Emission
import FileAccess
import Kernels
import Strategy

/// A C file, and what it is compiled with.
public struct CSource: Sendable {
    public var file: EmittedFile
    public var flags: [String]

    public init(_ file: EmittedFile, flags: [String]) {
        self.file = file
        self.flags = flags
    }
}

/// Compiles C and Swift files to objects, each content once: objects are kept in the user's cache folder under a hash of
/// the text, the compiler and its flags, beside a copy of all of these that is compared before an object is used.
///
/// Files of few kernels are compiled together (`CompilationUnit`), since a compiler takes longer to read its headers than
/// such a file.
struct ObjectCache {
    let folder: String
    let toolchain: Toolchain
    /// For kernels in Swift; nil where there are none.
    var swift: SwiftToolchain?

    /// `$UNETC_CACHE`, else `$XDG_CACHE_HOME/unetc`, else `~/.cache/unetc`.
    static var defaultFolder: String {
        if let folder = Files.environment("UNETC_CACHE") { return folder }
        if let folder = Files.environment("XDG_CACHE_HOME") { return folder + "/unetc" }
        return (Files.environment("HOME") ?? "/tmp") + "/.cache/unetc"
    }

    /// The objects of `model`'s sources, in order; compiles what is missing, `jobs` of them at a time.
    ///
    /// - Throws: `DriverError` with the compiler's words when our code does not compile.
    func objects(of model: EmittedModel, target: Target, jobs: Int, in work: WorkFolder) throws -> [String] {
        let headers = model.files.filter { $0.path.hasSuffix(".h") }
        let support = Set(model.swiftSupport)
        let flags = toolchain.flags(for: target)
        // A kernel is the same whatever other kernels the model's header declares, which are all of them.
        let kernelContext = context(flags, headers.filter { $0.path != "model.h" })
        let tableContext = context(flags, headers)
        // Files of one module are compiled anew together.
        let swiftContext = swift.map { swift in
            context(
                swift, target, support: model.swiftSupport,
                model.files.filter { $0.path == Self.modelHeader || support.contains($0.path) })
        }
        let compilations = CompilationUnit.all(of: model).map { unit in
            let context = unit.isSwift ? swiftContext ?? kernelContext : unit.isKernels ? kernelContext : tableContext
            return Compilation(unit: unit, context: context)
        }
        let shared = model.files.filter { $0.path.hasSuffix(".h") || support.contains($0.path) }
        return try objects(of: compilations, beside: shared, jobs: jobs, in: work)
    }

    /// The objects of C files, each with flags of its own.
    /// - Parameter others: what they include.
    func objects(
        of sources: [CSource], beside others: [EmittedFile], jobs: Int, in work: WorkFolder
    ) throws -> [String] {
        var contexts: [[String]: Context] = [:]
        let compilations = sources.map { source in
            let known = contexts[source.flags] ?? context(source.flags, others)
            contexts[source.flags] = known
            return Compilation(unit: CompilationUnit(files: [source.file]), context: known)
        }
        return try objects(of: compilations, beside: others, jobs: jobs, in: work)
    }

    private func objects(
        of compilations: [Compilation], beside shared: [EmittedFile], jobs: Int, in work: WorkFolder
    ) throws -> [String] {
        try Files.makeFolder(folder + "/objects")
        FileWriter.removeLeftovers(in: folder + "/objects")
        var objects: [String] = []
        var known: Set<String> = []
        var missing: [(Compilation, object: String)] = []
        for compilation in compilations {
            let object = "\(folder)/objects/\(compilation.hash.text).o"
            objects.append(object)
            if known.insert(object).inserted, !isCurrent(object, compilation) {
                missing.append((compilation, object))
            }
        }
        if !missing.isEmpty { try compile(missing, beside: shared, jobs: jobs, in: work.path + "/sources") }
        return objects
    }

    /// What all files are compiled with that have the same flags and headers.
    private struct Context {
        let text: String
        let hash: ContentDigest
        /// What compiles a unit that lies in a folder.
        let command: (CompilationUnit, _ folder: String, _ output: String) -> Command

        init(
            _ compiler: String, _ files: [EmittedFile],
            command: @escaping (CompilationUnit, _ folder: String, _ output: String) -> Command
        ) {
            text = compiler + ObjectCache.separator + files.map(\.text).joined(separator: ObjectCache.separator)
            hash = ContentDigest(text)
            self.command = command
        }
    }

    private func context(_ flags: [String], _ headers: [EmittedFile]) -> Context {
        Context(toolchain.key(flags), headers) { unit, folder, output in
            Command(
                program: toolchain.compiler,
                arguments: toolchain.arguments + flags + ["-c", "\(folder)/\(unit.path)", "-o", output])
        }
    }

    private func context(
        _ swift: SwiftToolchain, _ target: Target, support: [String], _ files: [EmittedFile]
    ) -> Context {
        Context(swift.key(for: target), files) { unit, folder, output in
            Command(
                program: swift.compiler,
                arguments: swift.arguments(
                    for: target, files: unit.files.map { "\(folder)/\($0.path)" },
                    support: support.map { "\(folder)/\($0)" }, header: "\(folder)/\(Self.modelHeader)",
                    moduleCache: self.folder + "/swift-modules", into: output))
        }
    }

    /// Between the texts of a key.
    private static let separator = "\u{1}"

    private static let modelHeader = "unetc_model.h"

    private struct Compilation {
        let unit: CompilationUnit
        /// What it is compiled with, which many share.
        let context: Context

        /// All that the object depends on. Made when it is asked for: of all units together it would be many times the
        /// model.
        var key: String { ([context.text] + unit.files.map(\.text)).joined(separator: ObjectCache.separator) }

        /// Of the key.
        var hash: ContentDigest {
            var hash = context.hash
            for file in unit.files {
                hash.add(ObjectCache.separator)
                hash.add(file.text)
            }
            return hash
        }

        var size: Int { context.text.utf8.count + unit.files.reduce(0) { $0 + $1.text.utf8.count } }
    }

    /// An object counts when it has the size that was noted with it and was made of the same text.
    private func isCurrent(_ object: String, _ compilation: Compilation) -> Bool {
        guard let size = Files.size(object), let stored = try? Files.read(object + ".key") else { return false }
        return stored == Array("\(size)\n\(compilation.key)".utf8)
    }

    /// Compiles from a private copy of the files, which no other process can change under way.
    private func compile(
        _ work: [(Compilation, object: String)], beside shared: [EmittedFile], jobs: Int, in workFolder: String
    ) throws {
        for file in shared + work.flatMap(\.0.unit.allFiles) {
            try Files.makeFolder(Files.folder(of: "\(workFolder)/\(file.path)"))
            try FileWriter.write("\(workFolder)/\(file.path)", text: file.text, .unsynced)
        }
        var running: [(RunningCommand, Compilation, object: String, output: String)] = []
        var failure: DriverError?
        func finishFirst() throws {
            let (command, item, object, temporary) = running.removeFirst()
            let result = try command.finish()
            guard result.status == 0, let size = Files.size(temporary) else {
                failure = failure ?? Self.refusal(item.unit.path, result)
                return
            }
            try Files.move(temporary, to: object)
            try FileWriter.write(object + ".key", text: "\(size)\n\(item.key)", .waits)
        }
        // Longest first, so that no large file is left to run alone at the end.
        for (item, object) in work.sorted(by: { ($0.0.size, $1.object) > ($1.0.size, $0.object) }) {
            if running.count >= jobs { try finishFirst() }
            if failure != nil { break }
            let output = "\(workFolder)/\(Files.name(of: object))"
            let command = item.context.command(item.unit, workFolder, output)
            running.append((try command.start(), item, object, output))
        }
        while !running.isEmpty { try finishFirst() }
        if let failure { throw failure }
    }

    /// What to say when the compiler fails: what is missing on this machine, else a bug of ours.
    private static func refusal(_ path: String, _ result: CommandResult) -> DriverError {
        let language = path.hasSuffix(".swift") ? "Swift" : "C"
        if let failure = CompilerFailure(program: "\(language) compiler", result: result).error { return failure }
        if result.output.contains("cblas.h") {
            return DriverError(
                "this graph needs OpenBLAS, whose header cblas.h is not there\n"
                    + "  hint: Debian: apt-get install libopenblas-dev")
        }
        return DriverError(
            "the \(language) compiler refuses \(path), which is a bug of unetc:\n\(result.output)", exitCode: 70)
    }
}
