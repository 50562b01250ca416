import Base
import Diagnostics
import GraphIR
import TestSupport
import Testing

@testable import GraphDSL

/// The grammar for editors knows the words of the language and gives them the scopes that they have in a graph.
@Suite struct EditorGrammarTests {
    private static let folder = "editors/vscode/"

    private static func json(_ path: String) throws -> JSON {
        try JSON(parsing: try repositoryText(folder + path).utf8)
    }

    private static func grammar() throws -> TextMateGrammar {
        try TextMateGrammar(json: try json("syntaxes/unetc-graph.tmLanguage.json"))
    }

    private static func scope(of word: String, in line: String) throws -> String? {
        try grammar().pieces(of: line).first { $0.text == word }?.scope
    }

    @Test(arguments: OperatorTable.names) func operatorsAreKnown(name: String) throws {
        #expect(try Self.scope(of: name, in: "  y = \(name)(x, 3)") == "support.function")
    }

    @Test func operatorsThatAreNoneAreNotListed() throws {
        let text = try repositoryText(Self.folder + "syntaxes/unetc-graph.tmLanguage.json")
        let list = try #require(text.firstMatch(of: /\(\?:(abs\|[a-z_|0-9]+)\)/))
        #expect(list.output.1.split(separator: "|").map(String.init) == OperatorTable.names.sorted())
    }

    @Test(arguments: ["graph"] + Parser.statementWords) func statementsAreKnown(word: String) throws {
        let line = word == "train" ? "  train {" : "  \(word) name"
        #expect(try Self.scope(of: word, in: line)?.hasPrefix("keyword.") == true)
        // As a part of another name it means nothing.
        #expect(try Self.scope(of: word, in: "  y = x_\(word) + \(word)_x") == nil)
    }

    @Test(
        arguments: SizeRule.allCases.map { ("sizes", $0.rawValue) }
            + InitialValues.allCases.map { ("init", $0.rawValue) } + [
                ("padding", "same"), ("ignore", "none"), ("approximate", "none"), ("approximate", "tanh"),
            ])
    func wordsBehindLabelsAreKnown(label: String, word: String) throws {
        let pieces = try Self.grammar().pieces(of: "(\(label): \(word))")
        #expect(pieces.map(\.text) == [label, word])
        #expect(pieces.map(\.scope) == ["variable.parameter", "constant.language"])
    }

    @Test(arguments: [
        (
            "block up(below, skip) {  // to \"x = 1\"",
            ["block keyword.declaration", "up entity.name.function", "// to \"x = 1\" comment.line.double-slash"]
        ),
        (
            "  input image: [3, size, 0.5e-3 * size]; target mask: classes[8, 8]",
            [
                "input keyword.declaration", "image variable.other.definition", "3 constant.numeric",
                "0.5e-3 constant.numeric", "* keyword.operator", "target keyword.declaration",
                "mask variable.other.definition", "classes storage.type", "8 constant.numeric", "8 constant.numeric",
            ]
        ),
        (
            "  dec1_2 = relu(up(enc1_1, bias: true) - x2)",
            [
                "dec1_2 variable.other.definition", "= keyword.operator", "relu support.function",
                "up entity.name.function", "bias variable.parameter", "true constant.language", "- keyword.operator",
            ]
        ),
        (
            "  \"inc.conv.0\" = relu(\"a/b:0\" + input) // \"x\" = 1",
            [
                "\"inc.conv.0\" variable.other.definition", "= keyword.operator", "relu support.function",
                "\"a/b:0\" variable.other", "+ keyword.operator", "// \"x\" = 1 comment.line.double-slash",
            ]
        ),
        (
            "  output \"a-1\" = x",
            ["output keyword.declaration", "\"a-1\" variable.other.definition", "= keyword.operator"]
        ),
        ("  loss -mse(a, b)", ["loss keyword.control", "- keyword.operator", "mse support.function"]),
        (
            "  train { optimizer: adam(lr: 1e-3)   init: he",
            [
                "train keyword.control", "optimizer variable.parameter", "adam support.function",
                "lr variable.parameter", "1e-3 constant.numeric", "init variable.parameter", "he constant.language",
            ]
        ),
        (
            "graph net(width = 8, sizes: pad) {",
            [
                "graph keyword.declaration", "net entity.name.function", "width variable.other.definition",
                "= keyword.operator", "8 constant.numeric", "sizes variable.parameter", "pad constant.language",
            ]
        ),
    ])
    func linesHaveScopes(line: String, expected: [String]) throws {
        #expect(try Self.grammar().pieces(of: line).map { "\($0.text) \($0.scope)" } == expected)
    }

    /// What is a keyword, a call or a definition to the parser is none less to the grammar.
    @Test(arguments: ["graphs/unet.graph", "graphs/unet-small.graph"])
    func bundledGraphsAreUnderstood(path: String) throws {
        let grammar = try Self.grammar()
        for line in try repositoryText(path).split(separator: "\n") {
            let pieces = grammar.pieces(of: String(line))
            let code = line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
            let calls = code.matches(of: /([a-z_]+)\(/).map { String($0.output.1) }
            #expect(pieces.filter { $0.scope.contains("function") }.map(\.text) == calls, "\(line)")
            let numbers = code.matches(of: /\b[0-9.]+(e-?[0-9]+)?\b/).map { String($0.output.0) }
            #expect(pieces.filter { $0.scope == "constant.numeric" }.map(\.text) == numbers, "\(line)")
        }
    }

    @Test func theExtensionNamesItsFiles() throws {
        let contributions = try #require(try Self.json("package.json")["contributes"])
        let language = try #require(contributions["languages"]?.array?.first)
        let grammar = try #require(contributions["grammars"]?.array?.first)
        #expect(language["extensions"] == .array([.string(".graph")]))
        #expect(language["id"] == grammar["language"])
        let configuration = try Self.json(try #require(language["configuration"]?.string))
        #expect(configuration["comments"]?["lineComment"] == .string("//"))
        let rules = try Self.json(try #require(grammar["path"]?.string))
        #expect(rules["scopeName"] == grammar["scopeName"])
    }

    @Test func theProblemMatcherReadsDiagnostics() throws {
        let contributions = try Self.json("package.json")["contributes"]
        let pattern = contributions?["problemMatchers"]?.array?.first?["pattern"]
        let regex = try Regex(try #require(pattern?["regexp"]?.string))
        let text = "graph t {\n  input x: [1, 2, 3]\n  output y = cnv(x)\n}"
        let shown = rendered(compileGraph(text: text, fileName: "test.graph").diagnostics, text)
        let line = try #require(shown.split(separator: "\n").first)
        let match = try #require(String(line).wholeMatch(of: regex))
        let groups = ["file", "line", "column", "severity", "message"].map { pattern?[$0]?.integer ?? 0 }
        #expect(
            groups.map { match.output[$0].substring.map(String.init) }
                == ["test.graph", "3", "14", "error", "unknown operator \"cnv\""])
    }
}
