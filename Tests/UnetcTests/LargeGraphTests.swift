import TestSupport
import Testing

/// What a net of many statements takes grows with their number, not with its square.
@Suite struct LargeGraphTests {
    private func chain(_ count: Int, _ statement: (Int) -> String) -> String {
        let lines = (0..<count).map { "  x\($0 + 1) = \(statement($0))\n" }.joined()
        return "graph t {\n  input x0: [1, 2, 2]\n\(lines)  output y = relu(x\(count))\n}\n"
    }

    /// Each function in a chain once kept a list of all before it: more than a GiB.
    @Test func chainsOfFunctionsTakeLittleMemory() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("net.graph", chain(8000) { "relu(x\($0))" })
        let run = try program.run(
            "dump net.graph --stage fused --plan infer >/dev/null", environment: "ulimit -v 900000;")
        #expect(run.exitCode == 0, "\(run.errors.prefix(500))")
    }

    /// A plan of some thousand steps, from the text to its verified places.
    @Test func longPlansAreMadeAndVerified() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("net.graph", chain(1500) { "x\($0) + sigmoid(x\(max(0, $0 - 1)))" })
        let run = try program.run(
            "dump net.graph --stage planned --plan infer --format table >/dev/null", environment: "ulimit -v 900000;")
        #expect(run.exitCode == 0, "\(run.errors.prefix(500))")
    }

    @Test func drawingsHaveALimit() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("net.graph", chain(2500) { "relu(x\($0))" })
        let run = try program.run("dump net.graph --format svg")
        #expect(run.exitCode == 1 && run.output == "")
        #expect(run.errors.hasPrefix("error: a drawing takes at most 2000 nodes, found 2502\n  hint: --focus NODE"))
        #expect(try program.run("dump net.graph --format svg --layout builtin --focus x7").exitCode == 0)
    }

    @Test func moreNodesThanThereMayBeAreRefusedWhereTheyBegin() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("net.graph", chain(20_000) { "relu(x\($0))" })
        let run = try program.run("check net.graph")
        #expect(run.exitCode == 1)
        #expect(
            run.errors.hasPrefix("net.graph:20002:12: error: the graph has more than 20000 nodes\n"),
            "\(run.errors.prefix(300))")
    }
}
