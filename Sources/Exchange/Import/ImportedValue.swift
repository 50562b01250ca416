import GraphIR

/// What a name of the file stands for while it is read.
enum ImportedValue {
    /// Known now, whatever the net is given.
    case constant(ONNXTensor)
    case map(MapView)
    /// Where a pooling found its maxima: the number of its statement.
    case places(Int)
    /// Maps of one shape along a new first axis.
    case stack([MapView])
    /// Made of what has been refused already.
    case refused
}

/// A feature map of the graph as the file sees it: with its axes in another order, or with others.
struct MapView {
    enum Order: Equatable {
        /// `[N, C, H, W]`.
        case plain
        /// The elements in their order, under another shape.
        case flat
        /// Axis `i` is axis `axes[i]` of `[N, C, H, W]`.
        case permuted([Int])
    }

    /// The statement that makes it.
    var statement: Int
    /// With the batch in front.
    var shape: [Int]
    var order = Order.plain

    /// Where an axis of the view lies on `[N, C, H, W]`; nil where it is none of these.
    func axis(_ axis: Int) -> Int? {
        let axis = axis < 0 ? axis + shape.count : axis
        guard shape.indices.contains(axis) else { return nil }
        switch order {
        case .plain: return axis
        case .flat: return nil
        case .permuted(let axes): return axes[axis]
        }
    }
}

/// A statement of the graph's text.
struct ImportedStatement {
    struct Parameter {
        var suffix: String
        var shape: [Int]
        var values: [Float]
    }

    /// The expression; `%0` stands for the first operand.
    var template: String
    /// Statements.
    var operands: [Int]
    var channels: Int
    var extent: Extent
    var parameters: [Parameter] = []
    /// What it is called, if that is legal and free.
    var name: String
    /// What its weight is called in the file, without `.weight`.
    var weightName: String?
    /// The node of the file that it comes from, for the comment.
    var source: String
    /// Of an input from whose channels these are taken, and which may be divided yet.
    var means: [Float]?
    /// A normalisation or a scaling of channels that takes in those which follow.
    var isAffine = false

    var shape: [Int] { [channels, extent.height, extent.width] }

    /// The name that its operator has in the language, by which the compiler calls values inside a statement.
    var word: String {
        if let call = template.firstIndex(of: "("), !template.hasPrefix("%"), template.first?.isLetter ?? false {
            return String(template[..<call])
        }
        guard operands.count == 2 else {
            if template.hasSuffix("/ %0") { return "reciprocal" }
            return template.contains("*") || template.contains("/") ? "scale" : "offset"
        }
        return ["+": "add", "-": "sub", "*": "mul", "/": "div"].first { template.contains(" \($0.key) ") }?.value ?? ""
    }
}
