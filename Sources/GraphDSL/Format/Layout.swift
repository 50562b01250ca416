/// A graph's text as the formatter sees it: what stands in which order, without any blanks, with all comments.
struct LayoutEntry {
    enum Kind {
        /// One empty line, however many there were.
        case blank
        /// `// …` on a line of its own.
        case comment(String)
        /// `input NAME: TYPE` or `target NAME: TYPE`.
        case data(keyword: String, name: String, type: [LayoutPiece])
        /// `NAME = VALUE`
        case definition(name: String, value: [LayoutPiece])
        /// Words such as `loss` or `output NAME =`, and an expression.
        case plain(words: String, value: [LayoutPiece])
        /// `train { … }`, which stays on one line where it was on one.
        case options([LayoutEntry], isOneLine: Bool)
        /// `graph` or `block` with its name, arguments and statements.
        case body(words: String, arguments: [LayoutPiece], headerComment: String?, [LayoutEntry])
    }

    var kind: Kind
    /// The comment behind the statement.
    var trailing: String?

    init(_ kind: Kind, trailing: String? = nil) {
        self.kind = kind
        self.trailing = trailing
    }

    var isStatement: Bool {
        switch kind {
        case .blank, .comment: false
        case .data, .definition, .plain, .options, .body: true
        }
    }

    var isBlank: Bool {
        if case .blank = kind { true } else { false }
    }
}

/// A part of an expression.
enum LayoutPiece {
    /// A name or a number.
    case word(String)
    /// `+`, `-`, `*`, `/` or `=` between two operands.
    case infix(String)
    /// The sign of a number.
    case sign
    case colon
    case group(LayoutGroup)
}

/// `( … )` or `[ … ]`.
struct LayoutGroup {
    var open: String
    var close: String
    var elements: [LayoutElement] = []
    /// Comments behind the last element, on lines of their own.
    var closing: [String] = []

    var hasComments: Bool { !closing.isEmpty || elements.contains(where: \.hasComments) }
}

/// What stands between two commas.
struct LayoutElement {
    /// Comments before it, each on a line of its own.
    var leading: [String] = []
    var pieces: [LayoutPiece] = []
    /// The comment behind it, on its line.
    var trailing: String?

    var hasComments: Bool { !leading.isEmpty || trailing != nil || pieces.contains(where: \.hasComments) }

    /// Without a label, so that its place tells what it is.
    var isPositional: Bool {
        !pieces.contains { if case .colon = $0 { true } else { false } }
    }
}

extension LayoutPiece {
    var hasComments: Bool {
        if case .group(let group) = self { group.hasComments } else { false }
    }
}
