import Diagnostics

/// A name and where it stands.
struct Name: Sendable {
    var text: String
    var range: SourceRange

    /// As the language writes it, in quotes where it needs them.
    var written: String { QuotedName.written(text) }
}

enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
}

/// An expression; `invalid` stands where one could not be read and has been complained about.
struct Expression: Sendable {
    indirect enum Kind: Sendable {
        case integer(Int)
        case real(Double)
        case boolean(Bool)
        case name(String)
        case call(Call)
        case list([Expression])
        case negate(Expression)
        case binary(BinaryOperator, Expression, Expression)
        case invalid
    }

    var kind: Kind
    var range: SourceRange
    /// Levels of expressions in it: what a recursive walk needs of the stack.
    var depth: Int
}

struct Call: Sendable {
    var callee: Name
    var arguments: [Argument]
}

struct Argument: Sendable {
    var label: Name?
    var value: Expression

    var range: SourceRange { label.map { $0.range.union(value.range) } ?? value.range }
}

/// `name = expression` in a graph's parameter list.
struct ParameterSyntax: Sendable {
    var name: Name
    var value: Expression
}

/// `[C, H, W]` or `classes[H, W]`.
struct TensorSyntax: Sendable {
    var isClasses: Bool
    var sizes: [Expression]
    var range: SourceRange
}

struct BlockSyntax: Sendable {
    var name: Name
    var parameters: [Name]
    var body: [Statement]
    var endRange: SourceRange
}

/// `key: value` in a `train` block.
struct TrainEntry: Sendable {
    var key: Name
    var value: Expression
}

struct Statement: Sendable {
    enum Kind: Sendable {
        /// A nil type could not be read; the name stays known, so that its users do not fail as well.
        case input(Name, TensorSyntax?)
        case target(Name, TensorSyntax?)
        case definition(Name, Expression)
        case output(Name, Expression)
        case loss(Expression)
        case result(Expression)
        case train([TrainEntry])
        case block(BlockSyntax)
    }

    var kind: Kind
    /// The whole statement.
    var range: SourceRange
    /// Its first word.
    var keyword: SourceRange
}

/// What becomes of feature maps that are joined and differ a little in size.
enum SizeRule: String, CaseIterable, Sendable {
    /// They must not differ.
    case exact
    /// The smaller one is padded with zeros.
    case pad
    /// The larger one is cropped.
    case crop
}

/// `sizes: pad` in a graph's header.
struct SizesEntry: Sendable {
    var rule: SizeRule
    /// The label and the word.
    var range: SourceRange
}

struct GraphDeclaration: Sendable {
    var name: Name
    var parameters: [ParameterSyntax]
    /// Nil where the header does not say, which means `exact`.
    var sizes: SizesEntry?
    var body: [Statement]
}

/// A graph's text as a tree, before names and shapes mean anything.
public struct GraphSyntax: Sendable {
    var blocks: [BlockSyntax] = []
    var graph: GraphDeclaration?
    /// Names of blocks that have been complained about, so that their calls are not.
    var unreadableBlocks: Set<String> = []
}
