import Driver
import Strategy
import Kernels
import Passes
import TestSupport
import Testing

/// What the driver says when it cannot go on, and the exit code that it means.
@Suite struct DriverErrorTests {
    private let forward = "graph g() {\n  input x: [1, 3, 3]\n  a = relu(x)\n  output y = a\n}\n"

    private func failure(_ body: () throws -> Void) throws -> DriverError {
        try #require(throws: DriverError.self, performing: body)
    }

    @Test func noCompiler() throws {
        let error = try failure { _ = try Toolchain(compiler: "/nonexistent/cc") }
        #expect(error.exitCode == 1)
        #expect(error.message.contains("/nonexistent/cc") && error.message.contains("install"))
    }

    @Test func aCompilerThatFails() throws {
        let error = try failure { _ = try Toolchain(compiler: "false") }
        #expect(error.exitCode == 1)
    }

    @Test func noSwiftCompiler() throws {
        for command in ["/nonexistent/swiftc", "false"] {
            let error = try failure { _ = try SwiftToolchain(compiler: command) }
            #expect(error.exitCode == 1)
            #expect(error.message.contains(command) && error.message.contains("--backend"))
        }
    }

    @Test func trainingWithoutALoss() throws {
        let path = try TestFolder.write(forward, name: "noloss.graph")
        let session = try Session(path: path, overrides: [])
        let error = try failure { _ = try session.emit(CompileOptions(target: .x86v3, batch: 1, jobs: 1)) }
        #expect(error.exitCode == 1)
        #expect(error.message.contains("noloss.graph") && error.message.contains("has no loss"))
        var options = CompileOptions(target: .x86v3, batch: 1, jobs: 1)
        options.plans = [.infer]
        #expect(try session.emit(options).plans.count == 1, "prediction needs none")
    }

    @Test func unusedInputsHaveNoGradient() throws {
        let path = try TestFolder.write(forward, name: "wrt.graph")
        var options = CompileOptions(target: .x86v3, batch: 1, jobs: 1)
        options.plans = [.gradients]
        options.withRespectTo = ["z"]
        let error = try failure { _ = try Session(path: path, overrides: []).emit(options) }
        #expect(error.exitCode == 1)
        #expect(error.message.contains("wrt.graph") && error.message.contains("'z'"))
    }

    @Test(arguments: [
        ("graph g() {\n  input x: [1, 3, 3]\n  a = rellu(x)\n  output y = a\n}\n", "rellu"),
        ("graph g() {\n  input x: [1, 3, 3]\n  output y = conv(x, 2, kernel: 5)\n}\n", "does not fit"),
        ("", "graph"),
    ])
    func textsWithErrors(_ text: String, _ expected: String) throws {
        let path = try TestFolder.write(text, name: "error.graph")
        let error = try failure { _ = try Session(path: path, overrides: []) }
        #expect(error.exitCode == 1)
        #expect(error.message.contains("error.graph") && error.message.contains(expected), "\(error.message)")
    }

    @Test func filesThatCannotBeRead() throws {
        let missing = try failure { _ = try Session(path: TestFolder.path + "/none.graph", overrides: []) }
        #expect(missing.exitCode == 1 && missing.message.contains("none.graph"))
        let folder = try failure { _ = try Session(path: TestFolder.path, overrides: []) }
        #expect(folder.exitCode == 1 && folder.message.contains(TestFolder.path))
    }

    @Test func unknownTargets() throws {
        let error = try failure { _ = try Target.named("sparc") }
        #expect(error.message.contains("sparc") && Target.names.allSatisfy { error.message.contains($0) })
        for name in Target.names { #expect(try Target.named(name).name == name) }
    }
}
