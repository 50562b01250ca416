/// The messages that Swift sources hand to functions that report, as patterns: literal parts with gaps between them.
struct MessagePattern: Hashable {
    var file: String
    var line: Int
    /// What every such message holds, in this order.
    var parts: [String]
    /// The message starts with its first part, and ends with its last one.
    var isWhole: Bool

    var description: String { "\(file):\(line): " + parts.joined(separator: "*") }

    func matches(_ message: String) -> Bool {
        var rest = message[...]
        for (index, part) in parts.enumerated() where !part.isEmpty {
            if isWhole, index == 0 {
                guard rest.hasPrefix(part) else { return false }
                rest = rest.dropFirst(part.count)
            } else if isWhole, index == parts.count - 1 {
                return rest.hasSuffix(part)
            } else {
                guard let range = rest.firstRange(of: part) else { return false }
                rest = rest[range.upperBound...]
            }
        }
        return true
    }
}

/// Reads as much of Swift as finding messages takes: strings with interpolations, parentheses, comments.
struct SourceMessages {
    /// Functions whose first argument is a message.
    private static let reporters = ["report", "fail", "failure", "abort", "warn", "Diagnostic"]
    /// Functions whose first argument stands behind "expected".
    private static let expecting = ["expected"]

    private let file: String
    private let text: [Character]
    private var position = 0
    private(set) var patterns: [MessagePattern] = []

    init(file: String, text: String) {
        self.file = file
        self.text = Array(text)
    }

    /// All patterns of a source text.
    static func patterns(file: String, text: String) -> [MessagePattern] {
        var reader = SourceMessages(file: file, text: text)
        reader.run()
        return reader.patterns
    }

    private mutating func run() {
        var word = ""
        while position < text.count {
            let character = text[position]
            if character.isLetter || character.isNumber || character == "_" {
                word.append(character)
                position += 1
                continue
            }
            if character == "(", Self.reporters.contains(word) || Self.expecting.contains(word) {
                position += 1
                readMessage(isExpectation: Self.expecting.contains(word))
            } else if character == "/", position + 1 < text.count, text[position + 1] == "/" {
                while position < text.count, text[position] != "\n" { position += 1 }
            } else if character == "\"" {
                _ = readString()
            } else {
                position += 1
            }
            word = ""
        }
    }

    /// One argument, up to the comma or parenthesis behind it, which is left to the caller: calls may nest.
    private mutating func readMessage(isExpectation: Bool) {
        // A diagnostic that is handed on has its message inside.
        if text[position...].drop(while: \.isWhitespace).starts(with: "Diagnostic(") { return }
        let line = text[..<position].reduce(1) { $0 + ($1 == "\n" ? 1 : 0) }
        var parts: [String] = [""]
        var choices: [[String]] = []
        var isChoice = false
        var hasLiteral = false
        var depth = 0
        loop: while position < text.count {
            let character = text[position]
            switch character {
            case "\"":
                hasLiteral = true
                let string = readString()
                choices.append(string)
                parts[parts.count - 1] += string[0]
                parts += string.dropFirst()
            case ",", ")":
                if depth == 0 { break loop }
                if character == ")" { depth -= 1 }
                position += 1
            case "(":
                depth += 1
                position += 1
            case "+", " ", "\n": position += 1
            default:
                if character == "?" { isChoice = true }
                // Anything else is a gap in the message.
                if parts.last != "" || parts.count == 1 { parts.append("") }
                position += 1
            }
        }
        guard hasLiteral else { return }
        let messages = isChoice ? choices : [parts]
        for parts in messages {
            let all = isExpectation ? ["expected " + parts[0]] + parts.dropFirst() : parts
            patterns.append(
                MessagePattern(file: file, line: line, parts: all, isWhole: !isChoice && !isExpectation))
        }
    }

    /// The literal parts of a string between its interpolations, unescaped.
    private mutating func readString() -> [String] {
        position += 1
        if position + 1 < text.count, text[position] == "\"", text[position + 1] == "\"" { return readLongString() }
        var parts = [""]
        while position < text.count, text[position] != "\"" {
            guard text[position] == "\\", position + 1 < text.count else {
                parts[parts.count - 1].append(text[position])
                position += 1
                continue
            }
            let escaped = text[position + 1]
            position += 2
            if escaped == "(" {
                skipInterpolation()
                parts.append("")
            } else {
                parts[parts.count - 1].append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
            }
        }
        position += 1
        return parts
    }

    /// `"""…"""`, which no message is.
    private mutating func readLongString() -> [String] {
        position += 2
        while position + 2 < text.count,
            !(text[position] == "\"" && text[position + 1] == "\"" && text[position + 2] == "\"")
        {
            position += 1
        }
        position += 3
        return [""]
    }

    private mutating func skipInterpolation() {
        var depth = 1
        while position < text.count, depth > 0 {
            switch text[position] {
            case "\"": _ = readString()
            case "(":
                depth += 1
                position += 1
            case ")":
                depth -= 1
                position += 1
            default: position += 1
            }
        }
    }
}

/// The messages that a test's text expects: behind the markers of `expectFindings`, and in its string literals.
func expectedMessages(in testText: String) -> [String] {
    var messages: [String] = []
    for line in testText.split(separator: "\n") {
        for kind in ["^error: ", "^warning: "] {
            if let range = line.firstRange(of: kind) { messages.append(String(line[range.upperBound...])) }
        }
        // Literals of tables: a message stands there alone, or behind its place.
        var rest = line[...]
        while let start = rest.firstIndex(of: "\"") {
            var literal = ""
            var index = rest.index(after: start)
            while index < rest.endIndex, rest[index] != "\"" {
                if rest[index] == "\\", rest.index(after: index) < rest.endIndex { index = rest.index(after: index) }
                literal.append(rest[index])
                index = rest.index(after: index)
            }
            messages.append(literal)
            messages += ["error: ", "warning: "].compactMap { kind in
                literal.firstRange(of: kind).map { String(literal[$0.upperBound...]) }
            }
            guard index < rest.endIndex else { break }
            rest = rest[rest.index(after: index)...]
        }
    }
    return messages
}
