import TestSupport
import Testing

import Platform

/// What a program left behind.
struct ProgramRun {
    var exitCode: Int32
    var output: String
    var errors: String
}

/// Runs the `unetc` that was built along with these tests.
struct UnetcProgram {
    private let path: String
    /// A folder for the files of one test.
    let folder: String

    init() throws {
        // The tests' bundle lies beside the program, whichever way it was started.
        let bundle = try #require(
            CommandLine.arguments.first { $0.contains("unetcPackageTests.xctest") }, "\(CommandLine.arguments)")
        path =
            bundle.split(separator: "/", omittingEmptySubsequences: false).prefix { $0 != "unetcPackageTests.xctest" }
            .joined(separator: "/") + "/unetc"
        var template = Array("/tmp/unetc-command-tests-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() { _ = system("rm -rf '\(folder)'") }

    /// - Parameters:
    ///   - arguments: as a shell takes them; the current folder is `folder`.
    ///   - environment: assignments for this run alone, as a shell takes them before a command.
    ///   - redirections: where its streams go in place of files for the test, as a shell takes them.
    func run(
        _ arguments: String, input: String = "", environment: String = "", redirections: String = ""
    ) throws -> ProgramRun {
        let (out, err, stdin) = (folder + "/.out", folder + "/.err", folder + "/.in")
        try writeText(input, to: stdin)
        let status = system(
            "cd '\(folder)' && \(environment) '\(path)' \(arguments) <'\(stdin)' >'\(out)' 2>'\(err)' \(redirections)")
        return ProgramRun(
            exitCode: status >> 8, output: String(decoding: try readBytes(out), as: UTF8.self),
            errors: String(decoding: try readBytes(err), as: UTF8.self))
    }

    /// Runs a line of the shell, in which `$unetc` is the program.
    func shell(_ line: String) -> Int32 { system("cd '\(folder)' && unetc='\(path)'; \(line)") >> 8 }

    func write(_ name: String, _ text: String) throws { try writeText(text, to: folder + "/" + name) }

    func write(_ name: String, bytes: [UInt8]) throws {
        let file = try #require(fopen(folder + "/" + name, "wb"))
        defer { fclose(file) }
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    func text(_ name: String) throws -> String { String(decoding: try readBytes(folder + "/" + name), as: UTF8.self) }
}
