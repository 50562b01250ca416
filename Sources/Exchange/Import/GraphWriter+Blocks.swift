import Base
import GraphDSL
import GraphIR

/// Runs of statements that repeat are declared once, as blocks.
extension GraphWriter {
    /// Finds the blocks, and calls those statements after them whose names say nothing: with and without blocks the graph has the
    /// same names.
    mutating func findBlocks(results: Set<Int>) {
        let lines = statementOrder.map(line)
        let taken = importer.inputs.map { names[$0] } + outputNames + ["mask", "labels", "logits"]
        let finder = BlockFinder(lines, results: results, taken: taken, reserved: Set(ReservedNames.all))
        let found = finder.blocks()
        var renamed = names
        for block in found {
            for call in block.calls {
                let locals = block.localNames(call.lines.map { lines[$0].word })
                for (place, local) in zip(call.lines, locals) where !lines[place].isFixed {
                    renamed[lines[place].statement] = local.map { call.name + "." + $0 } ?? call.name
                }
            }
        }
        // What is called like a call gives way to it.
        var all = Set((renamed + outputNames).map { ExactText($0) })
        let calls = Set(found.flatMap(\.calls).map { ExactText($0.name) })
        let called = Set(found.flatMap(\.calls).flatMap { $0.lines })
        for (place, line) in lines.enumerated() where !called.contains(place) && calls.contains(ExactText(line.name)) {
            var number = 1
            while !all.insert(ExactText("\(line.name).\(line.word)_\(number)")).inserted { number += 1 }
            renamed[line.statement] = "\(line.name).\(line.word)_\(number)"
        }
        guard areDistinct(renamed) else { return }
        names = renamed
        blocks = found
    }

    private func line(_ index: Int) -> TextLine {
        let statement = importer.statements[index]
        let isOutput = outputNames.contains(names[index])
        let word = QuotedName.written(statement.word) == statement.word ? statement.word : "value"
        return TextLine(
            statement: index, name: names[index], isFixed: importer.isOwn || hasParameters(index), isOutput: isOutput,
            word: word, tokens: tokens(index))
    }

    private func hasParameters(_ index: Int) -> Bool {
        let statement = importer.statements[index]
        return !statement.parameters.isEmpty || statement.operands.contains { inner.contains($0) && hasParameters($0) }
    }

    private func areDistinct(_ names: [String]) -> Bool {
        var taken = Set(outputNames.filter { !names.contains($0) }.map { ExactText($0) })
        return (statementOrder + importer.inputs).allSatisfy { index in
            let parameters = Set(ParameterKind.allCases.map { "\(names[index]).\($0.suffix)" })
            let all = Set(parameters.union([names[index]]).map { ExactText($0) })
            defer { taken.formUnion(all) }
            return taken.isDisjoint(with: all)
        }
    }

    // MARK: Text

    /// The declaration of a block, and what each of its calls looks like.
    struct BlockText {
        var declaration: [String]
        var calls: [String]
    }

    /// - Parameter taken: names of other blocks; the block's is added.
    func text(of block: RepeatedBlock, _ taken: inout Set<String>) -> BlockText {
        let name = Self.free(Self.blockName(block), &taken)
        let words = block.calls.first?.lines.map { line(statementOrder[$0]).word } ?? []
        let locals = block.localNames(words)
        // A block does not see the names around it.
        var known = Set(locals.compactMap(\.self) + ReservedNames.all + [name])
        let maps = (block.calls.first?.maps ?? []).indices.map { place in
            Self.free(place < 3 ? ["x", "y", "z"][place] : "x\(place + 1)", &known)
        }
        let numbers = NumberArguments(block, &known)
        var place = 0
        var declaration = ["block \(name)(\((maps + numbers.names).joined(separator: ", "))) {"]
        for (line, tokens) in block.pattern.expressions.enumerated() {
            var text = ""
            for token in tokens {
                switch token {
                case .text(let part): text += part
                case .number:
                    text += numbers.texts[place]
                    place += 1
                case .line(let other): text += QuotedName.written(locals[other] ?? "")
                case .map(let map): text += maps[map]
                }
            }
            declaration.append(
                locals[line].map { "  \(QuotedName.written($0)) = \(text)" } ?? "  return \(text)")
        }
        if let local = locals.last ?? nil { declaration.append("  return \(QuotedName.written(local))") }
        let calls = block.calls.indices.map { index in
            let arguments = block.calls[index].maps.map(spelled) + numbers.values(index)
            return "\(name)(\(arguments.joined(separator: ", ")))"
        }
        return BlockText(declaration: declaration + ["}", ""], calls: calls)
    }

    /// By the module: `layer` of `encoder.layer1.0`.
    private static func blockName(_ block: RepeatedBlock) -> String {
        let parts = block.calls.first?.name.split(separator: ".").map(String.init) ?? []
        let stems = parts.filter { $0.contains(where: \.isLetter) }.map { part in
            String(title(part).reversed().drop { $0.isNumber || $0 == "_" }.reversed())
        }
        return stems.last { !$0.isEmpty && !ReservedNames.all.contains($0) } ?? "part"
    }

    /// The name, with a number where it is taken.
    static func free(_ name: String, _ taken: inout Set<String>) -> String {
        var free = name
        var number = 2
        while !taken.insert(free).inserted {
            free = "\(name)\(number)"
            number += 1
        }
        return free
    }
}

/// The numbers in a block that differ from call to call, as its arguments: one for all that are equal in each call.
private struct NumberArguments {
    private(set) var names: [String] = []
    /// For each number of the pattern its text in the block.
    private(set) var texts: [String] = []
    /// For each argument its value in each call.
    private var columns: [[String]] = []

    init(_ block: RepeatedBlock, _ taken: inout Set<String>) {
        var place = 0
        for tokens in block.pattern.expressions {
            var before = ""
            for token in tokens {
                if case .text(let text) = token { before += text }
                guard token == .number else { continue }
                let column = block.calls.map { $0.numbers[place] }
                place += 1
                if column.allSatisfy({ $0 == column[0] }) {
                    texts.append(column[0])
                } else if let known = columns.firstIndex(of: column) {
                    texts.append(names[known])
                } else {
                    let name = GraphWriter.free(Self.name(after: before), &taken)
                    names.append(name)
                    texts.append(name)
                    columns.append(column)
                }
            }
        }
    }

    func values(_ call: Int) -> [String] { columns.map { $0[call] } }

    /// `stride` behind `conv(, , kernel: , stride: `.
    private static func name(after text: String) -> String {
        let isFirst = ["conv(, ", "conv_transpose(, "].contains { text.hasSuffix($0) }
        if isFirst { return "channels" }
        guard let colon = text.lastIndex(of: ":"), text[colon...].allSatisfy({ !$0.isLetter && $0 != ")" }) else {
            return "number"
        }
        let label = text[..<colon].reversed().prefix { $0.isLetter || $0 == "_" }
        return label.isEmpty ? "number" : String(label.reversed())
    }
}
