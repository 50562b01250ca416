import GraphIR

/// Sums, differences, products and quotients of maps, and of maps with constants.
extension ONNXImporter {
    mutating func arithmetics(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue]? {
        switch node.op {
        case "Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Pow": [.map(try arithmetic(node))]
        default: nil
        }
    }

    private mutating func arithmetic(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        if node.inputs.count == 1 { return try anyMap(node) }
        guard node.inputs.count == 2 else {
            throw ExchangeError("it has \(node.inputs.count) operands, and the language combines two at a time")
        }
        switch (map(node, 0), map(node, 1)) {
        case (let a?, let b?): return try combined(a, b, node)
        case (let view?, nil): return try combined(view, try floats(node, 1, "operand 2"), node, isFirst: true)
        case (nil, let view?): return try combined(view, try floats(node, 0, "operand 1"), node, isFirst: false)
        case (nil, nil): throw ExchangeError("it has no map to work on")
        }
    }

    // MARK: Two maps

    private func symbol(_ op: String) -> String? { ["Add": "+", "Sum": "+", "Sub": "-", "Mul": "*", "Div": "/"][op] }

    private mutating func combined(_ a: MapView, _ b: MapView, _ node: ONNXNode) throws(ExchangeError) -> MapView {
        let (a, b) = try aligned(a, b)
        let template: String
        if let symbol = symbol(node.op) {
            template = "%0 \(symbol) %1"
        } else if node.op == "Max" || node.op == "Min" {
            template = node.op == "Max" ? "maximum(%0, %1)" : "minimum(%0, %1)"
        } else {
            throw ExchangeError("the language has no power of a map")
        }
        if node.op == "Mul", let view = try activation(a, b, node) { return view }
        let (first, second) = (statement(of: a), statement(of: b))
        if first.shape == second.shape { return try addFunction(template, [a, b], node) }
        // One value for each channel, or for each position.
        let isSmall = { (map: ImportedStatement, other: ImportedStatement) in
            map.channels == other.channels && map.extent == Extent(1) || map.channels == 1 && map.extent == other.extent
        }
        guard isSmall(first, second) || isSmall(second, first), symbol(node.op) != nil else {
            throw ExchangeError("maps of the shapes \(first.shape) and \(second.shape) cannot be combined")
        }
        let large = isSmall(first, second) ? b : a
        var result = try add(
            template, [a, b], channels: statement(of: large).channels, statement(of: large).extent, node)
        (result.shape, result.order) = (large.shape, large.order)
        return result
    }

    /// A product that is an activation of the language, written out: `x · sigmoid(x)`, `x · hardsigmoid(x)` and `gelu`.
    private mutating func activation(
        _ a: MapView, _ b: MapView, _ node: ONNXNode
    ) throws(ExchangeError) -> MapView? {
        for (x, factor) in [(a, b), (b, a)] {
            let statement = statement(of: factor)
            guard statement.operands == [x.statement] else { continue }
            if statement.template == "sigmoid(%0)" { return try addFunction("silu(%0)", [x], node) }
            if statement.template == "hardsigmoid(%0)" { return try addFunction("hardswish(%0)", [x], node) }
        }
        return try gelu(a, b, 1, node)
    }

    /// `x · (1 + erf(x / √2)) / 2`, whichever way its factors are grouped.
    /// - Parameter number: a factor that is known.
    private mutating func gelu(
        _ a: MapView, _ b: MapView?, _ number: Double, _ node: ONNXNode
    ) throws(ExchangeError) -> MapView? {
        var number = number
        var factors: [Int] = []
        var open = [a.statement] + (b.map { [$0.statement] } ?? [])
        // Ours are few: a product of many is another one.
        for _ in 0..<8 {
            guard factors.count < 3, let index = open.popLast() else { break }
            let statement = statements[index]
            if statement.template == "%0 * %1" {
                open += statement.operands
            } else if let factor = statement.factor {
                number *= factor
                open += statement.operands
            } else {
                factors.append(index)
            }
        }
        guard factors.count == 2, open.isEmpty, abs(number - 0.5) < 1e-6 else { return nil }
        for (x, sum) in [(factors[0], factors[1]), (factors[1], factors[0])]
        where statements[sum].template == "%0 + 1.0" {
            let erf = statements[statements[sum].operands[0]]
            guard erf.template == Self.errorFunction, let inside = erf.operands.first else { continue }
            let scaled = statements[inside]
            guard let factor = scaled.factor, abs(factor - 0.5.squareRoot()) < 1e-6, scaled.operands == [x] else {
                continue
            }
            var view = a
            view.statement = x
            return try addFunction("gelu(%0)", [view], node)
        }
        return nil
    }

    /// Both views of one kind.
    private func aligned(_ a: MapView, _ b: MapView) throws(ExchangeError) -> (MapView, MapView) {
        if a.order == b.order, a.order != .flat || a.shape == b.shape { return (a, b) }
        if let a = plain(a), let b = plain(b) { return (a, b) }
        // A map of one position is the same in any order.
        let isSmall = { (view: MapView) in statement(of: view).extent == Extent(1) }
        if isSmall(b), a.order != .flat { return (a, b) }
        if isSmall(a), b.order != .flat { return (a, b) }
        throw ExchangeError(
            "its operands have the shapes \(a.shape) and \(b.shape), with their axes in different orders")
    }

    // MARK: A map and a constant

    private mutating func combined(
        _ view: MapView, _ constant: ONNXTensor, _ node: ONNXNode, isFirst: Bool
    ) throws(ExchangeError) -> MapView {
        let numbers = constant.floats
        guard numbers.allSatisfy(\.isFinite), let first = numbers.first else {
            throw ExchangeError("its constant holds what is no finite number")
        }
        if numbers.allSatisfy({ $0 == first }), constant.shape.count <= view.shape.count {
            return try combined(view, first, node, isFirst: isFirst)
        }
        let map = statement(of: view)
        guard let channels = channelValues(constant, view, count: map.channels) else {
            throw ExchangeError(
                "its constant of shape \(constant.shape) differs from position to position, which the language cannot say"
            )
        }
        switch (node.op, isFirst) {
        case ("Add", _): return try affine(view, scale: nil, shift: channels, node)
        case ("Sub", true): return try affine(view, scale: nil, shift: channels.map { -$0 }, node)
        case ("Sub", false):
            return try affine(view, scale: channels.map { _ in -1 }, shift: channels, node)
        case ("Mul", _): return try affine(view, scale: channels, shift: nil, node)
        case ("Div", true):
            return try affine(view, scale: channels.map { 1 / $0 }, shift: nil, divisors: channels, node)
        default: throw ExchangeError("the language has no such function of a map and a number for each channel")
        }
    }

    private mutating func combined(
        _ view: MapView, _ number: Float, _ node: ONNXNode, isFirst: Bool
    ) throws(ExchangeError) -> MapView {
        if let symbol = symbol(node.op) {
            // What changes nothing.
            if number == 0 && (symbol == "+" || symbol == "-" && isFirst) { return view }
            if number == 1 && (symbol == "*" || symbol == "/" && isFirst) { return view }
            if symbol == "/" && isFirst && number == 0 { throw ExchangeError("it divides by 0") }
            if symbol == "+" && number < 0 { return try addFunction("%0 - \(-number)", [view], node) }
            if symbol == "-" && isFirst && number < 0 { return try addFunction("%0 + \(-number)", [view], node) }
            let isScale = symbol == "*"
            if isScale || symbol == "/" && isFirst,
                let view = try gelu(view, nil, isScale ? Double(number) : 1 / Double(number), node)
            {
                return view
            }
            if symbol == "+" && !isFirst { return try addFunction("%0 + \(number)", [view], node) }
            return try addFunction(
                isFirst && !isScale ? "%0 \(symbol) \(number)" : "\(number) \(symbol) %0", [view], node)
        }
        switch node.op {
        case "Max" where number == 0: return try addFunction("relu(%0)", [view], node)
        case "Max":
            return try addFunction("clamp(%0, min: \(number), max: \(Float.greatestFiniteMagnitude))", [view], node)
        case "Min":
            return try addFunction("clamp(%0, min: \(-Float.greatestFiniteMagnitude), max: \(number))", [view], node)
        case "Pow" where isFirst && number == 2: return try addFunction("%0 * %0", [view], node)
        case "Pow" where isFirst && number == 1: return view
        default: throw ExchangeError("the language has no power of a map other than its square")
        }
    }

    /// A number for each channel, where the constant is one that is the same at all positions.
    private func channelValues(_ constant: ONNXTensor, _ view: MapView, count: Int) -> [Float]? {
        // Shapes are compared from their ends.
        let shape = Array(repeating: 1, count: max(0, view.shape.count - constant.shape.count)) + constant.shape
        guard shape.count == view.shape.count, constant.values.count == count else { return nil }
        let axis = shape.firstIndex { $0 != 1 } ?? 0
        let isChannels = view.axis(axis) == 1 || statement(of: view).extent == Extent(1) && view.shape[axis] == count
        return isChannels && shape[axis] == count ? constant.floats : nil
    }

    /// What is done to an input's channels: constants, not something that is learnt.
    private mutating func prepared(
        _ view: MapView, scale: [Float]?, shift: [Float]?, _ divisors: [Float]?, isSole: Bool, _ node: ONNXNode
    ) throws(ExchangeError) -> MapView? {
        let map = statement(of: view)
        if let shift, scale == nil, inputs.contains(view.statement) {
            let ones = shift.map { _ in Float(1) }
            var result = try addFunction(Self.normalize(shift.map { -$0 }, ones), [view], node)
            statements[result.statement].means = shift.map { -$0 }
            (result.shape, result.order) = (view.shape, view.order)
            return result
        }
        guard let scale, shift == nil, isSole, let means = map.means, scale.allSatisfy({ $0 > 0 }) else { return nil }
        statements[view.statement].template = Self.normalize(means, divisors ?? scale.map { 1 / $0 })
        statements[view.statement].means = nil
        if isOwn { statements[view.statement].name = node.name }
        return view
    }

    private static func normalize(_ means: [Float], _ deviations: [Float]) -> String {
        let list = { (numbers: [Float]) in numbers.map { "\($0)" }.joined(separator: ", ") }
        return "normalize(%0, mean: [\(list(means))], std: [\(list(deviations))])"
    }

    /// Each channel times a number plus a number: into the statement before it, where that has such numbers already and nobody else
    /// reads it, else as a convolution of each channel by itself.
    private mutating func affine(
        _ view: MapView, scale: [Float]?, shift: [Float]?, divisors: [Float]? = nil, _ node: ONNXNode
    ) throws(ExchangeError) -> MapView {
        let map = statement(of: view)
        let isSole = node.inputs.allSatisfy { name in
            if case .map = values[name] { uses[name] == 1 } else { true }
        }
        if let view = try prepared(view, scale: scale, shift: shift, divisors, isSole: isSole, node) { return view }
        if map.isAffine, isSole {
            statements[view.statement].apply(scale: scale, shift: shift)
            if isOwn { statements[view.statement].name = node.name }
            return view
        }
        let count = map.channels
        var result = try add(
            "conv(%0, \(count), kernel: 1, groups: \(count))", [view], channels: count, map.extent, node,
            parameters: [
                ImportedStatement.Parameter(
                    suffix: "weight", shape: [count, 1, 1, 1], values: scale ?? Array(repeating: 1, count: count)),
                ImportedStatement.Parameter(
                    suffix: "bias", shape: [count], values: shift ?? Array(repeating: 0, count: count)),
            ])
        statements[result.statement].isAffine = true
        (result.shape, result.order) = (view.shape, view.order)
        return result
    }
}

extension ImportedStatement {
    /// The number that it multiplies a map with; nil for other statements.
    fileprivate var factor: Double? {
        if template.hasSuffix(" * %0") { return Double(template.dropLast(" * %0".count)) }
        return template.hasPrefix("%0 / ") ? Double(template.dropFirst("%0 / ".count)).map { 1 / $0 } : nil
    }

    /// Scales and shifts what the statement's own weight and bias scale and shift.
    mutating func apply(scale: [Float]?, shift: [Float]?) {
        if let scale {
            for index in parameters.indices {
                for channel in scale.indices { parameters[index].values[channel] *= scale[channel] }
            }
        }
        if let shift, let bias = parameters.indices.last {
            for channel in shift.indices { parameters[bias].values[channel] += shift[channel] }
        }
    }
}
