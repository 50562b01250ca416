import TestSupport
import Testing

import Platform

/// Each message that the language can answer with stands in some test of this target, word for word.
///
/// The tests check that what they expect is found, so it is enough to compare texts.
@Suite struct MessageCoverageTests {
    /// Swift files of a folder and those below it, sorted.
    private static func sources(in folder: String) throws -> [String] {
        let directory = try #require(opendir(folder), "cannot read \(folder)")
        defer { closedir(directory) }
        var found: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            let path = folder + "/" + name
            if name.hasSuffix(".swift") { found.append(path) } else { found += try sources(in: path) }
        }
        return found.sorted()
    }

    private static func text(_ path: String) throws -> String { String(decoding: try readBytes(path), as: UTF8.self) }

    /// Guards that no text gets past the checks before them to.
    private static let unreachable = [
        "\"relu\" needs a feature map", "blocks and expressions are nested too deeply",
    ]

    @Test func everyMessageHasATest() throws {
        let root = checkoutFolder()
        var patterns: [MessagePattern] = []
        for folder in ["GraphDSL", "Diagnostics"] {
            for path in try Self.sources(in: "\(root)/Sources/\(folder)") {
                let name = String(path.dropFirst(root.count + 1))
                patterns += SourceMessages.patterns(file: name, text: try Self.text(path))
            }
        }
        #expect(patterns.count > 100, "the reader of sources has lost messages")
        let expected = try Self.sources(in: "\(root)/Tests/GraphDSLTests").flatMap { path in
            path.hasSuffix("SourceMessages.swift") ? [] : expectedMessages(in: try Self.text(path))
        }
        for pattern in patterns where !(expected + Self.unreachable).contains(where: pattern.matches) {
            Issue.record("no test expects \(pattern.description)")
        }
    }

    @Test(arguments: [
        (#"report("a \"b\" \(x + "y") c", at: range)"#, ["a \"b\" ", " c"], true),
        (#"throw call.failure("one, " + "two (\(n))")"#, ["one, two (", ")"], true),
        (#"throw expected("a value", hint: "no")"#, ["expected a value"], false),
        (#"Diagnostic("a \(isTrue ? "b" : "c")", at: nil)"#, ["a ", ""], true),
    ])
    func messagesAreRead(source: String, parts: [String], isWhole: Bool) {
        let pattern = MessagePattern(file: "f", line: 1, parts: parts, isWhole: isWhole)
        #expect(SourceMessages.patterns(file: "f", text: source) == [pattern])
    }

    @Test func patternsMatchWholeMessages() {
        let pattern = MessagePattern(file: "f", line: 1, parts: ["\"", "\" is ", " long"], isWhole: true)
        #expect(pattern.matches("\"a\" is 3 long"))
        #expect(!pattern.matches("\"a\" is 3 longer"))
        #expect(!pattern.matches("x\"a\" is 3 long"))
    }
}
