import Base
import TestSupport
import Testing

/// As much of TextMate's grammars as the language's takes: rules of one line, with captures, and includes.
struct TextMateGrammar {
    /// A piece of text and the name of its scope, without the grammar's suffix.
    struct Piece: Hashable {
        var text: String
        var scope: String
    }

    private struct Rule {
        var pattern: Regex<AnyRegexOutput>
        /// Scopes of the whole match (0) and of its groups.
        var scopes: [Int: String]
    }

    private var rules: [Rule] = []

    init(json: JSON) throws {
        let name = try #require(json["scopeName"]?.string)
        let suffix = "." + name.dropFirst("source.".count)
        try add(try #require(json["patterns"]?.array), of: json, suffix: suffix)
    }

    private mutating func add(_ patterns: [JSON], of grammar: JSON, suffix: String) throws {
        for pattern in patterns {
            if let include = pattern["include"]?.string {
                let part = try #require(grammar["repository"]?[String(include.dropFirst())], "\(include)")
                try add(try #require(part["patterns"]?.array), of: grammar, suffix: suffix)
                continue
            }
            var scopes: [Int: String] = [:]
            if let name = pattern["name"]?.string { scopes[0] = try Self.scope(name, suffix) }
            for (group, capture) in pattern["captures"]?.object ?? [:] {
                scopes[try #require(Int(group))] = try Self.scope(try #require(capture["name"]?.string), suffix)
            }
            rules.append(Rule(pattern: try Regex(try #require(pattern["match"]?.string)), scopes: scopes))
        }
    }

    private static func scope(_ name: String, _ suffix: String) throws -> String {
        try #require(name.hasSuffix(suffix), "\(name)")
        return String(name.dropLast(suffix.count))
    }

    /// The pieces of a line that have a scope: the earliest match wins, and of those the first rule.
    func pieces(of line: String) -> [Piece] {
        var pieces: [Piece] = []
        var position = line.startIndex
        while position < line.endIndex {
            var best: (match: Regex<AnyRegexOutput>.Match, rule: Rule)?
            for rule in rules {
                // The whole line stays visible, so that word boundaries at its start are those of the line.
                guard let match = line[position...].firstMatch(of: rule.pattern), !match.range.isEmpty else { continue }
                if match.range.lowerBound < best?.match.range.lowerBound ?? line.endIndex { best = (match, rule) }
            }
            guard let (match, rule) = best else { break }
            for group in rule.scopes.keys.sorted() {
                guard let range = match.output[group].range, let scope = rule.scopes[group] else { continue }
                pieces.append(Piece(text: String(line[range]), scope: scope))
            }
            position = match.range.upperBound
        }
        return pieces
    }
}
