/// Functions of each element.
extension ONNXImporter {
    mutating func functions(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue]? {
        switch node.op {
        case "Identity", "Dropout", "Cast", "CastLike": return [.map(try anyMap(node))]
        case "Softmax": return [.map(try softmax(node))]
        case "Clip": return [.map(try clip(node))]
        case "HardSigmoid": return [.map(try hardSigmoid(node))]
        case "PRelu": return [.map(try slopes(node))]
        default:
            guard let template = template(node) else { return nil }
            return [.map(try addFunction(template, [try anyMap(node)], node))]
        }
    }

    /// Those that are a call with numbers.
    private func template(_ node: ONNXNode) -> String? {
        switch node.op {
        case "Relu": return "relu(%0)"
        case "Sigmoid": return "sigmoid(%0)"
        case "Tanh": return "tanh(%0)"
        case "Exp": return "exp(%0)"
        case "Log": return "log(%0)"
        case "Abs": return "abs(%0)"
        case "Neg": return "-1.0 * %0"
        case "Reciprocal": return "reciprocal(%0)"
        case "Softplus": return "softplus(%0)"
        case "HardSwish": return "hardswish(%0)"
        case "Erf": return Self.errorFunction
        case "LeakyRelu": return "leaky_relu(%0, slope: \(node.float("alpha", default: 0.01)))"
        case "Elu":
            let alpha = node.float("alpha", default: 1)
            return alpha == 1 ? "elu(%0)" : "elu(%0, alpha: \(alpha))"
        case "Gelu":
            let isApproximate = node.text("approximate", default: "none") == "tanh"
            return isApproximate ? "gelu(%0, approximate: tanh)" : "gelu(%0)"
        default: return nil
        }
    }

    /// Over the channels of each position, whichever axis these are of the view.
    private mutating func softmax(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let axis = node.integer("axis", default: model.opset < 13 ? 1 : -1)
        let position = axis < 0 ? axis + view.shape.count : axis
        guard view.shape.indices.contains(position) else { throw ExchangeError("axis \(axis) makes no sense") }
        // Before version 13 all axes from that one on counted as one.
        let isWhole = model.opset >= 13 || view.shape.dropFirst(position + 1).allSatisfy { $0 == 1 }
        guard isWhole, view.axis(axis) == 1 || plain(view) != nil && position == 1 else {
            throw ExchangeError("it is over other axes than the channels of each position")
        }
        return try addFunction("softmax(%0)", [view], node)
    }

    private mutating func clip(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let bound = { (importer: ONNXImporter, name: String, position: Int) throws(ExchangeError) -> Float? in
            if case .float(let number) = node.attribute(name) { return number }
            guard importer.has(node, position) else { return nil }
            return try importer.floats(node, position, "its \(name)imum").floats.first
        }
        let lower = try bound(self, "min", 1).flatMap { $0 <= -.greatestFiniteMagnitude ? nil : $0 }
        let upper = try bound(self, "max", 2).flatMap { $0 >= .greatestFiniteMagnitude ? nil : $0 }
        let template =
            switch (lower, upper) {
            case (0, 6): "relu6(%0)"
            case (0, nil): "relu(%0)"
            case (nil, nil): ""
            case (let lower, let upper):
                "clamp(%0, min: \(lower ?? -.greatestFiniteMagnitude), max: \(upper ?? .greatestFiniteMagnitude))"
            }
        return template.isEmpty ? view : try addFunction(template, [view], node)
    }

    /// `min(max(alpha x + beta, 0), 1)`
    private mutating func hardSigmoid(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let (alpha, beta) = (node.float("alpha", default: 0.2), node.float("beta", default: 0.5))
        let isUsual = abs(alpha - 1 / 6) < 1e-6 && beta == 0.5
        return try addFunction(
            isUsual ? "hardsigmoid(%0)" : "clamp(\(alpha) * %0 + \(beta), min: 0, max: 1)", [try anyMap(node)], node)
    }

    private mutating func slopes(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let slopes = try floats(node, 1, "the slope").floats
        guard let first = slopes.first, slopes.allSatisfy({ $0 == first }) else {
            throw ExchangeError("the language has no slopes for each channel", hint: "use leaky_relu")
        }
        return try addFunction("leaky_relu(%0, slope: \(first))", [try anyMap(node)], node)
    }

    /// Not of the language, but for what `gelu` is made of; one that is left over is refused by the writer.
    static let errorFunction = "erf(%0)"
}
