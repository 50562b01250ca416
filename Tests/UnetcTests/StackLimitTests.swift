import Testing

/// `unetc` under a small stack, as some services have it.
@Suite struct StackLimitTests {
    @Test(arguments: ["64", "128", "unlimited"])
    func anyStackIsEnough(limit: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        // Nested deeply, and long: what a parser's stack grows with.
        let sum = String(repeating: "relu(", count: 40) + "x" + String(repeating: ")", count: 40)
        try program.write("net.graph", "graph t {\n  input x: [1, 8, 8]\n  output y = conv(\(sum), 2, kernel: 3)\n}\n")
        // The environment takes a part of the stack.
        let small = "ulimit -s \(limit); env -i PATH=/usr/bin:/bin"
        for command in ["check net.graph", "dump net.graph --stage planned"] {
            let run = try program.run(command, environment: small)
            #expect(run.exitCode == 0, "\(command): \(run.exitCode) \(run.errors)")
        }
    }
}
