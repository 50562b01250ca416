import Emission
import Kernels
import TestSupport
import Testing

@testable import Bundling

/// The text of bundles.
@Suite struct BundleTests {
    private func text(_ path: String, _ bundle: Bundle) throws -> String {
        try #require(bundle.files.first { $0.path == path }, "\(path) among \(bundle.files.map(\.path))").text
    }

    @Test func twoMakingsAreTheSameBytes() throws {
        let first = try BundledExample().bundle()
        let second = try BundledExample().bundle()
        #expect(first.weights?.bytes == second.weights?.bytes)
        #expect(first.files.map(\.path) == second.files.map(\.path))
        for (a, b) in zip(first.files, second.files) where a.text != b.text {
            Issue.record("\(a.path): \(firstDifference(expected: a.text, found: b.text))")
        }
        let paths = first.files.map { $0.path.lowercased() }
        #expect(Set(paths).count == paths.count, "no file twice, also where capitals do not count: \(paths.sorted())")
    }

    /// Whatever a linker, a preprocessor or a reader of another net's header might see.
    @Test(arguments: ["net", "my_unetc_net", "UNet", "v8"])
    func everyNameBeginsWithTheNets(_ name: String) throws {
        let bundle = try BundledExample().bundle(name) { $0.embedsWeights = true }
        let names = BundleNames(name)
        for file in bundle.files where file.path.hasSuffix(".c") || file.path.hasSuffix(".h") {
            let isProgram = file.path.hasPrefix("example/") || file.path.hasPrefix("test/")
            for (number, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let found = isProgram ? nil : Self.visibleName(line, isHeader: file.path.hasSuffix(".h"))
                let isOwn =
                    found.map { $0.hasPrefix(names.prefix + "_") || $0.hasPrefix(names.constants + "_") } ?? true
                #expect(isOwn, "\(file.path):\(number + 1): \(found ?? "") of: \(line)")
            }
        }
        for file in bundle.files where !name.contains("unetc") {
            let rest = file.text.replacing("unetc_files.txt", with: "").replacing("unetc_version", with: "")
            #expect(!rest.contains("unetc_") && !rest.contains("UNETC_"), "\(file.path)")
        }
        let files = bundle.files.map(\.path).filter { !$0.contains("/") && $0 != "README.md" && $0 != "CMakeLists.txt" }
        #expect(files.allSatisfy { $0.hasPrefix(name) }, "\(files)")
    }

    /// What a line defines for others: a macro, a constant of an enumeration, a function or an object that is not static.
    private static func visibleName(_ line: Substring, isHeader: Bool) -> String? {
        let word = /[A-Za-z_][A-Za-z0-9_]*/
        if isHeader, let match = line.prefixMatch(of: /#define\s+([A-Za-z_][A-Za-z0-9_]*)/) { return String(match.1) }
        if isHeader, let match = line.prefixMatch(of: #/    ([A-Z][A-Z0-9_]*)( = [0-9]+)?,?( |$)/#) {
            return String(match.1)
        }
        guard line.prefixMatch(of: /[A-Za-z]/) != nil, !line.hasPrefix("static"), !line.hasPrefix("typedef"),
            !line.hasPrefix("enum"), !line.hasPrefix("case"), !line.hasPrefix("default"),
            !line.hasPrefix("extern \"C\""),
            let end = line.firstIndex(where: { "([=;".contains($0) })
        else { return nil }
        return line[..<end].matches(of: word).last.map { String($0.0) }
    }

    @Test func theHeaderSaysTheNetsSizes() throws {
        let header = try text("net.h", try BundledExample().bundle { $0.batch = 3 })
        for line in [
            "#define NET_CHANNELS 1", "#define NET_HEIGHT 16", "#define NET_WIDTH 16", "#define NET_OUTPUT_CHANNELS 1",
            "#define NET_OUTPUT_HEIGHT 16", "#define NET_OUTPUT_WIDTH 16", "#define NET_MASK_CHANNELS 1",
            "#define NET_BATCH 3",
            " *   input   [batch, 1, 16, 16]",
            " *   output  [batch, 1, 16, 16], a logit a pixel: object above 0 with a threshold of 0.5",
            "NET_API int net_set_threshold(void *arena, float threshold);",
        ] { #expect(header.contains(line + "\n"), "net.h lacks: \(line)") }
    }

    /// Names from graphs, runs and file systems stay in their comments.
    @Test func namesOfOthersEndNoComment() throws {
        let bundle = try BundledExample().bundle {
            $0.graphName = "a*/b/*c unetc_x"
            $0.sourceName = "*/ int x; /*.graph"
        }
        let header = try text("net.h", bundle)
        #expect(header.hasPrefix("/* The net \"a* /b/ *c unetc_x\": pictures in, masks out.\n"))
        #expect(header.contains("from * / int x; / *.graph."))
        for file in bundle.files where file.path.hasSuffix(".c") || file.path.hasSuffix(".h") {
            let problem = Self.commentFault(file.text)
            #expect(problem == nil, "\(file.path): \(problem ?? "")")
        }
    }

    /// A comment that begins in another one, or never ends.
    private static func commentFault(_ text: String) -> String? {
        var rest = Substring(text)
        while let start = rest.firstRange(of: "/*") {
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "*/") else { return "no end of: \(rest.prefix(80))" }
            if rest[..<end.lowerBound].contains("/*") { return "a comment in: \(rest[..<end.lowerBound])" }
            rest = rest[end.upperBound...]
        }
        return nil
    }

    /// A layer may be called as the tables are.
    @Test func noLayersFileTakesThatOfTheTables() throws {
        let text = """
            graph net {
              input  x: [3, 8, 8]
              plans = relu(conv(x, 4, kernel: 3, padding: same))
              output logits = conv(plans, 1, kernel: 1)
            }
            """
        let paths = try BundledExample(text: text).bundle().files.map(\.path)
        let folder = "kernels/x86-64-v3/"
        #expect(paths.contains(folder + "plans.c") && paths.contains(folder + "plans_2.c"), "\(paths)")
        #expect(Set(paths).count == paths.count, "\(paths.sorted())")
    }

    @Test func theFastestTargetIsAskedFirst() throws {
        let targets = try [Kernels.Target.x86v1, .x86v4, .aarch64, .x86v3].map { try BundledExample($0).target }
        let bundle = try BundledExample().bundle { description in
            description = BundleDescription(
                names: description.names, compilerVersion: "1", graphName: "example", sourceName: "example.graph",
                targets: targets, interface: description.interface, pictures: description.pictures, batch: 1)
        }
        let tables = try text("net_targets.c", bundle)
        let places = ["&net_x86_64_v4,", "&net_x86_64_v3,", "&net_x86_64,", "&net_aarch64,"].map {
            tables.firstRange(of: $0)?.lowerBound
        }
        #expect(
            places.allSatisfy { $0 != nil } && places.compactMap { $0 } == places.compactMap { $0 }.sorted(),
            "\(tables)")
        let build = try text("CMakeLists.txt", bundle)
        for target in targets {
            #expect(build.contains("kernels/\(target.target.name)/plans.c\n"), "\(target.target.name)")
        }
    }

    @Test func weightsArePartOfTheProgramWhereThatIsWanted() throws {
        let example = try BundledExample()
        let embedded = try example.bundle { $0.embedsWeights = true }
        #expect(embedded.weights == nil)
        let source = try text("net_weights.c", embedded)
        let words = source.matches(of: /([0-9]+)u,/).compactMap { UInt32($0.1) }
        let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
        #expect(bytes == (try example.weights().bytes))
        #expect(try text("CMakeLists.txt", embedded).contains("net_weights.c"))
        #expect(try !text("CMakeLists.txt", try example.bundle()).contains("net_weights.c"))
    }
}
