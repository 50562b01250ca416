import Platform

/// What code says on standard output and standard error, caught in a file.
///
/// A worker's standard error is a file already, and stays it: what a crash says is its last line. Only for processes in
/// which nobody else speaks meanwhile.
enum SpokenWords {
    /// Runs `body` and returns what it said.
    static func during<R>(_ body: () -> R) throws -> (result: R, words: String) {
        let isOwn = !isFile(STDERR_FILENO)
        let kept = [dup(STDOUT_FILENO), dup(STDERR_FILENO)]
        defer {
            for (place, descriptor) in kept.enumerated() {
                dup2(descriptor, Int32(place + 1))
                close(descriptor)
            }
        }
        if isOwn {
            var template = Array("/tmp/unetc-fuzz-words-XXXXXX".utf8CString)
            let descriptor = mkstemp(&template)
            guard descriptor >= 0 else { throw FuzzError.system("/tmp") }
            unlink(template)
            dup2(descriptor, STDERR_FILENO)
            close(descriptor)
        }
        dup2(STDERR_FILENO, STDOUT_FILENO)
        let start = lseek(STDERR_FILENO, 0, SEEK_END)
        let result = body()
        let words = try text(from: start)
        ftruncate(STDERR_FILENO, start)
        lseek(STDERR_FILENO, start, SEEK_SET)
        return (result, words)
    }

    private static func isFile(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func text(from start: off_t) throws -> String {
        let path = "/proc/self/fd/\(STDERR_FILENO)"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FuzzError.system(path) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(descriptor, &bytes, bytes.count, start)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }
}
