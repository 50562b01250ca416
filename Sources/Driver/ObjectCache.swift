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
    /// - Parameter sourceFolder: where the files have been written.
    /// - Throws: `DriverError` with the compiler's words when our code does not compile.
    func objects(of model: EmittedModel, in sourceFolder: String, target: Target, jobs: Int) throws -> [String] {
        try Files.makeFolder(folder + "/objects")
        let headers = model.files.filter { $0.path.hasSuffix(".h") }.map(\.text).joined(separator: "\u{1}")
        let flags = toolchain.flags(for: target)
        let context = [
            toolchain.version, flags.joined(separator: " "), target.name == "native" ? Target.processorName() : "",
            headers,
        ].joined(separator: "\u{1}")
        var objects: [String] = []
        var missing: [Compilation] = []
        for file in model.files where model.sources.contains(file.path) {
            let key = context + "\u{1}" + file.text
            let object = "\(folder)/objects/\(contentHash(key)).o"
            objects.append(object)
            if !isCurrent(object, key), !missing.contains(where: { $0.object == object }) {
                missing.append(Compilation(source: "\(sourceFolder)/\(file.path)", object: object, key: key))
            }
        }
        try compile(missing, flags: flags, jobs: jobs)
        return objects
    }

    private struct Compilation {
        let source: String
        let object: String
        let key: String
    }

    private func isCurrent(_ object: String, _ key: String) -> Bool {
        guard Files.exists(object), let stored = try? Files.read(object + ".key") else { return false }
        return stored == Array(key.utf8)
    }

    private func compile(_ work: [Compilation], flags: [String], jobs: Int) throws {
        var running: [(RunningCommand, Compilation, output: String)] = []
        func finishFirst() throws {
            let (command, item, temporary) = running.removeFirst()
            let result = try command.finish()
            guard result.status == 0 else {
                throw DriverError(
                    "the C compiler refuses \(Files.name(of: item.source)), which is a bug of unetc:\n\(result.output)",
                    exitCode: 70)
            }
            try Files.move(temporary, to: item.object)
            try Files.write(item.object + ".key", item.key)
        }
        // Longest first, so that no large file is left to run alone at the end.
        for item in work.sorted(by: { ($0.key.utf8.count, $1.object) > ($1.key.utf8.count, $0.object) }) {
            if running.count >= jobs { try finishFirst() }
            let output = Files.temporaryName(for: item.object)
            let command = Command(
                program: toolchain.compiler, arguments: flags + ["-c", item.source, "-o", output])
            running.append((try command.start(), item, output))
        }
        while !running.isEmpty { try finishFirst() }
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
