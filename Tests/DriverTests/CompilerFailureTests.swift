import Testing

@testable import Driver

/// What is said when a compiler does not do its work and cannot help it.
@Suite struct CompilerFailureTests {
    private func message(_ output: String, status: Int32 = 1, signal: Int32? = nil) -> String? {
        let result = CommandResult(status: signal.map { 128 + $0 } ?? status, signal: signal, output: output)
        let error = CompilerFailure(program: "C compiler", result: result).error
        if let error { #expect(error.exitCode == 1) }
        return error?.message
    }

    @Test(arguments: [
        (9, "was killed by signal 9 (SIGKILL), which is what the system does when memory runs out"),
        (15, "was ended by signal 15 (SIGTERM), which somebody sent to it"),
        (24, "was ended by signal 24 (SIGXCPU): its time was up"),
        (25, "was ended by signal 25 (SIGXFSZ): its file grew too large"),
        (11, "crashed with signal 11 (SIGSEGV), which is a fault of that program or of the machine"),
        (50, "was ended by signal 50, which somebody sent to it"),
    ])
    func signalsAreNamed(_ signal: Int32, _ words: String) throws {
        // The program itself, a shell's word on it, and a program that it started.
        let own = try #require(message("", signal: signal))
        #expect(own.hasPrefix("the C compiler \(words)"))
        let shell = try #require(message("", status: 128 + signal))
        #expect(shell == own)
        let linker = try #require(message("collect2: fatal error: ld terminated with signal \(signal) [x]"))
        #expect(linker.hasPrefix("the C compiler \(words)"))
    }

    /// As gcc 12, clang 14 and swiftc 6 have said it.
    @Test(arguments: [
        ("gcc: fatal error: Killed signal terminated program cc1\ncompilation terminated.\n", "signal 9 (SIGKILL)"),
        ("gcc: fatal error: Terminated signal terminated program as\n", "signal 15 (SIGTERM)"),
        (
            "gcc: internal compiler error: Segmentation fault signal terminated program cc1\n",
            "crashed with signal 11 (SIGSEGV)"
        ),
        ("clang: error: unable to execute command: Killed\n", "signal 9 (SIGKILL)"),
        ("error: compile command failed due to signal 9 (use -v to see invocation)\n", "signal 9 (SIGKILL)"),
        ("collect2: fatal error: ld terminated with signal 9 [Killed]\n", "signal 9 (SIGKILL)"),
        ("cc1: out of memory allocating 65536 bytes after a total of 1 bytes\n", "has run out of memory"),
        ("virtual memory exhausted: Cannot allocate memory\n", "has run out of memory"),
        ("LLVM ERROR: out of memory\n", "has run out of memory"),
        ("/tmp/ccQ.s: fatal error: error writing to /tmp/ccQ.s: No space left on device\n", "no space is left"),
        ("ld: final link failed: No space left on device\ncollect2: error: ld returned 1 exit status\n", "no space is"),
    ])
    func wordsOfCompilersAreUnderstood(_ output: String, _ words: String) throws {
        let text = try #require(message(output))
        #expect(text.contains(words) && text.contains(output.split(separator: "\n")[0]), "\(text)")
    }

    @Test(arguments: ["x.c:1:2: error: expected ';'\n", "ld: cannot find -lpng16: No such file or directory\n", ""])
    func faultsOfTheCodeAreNone(_ output: String) {
        #expect(message(output) == nil)
        #expect(message(output, status: 0) == nil)
    }
}
