/// Takes one line of a graph's text form apart, from left to right.
package struct TextScanner {
    package let line: Int
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(line: Int, _ scalars: some Sequence<Unicode.Scalar>) {
        self.line = line
        self.scalars = Array(scalars)
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    package func failure(_ expected: String) -> GraphTextError {
        GraphTextError(line: line, "expected \(expected), found \(found)")
    }

    /// What stands at the current place, for messages.
    private var found: String {
        guard next != nil else { return "the end of the line" }
        let rest = scalars[position...].prefix(24)
        return "'" + String(String.UnicodeScalarView(rest)) + (scalars.count - position > 24 ? "…'" : "'")
    }

    mutating func skipSpace() {
        while let scalar = next, scalar == " " || scalar == "\t" || scalar == "\r" { position += 1 }
    }

    /// True at the end of the line, behind spaces.
    package mutating func isAtEnd() -> Bool {
        skipSpace()
        return next == nil
    }

    /// True when the given characters come next; does not take them.
    package mutating func sees(_ text: String) -> Bool {
        skipSpace()
        return scalars[position...].starts(with: text.unicodeScalars)
    }

    /// Takes the given characters when they come next.
    package mutating func takes(_ text: String) -> Bool {
        guard sees(text) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    package mutating func expect(_ text: String) throws(GraphTextError) {
        guard takes(text) else { throw failure("'\(text)'") }
    }

    /// Takes a whole word when it comes next.
    package mutating func takes(word: String) -> Bool {
        let start = position
        skipSpace()
        if run(\.isNameCharacter) == word { return true }
        position = start
        return false
    }

    /// The longest run of such characters, which may be empty.
    private mutating func run(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while let scalar = next, belongs(scalar) {
            text.append(scalar)
            position += 1
        }
        return String(text)
    }

    /// A number or a word of an attribute.
    package mutating func word(_ what: String) throws(GraphTextError) -> String {
        try word(what, of: \.isWordCharacter)
    }

    private mutating func word(
        _ what: String, of belongs: (Unicode.Scalar) -> Bool
    ) throws(GraphTextError) -> String {
        skipSpace()
        let start = position
        let word = run(belongs)
        guard !word.isEmpty else {
            position = start
            throw failure(what)
        }
        return word
    }

    package mutating func integer(_ what: String) throws(GraphTextError) -> Int {
        skipSpace()
        let start = position
        guard let number = Int(run(\.isWordCharacter)) else {
            position = start
            throw failure(what)
        }
        return number
    }

    /// A name: bare, or in quotes.
    package mutating func name(_ what: String) throws(GraphTextError) -> String {
        if sees("\"") { return try quoted() }
        let name = run(\.isNameCharacter)
        guard !name.isEmpty else { throw failure(what) }
        return name
    }

    /// A file's name: bare, or in quotes.
    mutating func file() throws(GraphTextError) -> String {
        if sees("\"") { return try quoted() }
        let name = run(\.isFileCharacter)
        guard !name.isEmpty else { throw failure("a file name") }
        return name
    }

    /// Text in double quotes, with `\"`, `\\` and `\u{…}`.
    package mutating func quoted() throws(GraphTextError) -> String {
        try expect("\"")
        var text = String.UnicodeScalarView()
        while let scalar = next {
            position += 1
            switch scalar {
            case "\"": return String(text)
            case "\\": text.append(try escaped())
            default: text.append(scalar)
            }
        }
        throw failure("'\"' at the end of the quoted text")
    }

    private mutating func escaped() throws(GraphTextError) -> Unicode.Scalar {
        if let scalar = next, scalar == "\"" || scalar == "\\" {
            position += 1
            return scalar
        }
        if scalars[position...].starts(with: "u{".unicodeScalars) {
            position += 2
            let digits = run { $0 != "}" }
            if next == "}", let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) {
                position += 1
                return scalar
            }
        }
        throw failure("'\\\"', '\\\\' or '\\u{…}' in quoted text")
    }
}

/// What is written alike in all text forms.
extension TextScanner {
    /// `%12`
    package mutating func nodeID() throws(GraphTextError) -> NodeID {
        try expect("%")
        return NodeID(try integer("a node's number"))
    }

    /// `{kernel: [3, 3], groups: 1}`
    package mutating func attributes() throws(GraphTextError) -> AttributeReader {
        try expect("{")
        var attributes: [Attribute] = []
        repeat {
            let key = try word("an attribute")
            try expect(":")
            if sees("[") {
                attributes.append(Attribute(key, try integerList()))
            } else {
                attributes.append(Attribute(key, try word("a value for '\(key)'", of: \.isValueCharacter)))
            }
        } while takes(",")
        try expect("}")
        return AttributeReader(line: line, attributes)
    }

    private mutating func integerList() throws(GraphTextError) -> [Int] {
        try expect("[")
        var list: [Int] = []
        if takes("]") { return list }
        repeat { list.append(try integer("an integer")) } while takes(",")
        try expect("]")
        return list
    }
}
