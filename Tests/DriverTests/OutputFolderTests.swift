import Emission
import FileAccess
import Foundation
import GraphIR
import TestSupport
import Testing

@testable import Driver
@testable import Strategy

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

        // MARK: What is the user's

        /// A folder as a compilation leaves it, of an earlier version where there is no list.
        private final class Output {
            let path: String
            static let files = [
                EmittedFile(path: "unetc_model.h", text: "/* types */\n"),
                EmittedFile(path: "README.md", text: "# net, compiled\n\nmade by unetc 1\n"),
                EmittedFile(path: "kernels/enc.c", text: "/* Kernels of enc. */\n"),
                EmittedFile(path: "kernels/dec.c", text: "/* Kernels of dec. */\n"),
                EmittedFile(path: "dumps/graph.txt", text: "graph net {\n}\n"),
            ]
            /// Those of another net.
            static let others = [
                files[0], files[1], EmittedFile(path: "kernels/mid.c", text: "/* Kernels of mid. */\n"),
            ]

            init(hasList: Bool) throws {
                path = try #require(Files.makeTemporaryFolder("output-tests"))
                try compile(Self.files)
                if !hasList { Files.remove("\(path)/\(OutputFolder.listName)") }
            }

            deinit { Files.removeFolder(path) }

            func compile(_ files: [EmittedFile], overwrites: Bool = false) throws {
                var folder = try OutputFolder(path)
                if !overwrites { try folder.check(files.map(OutputFile.init), product: "trainer") }
                try folder.write(files.map(OutputFile.init), product: "trainer")
                try FileWriter.write(path + "-program", [0x7f] + Array("ELF of \(files.count)".utf8))
                defer { Files.remove(path + "-program") }
                try folder.finish(product: "trainer", from: path + "-program")
            }

            func text(_ name: String) -> String? {
                (try? Files.read("\(path)/\(name)")).map { String(decoding: $0, as: UTF8.self) }
            }

            func write(_ name: String, _ text: String) throws { try writeText(text, to: "\(path)/\(name)") }

            var kernels: [String] { (try? Files.names(in: path + "/kernels")) ?? [] }
        }

        @Test(arguments: [true, false]) func ownFilesComeAndGo(_ hasList: Bool) throws {
            let output = try Output(hasList: hasList)
            // What nobody can tell from the user's takes leave, once.
            try output.compile(Output.others, overwrites: !hasList)
            #expect(output.kernels == ["mid.c"])
            #expect(output.text("trainer")?.hasSuffix("ELF of 3") == true)
            try output.compile(Output.files)
            #expect(output.kernels == ["dec.c", "enc.c"])
            try output.compile(Output.files)
        }

        @Test(arguments: [true, false]) func usersFilesBesideThemStay(_ hasList: Bool) throws {
            let output = try Output(hasList: hasList)
            for name in ["kernels/mine.c", "kernels/notes", "mine.txt"] { try output.write(name, "precious") }
            mkdir(output.path + "/kernels/more", 0o755)
            try output.write("kernels/more/enc.c", "precious")
            try output.compile(Output.others, overwrites: !hasList)
            for name in ["kernels/mine.c", "kernels/notes", "mine.txt", "kernels/more/enc.c"] {
                #expect(output.text(name) == "precious", "\(name)")
            }
            #expect(output.kernels == ["mid.c", "mine.c", "more", "notes"])
        }

        /// Files that would be replaced, and one that would be removed.
        @Test(
            arguments: [
                "kernels/mid.c", "kernels/enc.c", "README.md", "unetc_model.h", "trainer",
            ])
        func changedFilesAreRefusedBeforeAnythingIsWritten(_ name: String) throws {
            let output = try Output(hasList: true)
            try output.write(name, "mine")
            let list = output.text(OutputFolder.listName)
            let error = try #require(throws: DriverError.self) { try output.compile(Output.others) }
            #expect(
                error.message == "\(output.path)/\(name) would be lost: not written by unetc, or changed since\n"
                    + "  hint: move it away, name another folder with --output, or replace it with --overwrite")
            #expect(output.text(name) == "mine" && output.text(OutputFolder.listName) == list)
            #expect(output.text("kernels/dec.c") != nil)
            try output.compile(Output.others, overwrites: true)
            #expect(output.text(name) == Output.others.first { $0.path == name }?.text || name == "trainer")
            try output.compile(Output.others)
        }

        @Test func usersFilesInOlderFoldersAreRefused() throws {
            let output = try Output(hasList: false)
            for name in ["kernels/mid.c", "README.md", "trainer"] { try output.write(name, "mine") }
            let error = try #require(throws: DriverError.self) { try output.compile(Output.others) }
            #expect(
                error.message.hasPrefix(
                    "\(output.path)/README.md and 4 other files would be lost: not written by unetc"))
            #expect(
                error.message.contains(
                    "\n  kernels/mid.c\n  trainer\n  kernels/dec.c\n  kernels/enc.c\n  hint: move them away"),
                "\(error.message)")
            #expect(output.text("kernels/enc.c") != nil)
        }

        /// Between the writing of the files and the end of it.
        @Test func compilationsThatWereCutShortAreNobodysFiles() throws {
            let output = try Output(hasList: true)
            var folder = try OutputFolder(output.path)
            try folder.write(Output.others.map(OutputFile.init), product: "trainer")
            #expect(output.kernels == ["mid.c"])
            try writeText("half", to: FileWriter.temporaryPath(for: output.path + "/kernels/late.c"))
            try output.compile(Output.files)
            #expect(output.kernels == ["dec.c", "enc.c"])
        }

        /// A list that came with a folder from somebody else.
        @Test func listsThatLeadElsewhereAreNotFollowed() throws {
            let output = try Output(hasList: true)
            let outside = output.path + "-outside"
            try writeText("precious", to: outside)
            defer { Files.remove(outside) }
            let list = try #require(output.text(OutputFolder.listName))
            let hash = ContentDigest("precious").text
            let name = Files.name(of: outside)
            try output.write(OutputFolder.listName, list + "\(hash)  ../\(name)\n\(hash)  \(outside)\n\(hash)\n\n")
            try output.compile(Output.others)
            #expect(Files.exists(outside))
        }
    }
}
