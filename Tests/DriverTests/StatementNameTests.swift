import Foundation
import GraphDSL
import GraphIR
import KernelIR
import Kernels
import Runtime
import TestSupport
import Testing

@testable import Driver
@testable import Strategy

/// Names that languages, headers and libraries have another use for.
private enum ClaimedNames {
    static let c = [
        "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
        "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "short", "signed", "sizeof",
        "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "_Bool",
        "_Complex", "asm", "typeof", "alignas", "alignof", "bool", "constexpr", "false", "nullptr", "static_assert",
        "thread_local", "true", "typeof_unqual", "and", "and_eq", "bitand", "bitor", "catch", "char8_t", "class",
        "co_await", "co_return", "co_yield", "compl", "concept", "consteval", "constinit", "const_cast", "decltype",
        "delete", "dynamic_cast", "explicit", "export", "friend", "mutable", "namespace", "new", "noexcept", "not",
        "not_eq", "operator", "or", "or_eq", "private", "protected", "public", "reinterpret_cast", "requires",
        "static_cast", "template", "this", "throw", "try", "typeid", "typename", "using", "virtual", "wchar_t", "xor",
        "xor_eq", "final", "override", "import", "module",
    ]
    static let swift = [
        "Any", "Protocol", "Self", "Type", "actor", "any", "as", "associatedtype", "async", "await", "borrowing",
        "consuming", "convenience", "copy", "defer", "deinit", "didSet", "discard", "distributed", "dynamic", "each",
        "extension", "fallthrough", "fileprivate", "func", "get", "guard", "in", "indirect", "infix", "init", "inout",
        "internal", "is", "isolated", "lazy", "left", "let", "macro", "nil", "nonisolated", "nonmutating", "open",
        "optional", "package", "postfix", "precedence", "precedencegroup", "prefix", "protocol", "repeat", "required",
        "rethrows", "right", "self", "sending", "set", "some", "subscript", "super", "then", "throws", "typealias",
        "unowned", "var", "weak", "where", "willSet", "yield", "Int", "Float", "UnsafePointer", "stride", "Builtin",
    ]
    /// Of the issue, of the model's own code, and of libraries that a trainer or a program that loads it has.
    static let own = [
        "M_1", "M_PI", "INT", "INT8_MAX", "UINT", "UINT64_C", "FP_NAN", "FP_1", "SIZE_MAX", "SIZE_", "WCHAR_MIN",
        "WCHAR_", "MATH_ERRNO", "MATH_", "unetc_", "unetc", "unetc_call", "unetc_gemm", "unetc_model_get", "UNETC_X",
        "PTRDIFF_MAX", "I", "X", "complex", "main", "model", "plans", "train", "infer", "prepare", "call", "task",
        "batch", "count", "step", "seed", "v8", "v16", "v8_int", "out", "in0", "workspace", "int64_t", "con", "CON",
        "aux", "nul", "lpt1", "a", "A", "optimizers", "Optimizers", "update_adam", "accumulate", "argz", "envz",
        "dispatch_data_create", "png_read", "swift_x", "x1", "_x", "__x", "grad", "d_x", "d_", "__FILE__", "__LINE__",
    ]

    /// Macros, and whatever stands before a parenthesis, in all that the emitted code includes.
    static func ofHeaders() throws -> [String] {
        let hasBLAS = ["/usr/include/cblas.h", "/usr/include/x86_64-linux-gnu/cblas.h"]
            .contains { FileManager.default.fileExists(atPath: $0) }
        let text = "graph t { input x: [2, 4, 4]; output y = conv(x, 2, kernel: 3, groups: \(hasBLAS ? 2 : 1)) }"
        let path = try TestFolder.write(text)
        var options = CompileOptions(target: .native(), batch: 1, jobs: 1)
        options.plans = [.infer]
        let folder = String(path.dropLast("/test.graph".count))
        for file in try Session(path: path, overrides: []).sourceFiles(options) {
            let place = URL(fileURLWithPath: folder + "/" + file.path)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try writeText(file.text, to: place.path)
        }
        var names: Set<String> = []
        for file in ["model.c", "kernels/y.c"] {
            let macros = try preprocessed(folder + "/" + file, ["-dM"])
            for line in macros.split(separator: "\n") {
                if let name = line.split(separator: " ").dropFirst().first {
                    names.insert(String(name.prefix { $0 != "(" }))
                }
            }
            names.formUnion(called(in: try preprocessed(folder + "/" + file, [])))
        }
        return names.sorted()
    }

    /// Words before an opening parenthesis.
    private static func called(in code: String) -> Set<String> {
        var names: Set<String> = []
        let bytes = Array(code.utf8)
        for (position, byte) in bytes.enumerated() where byte == UInt8(ascii: "(") {
            var end = position
            while end > 0, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
            var start = end
            while start > 0, isOfName(bytes[start - 1]) { start -= 1 }
            if start < end { names.insert(String(decoding: bytes[start..<end], as: UTF8.self)) }
        }
        return names
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func preprocessed(_ path: String, _ flags: [String]) throws -> String {
        let toolchain = try Toolchain()
        let result = try Command(
            program: toolchain.compiler,
            arguments: toolchain.arguments + toolchain.flags(for: .native()) + ["-w", "-E", "-P"] + flags + [path]
        ).run()
        #expect(result.status == 0, "\(result.output.prefix(300))")
        return result.output
    }
}

extension CompiledTests {
    /// Statements may have any name that the language takes: kernels, tables and files go by one identifier.
    @Suite struct StatementNameTests {
        /// Those that the language takes for a statement.
        private func usable(_ names: [String]) -> [String] {
            var seen: Set<String> = []
            return names.filter { name in
                let text = "graph g { input zz: [1, 1, 1]\n output \(name) = sigmoid(zz) }"
                return seen.insert(name).inserted && compileGraph(text: text, fileName: "f").graph != nil
            }
        }

        /// A kernel for each name: outputs keep theirs.
        private func graph(_ names: [String]) -> String {
            "graph g {\n  input zz: [1, 2, 2]\n"
                + names.map { "  output \($0) = sigmoid(zz)\n" }.joined() + "}\n"
        }

        private func checkRuns(_ names: [String], backend: Backend) throws {
            let compiled = try CompiledGraph(graph(names), plans: [.infer], batch: 1, name: "names.graph") {
                $0.backend = backend
            }
            let zeros = Tensor(shape: [1, 1, 2, 2], values: [0, 0, 0, 0])
            let results = try compiled.run(.infer, ["zz": zeros], batch: 1)
            #expect(results.count == names.count)
            #expect(results.values.allSatisfy { $0.values == [0.5, 0.5, 0.5, 0.5] })
        }

        @Test func keywordsMacrosAndFunctionsAsStatements() throws {
            let headers = try ClaimedNames.ofHeaders()
            #expect(headers.count > 1000 && headers.contains("M_PI") && headers.contains("memcpy"))
            #expect(headers.contains("expf") && headers.contains("INT8_MAX"))
            // Of the intrinsics, which all begin alike, every fiftieth.
            let chosen = headers.enumerated().filter { !$1.hasPrefix("_") || $0 % 50 == 0 }.map(\.element)
            let all = ClaimedNames.c + ClaimedNames.swift + ClaimedNames.own + chosen
            let names = usable(all)
            #expect(Set(all).count - names.count < 20, "\(Set(all).subtracting(names).sorted())")
            try checkRuns(names, backend: .c)
        }

        @Test(.enabled(if: (try? SwiftToolchain()) != nil, "there is no swiftc; set SWIFTC"))
        func keywordsAsStatementsInSwift() throws {
            try checkRuns(usable(ClaimedNames.c + ClaimedNames.swift + ClaimedNames.own), backend: .swift)
        }

        /// Trained, so that names derived from them are there as well; in blocks too.
        @Test(arguments: [
            "M_1", "INT", "UINT_x", "FP_a", "SIZE_b", "WCHAR_c", "MATH_d", "unetc_e", "for", "I", "optimizers",
        ])
        func trainedLayers(_ name: String) throws {
            let text = """
                block b(x) {
                  \(name) = conv(x, 2, kernel: 3, padding: same)
                  return relu(\(name))
                }
                graph \(name)(\(name) = 4) {
                  input image: [1, \(name), \(name)]
                  target mask: [1, \(name), \(name)]
                  X_1 = b(image)
                  output logits = conv(X_1, 1, kernel: 1)
                  loss bce_with_logits(logits, mask)
                }
                """
            let compiled = try CompiledGraph(text, plans: [.train, .infer, .forward], batch: 2)
            let leaves = randomLeaves(of: compiled.session.graph, batch: 2, seed: 3)
            _ = try compiled.run(.train, leaves, batch: 2)
            #expect(try compiled.run(.infer, leaves, batch: 2).keys.sorted() == ["logits"])
        }

        @Test(arguments: ["M_1", "INT8_MAX", "class", "unetc_x", "nul"])
        func inputsTargetsAndOutputs(_ name: String) throws {
            let text = """
                graph t {
                  input \(name): [1, 4, 4]
                  target \(name)_t: [1, 4, 4]
                  output \(name)_o = conv(\(name), 1, kernel: 3, padding: same)
                  loss mse(\(name)_o, \(name)_t)
                }
                """
            let compiled = try CompiledGraph(text, plans: [.gradients], batch: 1)
            let leaves = randomLeaves(of: compiled.session.graph, batch: 1, seed: 1)
            #expect(try compiled.run(.gradients, leaves, batch: 1)["grad.\(name)"] != nil)
        }

        /// `argz` and `add` make the name of a function of the C library, which is there before the model is loaded.
        @Test func functionsOfLoadedLibrariesAreNotMeant() throws {
            let text = "graph t { input x: [1, 2, 2]; output argz = x + x; output envz = x + argz }"
            let compiled = try CompiledGraph(text, plans: [.infer], batch: 1)
            let ones = Tensor(shape: [1, 1, 2, 2], values: [1, 1, 1, 1])
            let results = try compiled.run(.infer, ["x": ones], batch: 1)
            #expect(results["argz"]?.values == [2, 2, 2, 2] && results["envz"]?.values == [3, 3, 3, 3])
        }

        /// In lower case as well, for systems where capitals do not count; and no device's.
        @Test func filesHaveNamesOfTheirOwn() throws {
            let names = ["a", "A", "b_1", "B_2", "con", "CON", "aux", "optimizers", "Optimizers", "class", "class_x"]
            let session = try Session(path: try TestFolder.write(graph(names)), overrides: [])
            var options = CompileOptions(target: .native(), batch: 1, jobs: 1)
            options.plans = [.infer]
            let files = try session.sourceFiles(options).map { $0.path.lowercased() }
            #expect(Set(files).count == files.count)
            let stems = files.filter { $0.hasPrefix("kernels/") }.map { $0.dropFirst(8).prefix { $0 != "." } }
            #expect(stems.count >= 9 && !stems.contains("con") && !stems.contains("aux"))
            #expect(stems.filter { $0 == "optimizers" }.count == 1)
        }
    }
}
