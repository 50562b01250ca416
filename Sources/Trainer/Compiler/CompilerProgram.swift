import Base
import FileAccess
import TrainerSupport

import Platform

/// `unetc`, which made this trainer, as a program of its own.
struct CompilerProgram {
    let path: String

    /// The one that `$UNETC` names, else the one beside this program, else the first on PATH.
    /// - Throws: `TrainerError` that says where it was looked for.
    init() throws {
        if let named = Self.environment("UNETC") {
            guard Self.isProgram(named) else {
                let found = Files.exists(named) ? "no program" : "nothing"
                throw TrainerError("UNETC=\(named): expected the program unetc, found \(found)")
            }
            path = named
            return
        }
        let beside = Self.ownFolder.map { [$0] } ?? []
        // An empty entry of PATH means the current folder, where nobody expects a program to come from.
        let folders = beside + (Self.environment("PATH") ?? "").split(separator: ":").map(String.init)
        guard let found = folders.map({ $0 + "/unetc" }).first(where: Self.isProgram) else {
            throw TrainerError(
                "bundles are made by the compiler unetc, which is neither beside this trainer nor on PATH",
                hint: "install it (make install), or say where it is: UNETC=/path/to/unetc")
        }
        path = found
    }

    /// Runs it to its end, with the streams of this process. Whoever ends this process ends it as well.
    /// - Returns: its exit code.
    /// - Throws: `TrainerError` where it cannot be started, `Interrupted` where this process is to end.
    func run(_ arguments: [String]) throws -> Int32 {
        let interruption = Interruption()
        let process = try start(arguments)
        var status: Int32 = 0
        var isTold = false
        while true {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { break }
            guard ended == 0 || errno == EINTR else {
                throw TrainerError("\(path): lost track of it: \(systemMessage(errno))")
            }
            if interruption.isRequested, !isTold {
                kill(process, SIGTERM)
                isTold = true
            }
            usleep(20_000)
        }
        if interruption.isRequested { throw Interrupted() }
        Interruption.letThrough()
        let signal = status & 0x7f
        guard signal == 0 else { throw TrainerError("\(path): was ended by signal \(signal)") }
        return (status >> 8) & 0xff
    }

    private func start(_ arguments: [String]) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this process holds back or ignores is its own affair.
        var none = sigset_t()
        var ignored = sigset_t()
        sigemptyset(&none)
        sigemptyset(&ignored)
        sigaddset(&ignored, SIGPIPE)
        sigaddset(&ignored, SIGXFSZ)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &ignored)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { $0.withFileName { strdup($0) } }
        words.append(nil)
        defer { words.forEach { free($0) } }
        var process: pid_t = 0
        let status = path.withFileName { posix_spawn(&process, $0, nil, &attributes, words, environ) }
        guard status == 0 else { throw TrainerError("cannot run \"\(path)\": \(systemMessage(status))") }
        return process
    }

    // MARK: Where programs are

    private static func isProgram(_ path: String) -> Bool {
        FileSystem.isFile(path) && path.withFileName { access($0, X_OK) } == 0
    }

    private static var ownFolder: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
        guard count > 0 else { return nil }
        return Files.folder(of: FileName.text(of: buffer[0..<count].map { UInt8(bitPattern: $0) }))
    }

    static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = FileName.text(of: value)
        return text.isEmpty ? nil : text
    }
}
