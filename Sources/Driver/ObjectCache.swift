import Emission
import Kernels

/// Compiles C files to objects, each content once: objects are kept in the user's cache folder under a hash of the
/// text, the compiler and its flags, beside a copy of all of these that is compared before an object is used.
struct ObjectCache {
    let folder: String
    let toolchain: Toolchain

    /// `$UNETC_CACHE`, else `$XDG_CACHE_HOME/unetc`, else `~/.cache/unetc`.
    static var defaultFolder: String {
        if let folder = Files.environment("UNETC_CACHE") { return folder }
        if let folder = Files.environment("XDG_CACHE_HOME") { return folder + "/unetc" }
        return (Files.environment("HOME") ?? "/tmp") + "/.cache/unetc"
    }

    /// The objects of `model`'s sources, in order; compiles what is missing, `jobs` files at a time.
    ///
    /// - Throws: `DriverError` with the compiler's words when our code does not compile.
    func objects(of model: EmittedModel, target: Target, jobs: Int) throws -> [String] {
        try Files.makeFolder(folder + "/objects")
        let headers = model.files.filter { $0.path.hasSuffix(".h") }.map(\.text).joined(separator: "\u{1}")
        let context = toolchain.key(for: target) + "\u{1}" + headers
        var objects: [String] = []
        var missing: [Compilation] = []
        for file in model.files where model.sources.contains(file.path) {
            let key = context + "\u{1}" + file.text
            let object = "\(folder)/objects/\(contentHash(key)).o"
            objects.append(object)
            if !isCurrent(object, key), !missing.contains(where: { $0.object == object }) {
                missing.append(Compilation(path: file.path, object: object, key: key))
            }
        }
        if !missing.isEmpty { try compile(missing, of: model, flags: toolchain.flags(for: target), jobs: jobs) }
        return objects
    }

    private struct Compilation {
        let path: String
        let object: String
        let key: String
    }

    /// An object counts when it has the size that was noted with it and was made of the same text.
    private func isCurrent(_ object: String, _ key: String) -> Bool {
        guard let size = Files.size(object), let stored = try? Files.read(object + ".key") else { return false }
        return stored == Array("\(size)\n\(key)".utf8)
    }

    /// Compiles from a private copy of the files, which no other process can change under way.
    private func compile(_ work: [Compilation], of model: EmittedModel, flags: [String], jobs: Int) throws {
        let workFolder = Files.temporaryName(for: folder + "/work")
        defer { Files.removeFolder(workFolder) }
        for file in model.files where file.path.hasSuffix(".h") || work.contains(where: { $0.path == file.path }) {
            try Files.makeFolder(Files.folder(of: "\(workFolder)/\(file.path)"))
            try Files.write("\(workFolder)/\(file.path)", file.text)
        }
        var running: [(RunningCommand, Compilation, output: String)] = []
        var failure: DriverError?
        func finishFirst() throws {
            let (command, item, temporary) = running.removeFirst()
            let result = try command.finish()
            guard result.status == 0, let size = Files.size(temporary) else {
                Files.remove(temporary)
                failure = failure ?? Self.refusal(item.path, result.output)
                return
            }
            try Files.move(temporary, to: item.object)
            try Files.write(item.object + ".key", "\(size)\n\(item.key)")
        }
        // Longest first, so that no large file is left to run alone at the end.
        for item in work.sorted(by: { ($0.key.utf8.count, $1.object) > ($1.key.utf8.count, $0.object) }) {
            if running.count >= jobs { try finishFirst() }
            if failure != nil { break }
            let output = Files.temporaryName(for: item.object)
            let command = Command(
                program: toolchain.compiler,
                arguments: toolchain.arguments + flags + ["-c", "\(workFolder)/\(item.path)", "-o", output])
            running.append((try command.start(), item, output))
        }
        while !running.isEmpty { try finishFirst() }
        if let failure { throw failure }
    }

    /// What to say when the compiler fails: what is missing on this machine, else a bug of ours.
    private static func refusal(_ path: String, _ output: String) -> DriverError {
        if output.contains("cblas.h") {
            return DriverError(
                "this graph needs OpenBLAS, whose header cblas.h is not there\n"
                    + "  hint: Debian: apt-get install libopenblas-dev")
        }
        if output.contains("No space left") {
            return DriverError("no space is left for compiled objects\n  hint: set UNETC_CACHE to a folder with room")
        }
        return DriverError("the C compiler refuses \(path), which is a bug of unetc:\n\(output)", exitCode: 70)
    }
}

/// 128 bits of FNV-1a, as two runs with different starts; collisions are caught by comparing contents.
func contentHash(_ text: String) -> String {
    var first: UInt64 = 0xcbf2_9ce4_8422_2325
    var second: UInt64 = 0x9e37_79b9_7f4a_7c15
    for byte in text.utf8 {
        first = (first ^ UInt64(byte)) &* 0x100_0000_01b3
        second = (second ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return [first, second].map { value in
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
}
