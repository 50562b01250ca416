import Diagnostics
import GraphIR

/// What an expression stands for.
enum Value {
    case tensor(NodeID)
    case integer(Int)
    case real(Double)
    case boolean(Bool)
    /// Could not be worked out, which has been reported: whoever uses it keeps silent.
    case invalid

    var isInvalid: Bool {
        if case .invalid = self { true } else { false }
    }
}

/// A name, what it stands for, and where it was defined.
struct Binding {
    enum Role: String {
        case parameter = "graph parameter"
        case input
        case target
        case value
        case output
        case argument
    }

    var name: Name
    var value: Value
    var role: Role
    var isUsed = false
}

/// Names in the order of their definition.
struct Scope {
    private var bindings: [String: Binding] = [:]
    private(set) var names: [String] = []

    subscript(name: String) -> Binding? { bindings[name] }

    mutating func define(_ binding: Binding) {
        if bindings.updateValue(binding, forKey: binding.name.text) == nil { names.append(binding.name.text) }
    }

    mutating func markUsed(_ name: String) { bindings[name]?.isUsed = true }

    /// In order of definition.
    var unused: [Binding] { names.compactMap { bindings[$0] }.filter { !$0.isUsed } }
}

/// The body being elaborated: the graph's, or one call of a block.
struct Frame {
    var scope = Scope()
    /// Names that the body defines, for telling "not yet" from "never".
    var definitions: [String: SourceRange] = [:]
    /// Full name of the call, such as `enc1`; empty for the graph.
    var prefix = ""
    /// Nil for the graph.
    var block: BlockDeclaration?
    /// The call that this body belongs to; nil for the graph.
    var call: SourceRange?

    func fullName(_ name: String) -> String { prefix.isEmpty ? name : prefix + "." + name }
}

/// A block and where it may be seen from.
struct BlockDeclaration {
    var syntax: BlockSyntax
    /// Declared inside the graph, so that the graph's parameters are visible in it.
    var isInGraph: Bool
    var isUsed = false
}
