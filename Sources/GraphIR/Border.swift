/// What lies around a map that is made larger.
public enum Border: Hashable, Sendable {
    case constant(Double)
    /// The map in a mirror that lies on its outermost values, which are not repeated (PyTorch's `reflect`).
    case reflect
    /// Its outermost values.
    case replicate

    public static let zeros = Border.constant(0)

    /// What a position outside has; 0 where it is made of the map's own values.
    public var value: Double { if case .constant(let value) = self { value } else { 0 } }

    /// The place along an axis of `size` values whose value place `i` has, which may lie outside; nil for a constant.
    public func place(_ i: Int, size: Int) -> Int? {
        if (0..<size).contains(i) { return i }
        return switch self {
        case .constant: nil
        case .replicate: min(max(i, 0), size - 1)
        case .reflect: (size - 1) - abs((size - 1) - abs(i))
        }
    }
}

extension Border {
    /// Behind a border that is not of zeros.
    var attributes: [Attribute] {
        switch self {
        case .zeros: []
        case .constant(let value): [Attribute("border", value)]
        case .reflect: [Attribute("border", "reflect")]
        case .replicate: [Attribute("border", "replicate")]
        }
    }

    init(_ attributes: inout AttributeReader) throws(GraphTextError) {
        guard attributes.has("border") else {
            self = .zeros
            return
        }
        switch try attributes.word("border") {
        case "reflect": self = .reflect
        case "replicate": self = .replicate
        case let text:
            guard let value = Double(text) else {
                throw GraphTextError(
                    line: attributes.line, "expected a number, reflect or replicate for 'border', found '\(text)'")
            }
            self = .constant(value)
        }
    }

    /// What is wrong with a border along one axis; `before` places lie in front of the input's.
    func problems(input: Int, output: Int, before: Int) -> [String] {
        switch self {
        case .constant(let value): return notFinite("border", value)
        case .replicate: return []
        case .reflect:
            let widest = max(before, output - input - before)
            return widest < input ? [] : ["a map of \(input) places cannot be reflected by \(widest)"]
        }
    }
}
