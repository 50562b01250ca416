import Base
import Platform
import RanksABI
import TrainerSupport

/// MPI's functions, from the library that was compiled where this runs.
///
/// Unchecked because of the pointer, to constants.
struct RankCalls: @unchecked Sendable {
    private let calls: unetc_ranks_calls

    /// Loads the library.
    /// - Throws: `TrainerError` that says how to make it.
    init(path: String) throws {
        guard let library = path.withFileName({ dlopen($0, RTLD_NOW | RTLD_GLOBAL) }) else {
            let reason = dlerror().map { String(cString: $0) } ?? "unknown error"
            throw TrainerError("MPI cannot be used: \(reason)", hint: Self.hint(path))
        }
        typealias Get = @convention(c) () -> UnsafePointer<unetc_ranks_calls>?
        guard let symbol = dlsym(library, "unetc_ranks_get"), let calls = unsafeBitCast(symbol, to: Get.self)(),
            calls.pointee.abi == UNETC_RANKS_ABI
        else {
            throw TrainerError("\(path): is not of this version of unetc", hint: Self.hint(path))
        }
        self.calls = calls.pointee
    }

    private static func hint(_ path: String) -> String {
        "make it with `make setup-mpi` in unetc's folder, or in its Sources/RanksABI (a package's share/unetc/mpi) with "
            + "mpicc -O2 -shared -fPIC -Iinclude -o \(path) unetc_mpi.c"
    }

    /// Where the library is: what `UNETC_MPI` names, else in the user's cache.
    static func path(_ environment: [String: String]) -> String? {
        if let path = environment["UNETC_MPI"], !path.isEmpty { return path }
        let cache =
            environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? environment["HOME"].map { $0 + "/.cache" }
        return cache.map { $0 + "/unetc/mpi/libunetc_mpi.so" }
    }

    func begin() throws -> unetc_ranks {
        var ranks = unetc_ranks()
        try check(calls.begin(&ranks), "MPI cannot be started")
        return ranks
    }

    func send(_ bytes: UnsafeRawBufferPointer, to rank: Int, tag: Int) throws -> Int32 {
        var request: Int32 = 0
        try check(
            calls.send(bytes.baseAddress, Int64(bytes.count), Int32(rank), Int32(tag), &request),
            "a message to rank \(rank) cannot be sent")
        return request
    }

    func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int, tag: Int) throws -> Int32 {
        var request: Int32 = 0
        try check(
            calls.receive(bytes.baseAddress, Int64(bytes.count), Int32(rank), Int32(tag), &request),
            "a message from rank \(rank) cannot be received")
        return request
    }

    func isDone(_ request: Int32) throws -> Bool {
        var done: Int32 = 0
        try check(calls.test(request, &done), "a message between ranks is lost")
        return done != 0
    }

    func end() throws { try check(calls.end(), "MPI cannot be ended") }
    func abort(_ code: Int32) { calls.abort(code) }

    private func check(_ code: Int32, _ what: String) throws {
        guard code != 0 else { return }
        var text = [CChar](repeating: 0, count: 512)
        calls.error_text(code, &text, Int32(text.count))
        let reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw TrainerError("\(what): \(reason)")
    }
}
