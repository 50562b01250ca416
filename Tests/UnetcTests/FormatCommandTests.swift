import TestSupport
import Testing

import Platform

/// `unetc format` as a program.
@Suite struct FormatCommandTests {
    private static let ugly = "graph t{input x:[1,2,3]\n\n\noutput y=relu( x ) // done\n}"
    private static let pretty = "graph t {\n  input x: [1, 2, 3]\n\n  output y = relu(x)  // done\n}\n"

    @Test func filesAreRewrittenInPlace() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("ugly.graph", Self.ugly)
        try program.write("pretty.graph", Self.pretty)
        #expect(chmod(program.folder + "/ugly.graph", 0o640) == 0)
        #expect(symlink("ugly.graph", program.folder + "/link.graph") == 0)
        let run = try program.run("format link.graph pretty.graph")
        #expect(run.exitCode == 0 && run.errors == "")
        #expect(run.output == "formatted link.graph\n")
        #expect(try program.text("ugly.graph") == Self.pretty)
        var status = stat()
        #expect(stat(program.folder + "/ugly.graph", &status) == 0 && status.st_mode & 0o777 == 0o640)
        #expect(lstat(program.folder + "/link.graph", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(try program.run("format --check ugly.graph pretty.graph").exitCode == 0)
    }

    @Test func checkingChangesNothing() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("ugly.graph", Self.ugly)
        try program.write("pretty.graph", Self.pretty)
        let run = try program.run("format --check pretty.graph ugly.graph")
        #expect(run.exitCode == 1 && run.output == "ugly.graph is not formatted\n")
        #expect(try program.text("ugly.graph") == Self.ugly)
    }

    @Test(arguments: ["format -", "format --stdout ugly.graph"])
    func standardOutput(arguments: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("ugly.graph", Self.ugly)
        let run = try program.run(arguments, input: Self.ugly)
        #expect(run.exitCode == 0 && run.output == Self.pretty)
        #expect(try program.text("ugly.graph") == Self.ugly)
    }

    @Test func filesWithSyntaxErrorsAreLeftAlone() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("broken.graph", "graph t {\n  x = = 3\n}\n")
        try program.write("ugly.graph", Self.ugly)
        let run = try program.run("format broken.graph none.graph ugly.graph")
        #expect(run.exitCode == 1)
        #expect(run.errors.hasPrefix("broken.graph:2:7: error: expected a value, found \"=\"\n"))
        #expect(run.errors.contains("error: none.graph: cannot be opened"))
        #expect(try program.text("broken.graph") == "graph t {\n  x = = 3\n}\n")
        #expect(try program.text("ugly.graph") == Self.pretty)
    }

    @Test func usage() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        #expect(try program.run("format --check --stdout ugly.graph").exitCode == 2)
        #expect(try program.run("format").exitCode == 2)
    }
}
