import Driver
import Emission
import FileAccess
import GraphIR
import Interpreter
import Passes
import Runtime
import Strategy
import TestSupport
import Testing

import Platform

extension CompiledTests {
    /// The library that a generated folder's README tells how to build, without the time that optimizing takes.
    @Suite struct LibraryRecipeTests {
        /// Writes a net's folder, builds the library as its README says, and returns its path.
        private func library(_ session: Session, _ options: CompileOptions) throws -> String {
            let folder = "\(TestFolder.path)/recipe \(UInt64.random(in: 0 ... .max))"
            let files = try session.sourceFiles(options)
            try ["", "/kernels", "/dumps"].forEach { try Files.makeFolder(folder + $0) }
            for file in files { try writeText(file.text, to: "\(folder)/\(file.path)") }
            let guide = try #require(files.first { $0.path == "README.md" }).text
            let command = try #require(
                guide.split(separator: "\n").first { $0.hasPrefix("cc ") }, "README.md has no cc line")
            // Whatever is missing at the end shows here.
            let strict = command.replacing("-O3", with: "-O0") + " -Wl,-z,defs -Wall -Werror"
            let status = system("cd '\(folder)' && \(strict)")
            try #require(status == 0, "\(command)")
            return folder + "/libmodel.so"
        }

        private func session(width: Int) throws -> Session {
            try Session(
                path: checkoutFolder() + "/generated/example.graph",
                overrides: [("width", "\(width)"), ("size", "16")])
        }

        private func options() -> CompileOptions {
            var options = CompileOptions(target: .native(), batch: 2, jobs: 2)
            options.plans = [.forward, .gradients]
            return options
        }

        @Test func theLibraryHasOneSymbol() throws {
            let path = try library(try session(width: 4), options())
            let list = path + ".symbols"
            try #require(system("nm -D --defined-only '\(path)' > '\(list)'") == 0, "nm")
            let symbols = String(decoding: try readBytes(list), as: UTF8.self).split(separator: "\n").map {
                $0.split(separator: " ").last.map(String.init) ?? ""
            }
            #expect(symbols == ["unetc_model_get"], "what \(path) exports")
        }

        /// Two nets whose kernels have the same names and other shapes, each visible to the other.
        @Test func twoNetsInOneProgramKeepToTheirKernels() throws {
            let sessions = [try session(width: 4), try session(width: 8)]
            let paths = try sessions.map { try library($0, options()) }
            for path in paths {
                let handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL)
                try #require(handle != nil, "\(path): \(dlerror().map { String(cString: $0) } ?? "")")
            }
            for (number, (session, path)) in zip(sessions, paths).enumerated() {
                let compiled = CompiledGraph(session: session, options: options(), model: try Model.load(path: path))
                let differentiated = try differentiate(session.graph, withRespectTo: [])
                let leaves = try calmLeaves(
                    of: session.graph, differentiated: differentiated, batch: 2, seed: UInt64(number + 1))
                let expected = try interpretedResults(session.graph, leaves, batch: 2)
                let problem = resultMismatch(
                    expected: expected, found: try compiled.run(.forward, leaves, batch: 2), tolerance: 2e-5)
                #expect(problem == nil, "net \(number) of \(sessions.count): \(problem ?? "")")
            }
        }
    }
}
