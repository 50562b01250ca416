import Driver
import Foundation
import GraphIR
import TestSupport
import Testing

extension CompiledTests {
    /// What a compiled model says of its graph, and what `compile` may write over.
    @Suite struct OutputFolderTests {
        private static func text(_ function: String, _ batch: Int) -> String {
            """
            graph same() {
              input image: [3, 8, 8]
              target mask: [1, 8, 8]
              a = \(function)(conv(image, 4, kernel: 3, padding: 1))
              output logits = conv(a, 1, kernel: 1)
              loss bce_with_logits(logits, mask)
              train { optimizer: adam(lr: 1e-3) batch: \(batch) epochs: 1 }
            }
            """
        }

        private func hash(_ text: String, name: String) throws -> Substring {
            let session = try Session(path: try TestFolder.write(text, name: name), overrides: [])
            let files = try session.emit(CompileOptions(target: .x86v3, jobs: 2)).model.files
            let source = try #require(files.first { $0.path == "model.c" }).text
            return try #require(source.split(separator: "\n").first { $0.contains(".graph_hash") })
        }

        /// Checkpoints are accepted by graphs that compute the same, and by no others.
        @Test func theHashKnowsWhatTheGraphComputes() throws {
            let relu = try hash(Self.text("relu", 4), name: "hash.graph")
            #expect(try hash("// moved by a line\n" + Self.text("relu", 8), name: "hash2.graph") == relu)
            #expect(try hash(Self.text("tanh", 4), name: "hash3.graph") != relu)
        }

        @Test func filesThatAreNotOursStay() throws {
            let folder = TestFolder.path + "/mine"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try writeText("precious", to: folder + "/README.md")
            let session = try Session(path: try TestFolder.write(Self.text("relu", 2)), overrides: [])
            let options = CompileOptions(target: .native(), jobs: 2)
            #expect {
                try session.compile(into: folder, options)
            } throws: { error in
                // Without the trainer's library there is another reason to stop; either way nothing is replaced.
                "\(error)".contains("/mine") || "\(error)".contains("unetc-trainer.o")
            }
            #expect(try String(contentsOfFile: folder + "/README.md", encoding: .utf8) == "precious")
        }
    }
}
