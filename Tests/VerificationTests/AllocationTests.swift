import Driver
import Strategy
import Foundation
import TestSupport
import Testing

/// What DESIGN promises of training: no allocation after start-up, and no growth.
@Suite struct AllocationTests {
    /// Counts every way to ask the C library or the system for memory.
    private static let counter = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdatomic.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
            *__libc_memalign(size_t, size_t);
        static atomic_ulong count;
        uint64_t unetc_allocations(void) { return count; }
        void *malloc(size_t n) { count++; return __libc_malloc(n); }
        void *calloc(size_t n, size_t m) { count++; return __libc_calloc(n, m); }
        void *realloc(void *p, size_t n) { count++; return __libc_realloc(p, n); }
        void *memalign(size_t a, size_t n) { count++; return __libc_memalign(a, n); }
        void *aligned_alloc(size_t a, size_t n) { count++; return __libc_memalign(a, n); }
        int posix_memalign(void **p, size_t a, size_t n) {
            count++;
            *p = __libc_memalign(a, n);
            return *p == NULL ? 12 : 0;
        }
        void *mmap(void *a, size_t n, int p, int f, int fd, off_t o) {
            count++;
            return (void *)syscall(SYS_mmap, a, n, p, f, fd, o);
        }
        """#

    private static var helper: String {
        // Beside the bundle of the tests.
        let bundle = CommandLine.arguments.first { $0.contains("unetcPackageTests.xctest") } ?? ""
        let folders = bundle.split(separator: "/", omittingEmptySubsequences: false)
        return folders.prefix { $0 != "unetcPackageTests.xctest" }.joined(separator: "/") + "/count-allocations"
    }

    private func run(_ program: String, _ arguments: [String], preload: String? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let preload {
            // Functions that are first called in a step, such as to sleep, are bound at the start.
            process.environment = ProcessInfo.processInfo.environment.merging(
                ["LD_PRELOAD": preload, "LD_BIND_NOW": "1"]) { $1 }
        }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments): \(output)")
        return output
    }

    /// A thousand steps of the whole plan, updates included; half of them are recorded.
    @Test func stepsOfTrainingAskForNoMemory() throws {
        var options = CompileOptions(target: .native(), batch: 2, jobs: 2)
        options.plans = [.train]
        let model = try TinyGraph.session().compileSharedObject(options).product
        let source = TestFolder.path + "/counter.c"
        let library = TestFolder.path + "/counter.so"
        try Self.counter.write(toFile: source, atomically: true, encoding: .utf8)
        _ = try run("/usr/bin/env", ["cc", "-O1", "-shared", "-fPIC", source, "-o", library, "-ldl"])
        let numbers = try run(Self.helper, [model, "1000"], preload: library).split(whereSeparator: \.isWhitespace)
            .map { Int($0) }
        try #require(numbers.count == 3)
        #expect(numbers[0] == 0, "requests for memory while inputs are written")
        #expect(numbers[1] == 0, "requests for memory in 1000 steps")
        #expect(try #require(numbers[2]) <= 64 << 10, "bytes by which the program has grown in 1000 steps")
    }
}
