/// What has made a node that nobody wrote.
public enum Derivation: Hashable, Sendable {
    /// Differentiation, of the statement of that name.
    case backward(of: String)
    /// The optimiser's step on the parameter of that name.
    case update(of: String)
    /// In words.
    case other(String)
}

extension Derivation: CustomStringConvertible, ExpressibleByStringInterpolation {
    /// As text forms show it: `backward of dec1_1`.
    public var description: String {
        switch self {
        case .backward(let name): Self.backward + name
        case .update(let name): Self.update + name
        case .other(let words): words
        }
    }

    /// Reads what `description` says.
    public init(_ description: String) {
        if description.hasPrefix(Self.backward) {
            self = .backward(of: String(description.dropFirst(Self.backward.count)))
        } else if description.hasPrefix(Self.update) {
            self = .update(of: String(description.dropFirst(Self.update.count)))
        } else {
            self = .other(description)
        }
    }

    public init(stringLiteral description: String) { self.init(description) }

    private static let backward = "backward of "
    private static let update = "update of "
}
