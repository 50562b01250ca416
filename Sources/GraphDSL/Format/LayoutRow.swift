/// A statement that fits on one line, as the cells that line up with those of its neighbours.
enum LayoutRow {
    case data(_ keyword: String, _ name: String, _ type: String, _ comment: String?)
    case definition(_ name: String, _ pieces: [LayoutPiece], _ value: String, _ comment: String?)
    case plain(_ text: String, _ comment: String?)

    fileprivate var comment: String? {
        switch self {
        case .data(_, _, _, let comment), .definition(_, _, _, let comment), .plain(_, let comment): comment
        }
    }

    /// Without alignment.
    fileprivate var code: String {
        switch self {
        case .data(let keyword, let name, let type, _): "\(keyword) \(name): \(type)"
        case .definition(let name, _, let value, _): "\(name) = \(value)"
        case .plain(let text, _): text
        }
    }

    fileprivate var isData: Bool {
        if case .data = self { true } else { false }
    }

    fileprivate var isDefinition: Bool {
        if case .definition = self { true } else { false }
    }
}

/// Names that differ more in length are not lined up: the gaps would be larger than what they order.
private let alignmentReach = 2

/// Statements on neighbouring lines, lined up: names and types of data, `=` of definitions, the first arguments of equal
/// calls, comments.
/// - Parameter width: columns that a line may have; what would be longer when lined up is not.
func aligned(_ rows: [LayoutRow], width: Int) -> [String] {
    var code: [String] = []
    var index = 0
    while index < rows.count {
        var end = index + 1
        while end < rows.count, rows[end].isData == rows[index].isData,
            rows[end].isDefinition == rows[index].isDefinition
        {
            end += 1
        }
        let run = Array(rows[index..<end])
        let candidate = rows[index].isData ? alignedData(run) : rows[index].isDefinition ? alignedDefinitions(run) : nil
        let fits = candidate?.allSatisfy { $0.count <= width } ?? false
        code += fits ? candidate ?? [] : run.map(\.code)
        index = end
    }
    return zip(code, commentColumns(code, rows)).enumerated().map { row, line in
        guard let comment = rows[row].comment else { return line.0 }
        return padded(line.0, line.1) + "  " + comment
    }
}

/// For each row, where its comment's blanks begin: behind the longest of neighbouring rows with comments.
private func commentColumns(_ code: [String], _ rows: [LayoutRow]) -> [Int] {
    var columns = code.map(\.count)
    var index = 0
    while index < rows.count {
        var end = index
        while end < rows.count, rows[end].comment != nil { end += 1 }
        let widest = columns[index..<end].max() ?? 0
        for row in index..<end { columns[row] = widest }
        index = max(end, index + 1)
    }
    return columns
}

private func alignedData(_ rows: [LayoutRow]) -> [String] {
    let cells = rows.compactMap { row in
        if case .data(let keyword, let name, let type, _) = row { (keyword, name + ":", type) } else { nil }
    }
    let keyword = cells.map(\.0.count).max() ?? 0
    let name = cells.map(\.1.count).max() ?? 0
    return cells.map { "\(padded($0.0, keyword)) \(padded($0.1, name)) \($0.2)" }
}

/// Nil where the names' lengths differ too much.
private func alignedDefinitions(_ rows: [LayoutRow]) -> [String]? {
    let cells = rows.compactMap { row in
        if case .definition(let name, let pieces, let value, _) = row { (name, CallChain(pieces), value) } else { nil }
    }
    let names = cells.map(\.0.count)
    guard let longest = names.max(), let shortest = names.min(), longest - shortest <= alignmentReach else {
        return nil
    }
    var values = cells.map(\.2)
    var index = 0
    while index < cells.count {
        var end = index + 1
        while end < cells.count, let chain = cells[index].1, cells[end].1?.head == chain.head { end += 1 }
        if end > index + 1 {
            values.replaceSubrange(index..<end, with: CallChain.aligned(cells[index..<end].compactMap(\.1)))
        }
        index = end
    }
    return zip(cells, values).map { "\(padded($0.0, longest)) = \($1)" }
}

/// `relu(conv(image, width, kernel: 3))` as its head `relu(conv(`, the arguments of the innermost call, and its tail.
private struct CallChain {
    var head = ""
    var arguments: [LayoutElement] = []
    var tail = ""

    /// Nil for what is no call.
    init?(_ pieces: [LayoutPiece]) {
        guard pieces.count == 2, case .word(let callee) = pieces[0], case .group(let group) = pieces[1] else {
            return nil
        }
        if group.elements.count == 1, let inner = CallChain(group.elements[0].pieces) {
            self = inner
        } else {
            arguments = group.elements
        }
        head = callee + group.open + head
        tail += group.close
    }

    /// Calls of equal heads, their positional arguments lined up as far as they are of similar length.
    static func aligned(_ chains: [CallChain]) -> [String] {
        var cells = chains.map { $0.arguments.map { flat($0.pieces) } }
        for row in cells.indices {
            for column in cells[row].indices.dropLast() { cells[row][column] += "," }
        }
        // The last argument needs nothing behind it.
        let columns = chains.map { $0.arguments.prefix { $0.isPositional }.count }.min() ?? 0
        for column in 0..<columns where cells.allSatisfy({ column < $0.count - 1 }) {
            let widths = cells.map { $0[column].count }
            guard let widest = widths.max(), let narrowest = widths.min(), widest - narrowest <= alignmentReach else {
                break
            }
            for row in cells.indices { cells[row][column] = padded(cells[row][column], widest) }
        }
        return zip(chains, cells).map { $0.head + $1.joined(separator: " ") + $0.tail }
    }
}

private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}
