import Base
import Diagnostics

extension Parser {
    /// `graph NAME(parameter = default, …, sizes: pad) { … }`
    mutating func parseGraph() throws(Failure) -> GraphDeclaration {
        advance()
        var graph = GraphDeclaration(name: try parseName("the graph's name"), parameters: [], body: [])
        skipNewlines()
        if current.isPunctuation(.leftParenthesis) {
            try parseDelimited(.leftParenthesis, .rightParenthesis, holdsDefinitions: true) { parser throws(Failure) in
                try parser.parseHeaderEntry(into: &graph)
            }
        }
        graph.body = try parseBody(form: "graph \(graph.name.text) { ... }").statements
        return graph
    }

    /// What is missing or wrong behind a parameter's name is no reason to misread the rest of the file.
    private mutating func parseHeaderEntry(into graph: inout GraphDeclaration) throws(Failure) {
        let name = try parseName("a parameter's name")
        var value = Expression(kind: .invalid, range: name.range, depth: 1)
        switch current.kind {
        case .punctuation(.colon) where name.text == "sizes":
            return try parseSizes(name, into: &graph)
        case .punctuation(.equals):
            advance()
            if name.text == "sizes", case .name(let word) = current.kind, SizeRule(rawValue: word) != nil {
                report("expected \":\" behind \"sizes\", found \"=\"", name.range, hint: "write sizes: \(word)")
                advance()
                return
            }
            value = try parseExpression()
        case .punctuation(.colon):
            let other = nearMiss(name.text, among: ["sizes"]).map { ", or did you mean \"\($0)\"?" } ?? ""
            report(
                "expected \"=\" behind graph parameter \"\(name.text)\", found \":\"", current.range,
                hint: "write \(name.text) = ...\(other)")
            advance()
            _ = try parseExpression()
        case .punctuation(.comma), .punctuation(.rightParenthesis):
            report(
                "graph parameter \"\(name.text)\" needs a default value", name.range,
                hint: "write \(name.text) = 64, for example")
        default:
            throw expected(
                "\"=\" behind graph parameter \"\(name.text)\"", hint: "write \(name.text) = 64, for example")
        }
        graph.parameters.append(ParameterSyntax(name: name, value: value))
    }

    /// The word behind `sizes`. A wrong one is no reason to misread the rest of the file.
    private mutating func parseSizes(_ label: Name, into graph: inout GraphDeclaration) throws(Failure) {
        advance()
        guard case .name(let word) = current.kind else { throw expected("\(SizeRule.words) behind \"sizes:\"") }
        let range = current.range
        advance()
        guard let rule = SizeRule(rawValue: word) else {
            report(
                "unknown rule for sizes \"\(word)\"", range,
                hint: suggestion(word, SizeRule.allCases.map(\.rawValue), "\"sizes\" is one of"))
            return
        }
        if let first = graph.sizes {
            report("\"sizes\" is given twice", label.range, notes: [.init("the first value", first.range)])
        } else {
            graph.sizes = SizesEntry(rule: rule, range: label.range.union(range))
        }
    }
}

extension SizeRule {
    /// For messages: `exact, pad or crop`.
    fileprivate static let words = "exact, pad or crop"
}
