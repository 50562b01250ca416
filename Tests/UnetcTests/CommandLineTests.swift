import Base
import TestSupport
import Testing

/// What `unetc` says to command lines that make no sense, and to caches that it cannot use.
@Suite struct CommandLineTests {
    @Test(arguments: [
        (
            "compil net.graph",
            "error: unetc has no command \"compil\"\n  hint: did you mean \"compile\"? unetc --help lists its commands\n"
        ),
        ("net.graph", "error: unetc has no command \"net.graph\"\n  hint: unetc --help lists its commands\n"),
    ])
    func unknownCommands(arguments: String, expected: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run(arguments)
        #expect(run.exitCode == 2 && run.errors == expected, "\(run.errors)")
    }

    @Test(arguments: [
        "compile", "compile net.graph --nonsense", "compile net.graph --threads -1", "--nonsense", "none.graph",
    ])
    func errorsAreWrittenOneWay(arguments: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run(arguments)
        #expect(run.exitCode == 2 && run.errors.hasPrefix("error: "), "\(run.errors)")
    }

    @Test func negativeNumbersAreValues() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run("compile net.graph --threads -1")
        #expect(run.errors.hasPrefix("error: --threads takes a number from 1, found -1\n"), "\(run.errors)")
        #expect(
            CommandLineWords.joiningNumbers(["a", "--lr", "-1", "--b=2", "-3", "-4", "--", "--c", "-5"])
                == ["a", "--lr=-1", "--b=2", "-3", "-4", "--", "--c", "-5"])
    }

    /// A cache saves time; work goes on without.
    @Test func anUnusableCacheIsAWarning() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("net.graph", "graph t {\n  input x: [1, 2, 3]\n  output y = conv(x, 2, kernel: 1)\n}\n")
        try program.write("file", "no folder")
        let environment = "mkdir tmp; TMPDIR=tmp UNETC_CACHE='\(program.folder)/file/cache'"
        let run = try program.run("bench net.graph --runs 1 --inference-only", environment: environment)
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(
            run.errors.hasPrefix("warning: the cache \(program.folder)/file/cache cannot be used: "), "\(run.errors)")
        #expect(run.errors.count(of: "warning: ") == 1 && run.errors.contains("$UNETC_CACHE"))
    }
}

extension String {
    /// How often a text stands in it.
    fileprivate func count(of text: String) -> Int { ranges(of: text).count }
}
