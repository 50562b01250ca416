/// What is known before the net runs: arithmetic of shapes, constants of all kinds.
extension ONNXImporter {
    /// Computes a node whose results are constants.
    /// - Returns: false for what works on maps.
    mutating func fold(_ node: ONNXNode) throws(ExchangeError) -> Bool {
        if let tensor = try constantValue(node) {
            guard let name = node.outputs.first else { return true }
            values[name] = .constant(
                ONNXTensor(name: tensor.name.isEmpty ? name : tensor.name, shape: tensor.shape, values: tensor.values))
            return true
        }
        return false
    }

    private mutating func constantValue(_ node: ONNXNode) throws(ExchangeError) -> ONNXTensor? {
        switch node.op {
        case "Constant": return try literal(node)
        case "Shape":
            let shape = try shape(node)
            let range = Self.range(
                node.integer("start", default: 0), node.integer("end", default: shape.count), shape.count)
            return Self.list(Array(shape[range]))
        case "CastLike":
            guard let tensor = constant(node, 0) else { return nil }
            // What is no constant is a map, which is of floats.
            switch constant(node, 1)?.values {
            case nil, .floats: return Self.cast(tensor, toFloats: true)
            case .integers, .bytes: return Self.cast(tensor, toFloats: false)
            }
        case "Size": return Self.number(try shape(node).reduce(1, *))
        default: break
        }
        var operands: [ONNXTensor] = []
        for (position, name) in node.inputs.enumerated() where !name.isEmpty {
            guard let tensor = constant(node, position) else { return nil }
            operands.append(tensor)
        }
        guard let first = operands.first else { return nil }
        switch node.op {
        case "Identity", "Dropout": return first
        case "Cast":
            return Self.cast(first, toFloats: ONNXElement(rawValue: node.integer("to", default: 1))?.isFloat ?? true)
        case "Gather":
            let tensor = try Self.gathered(first, operands, axis: node.integer("axis", default: 0))
            try allowed([tensor.values.count])
            return tensor
        case "Concat":
            try allowed([operands.reduce(0) { $0 + $1.values.count }])
            return try Self.joined(operands, axis: node.integer("axis", default: 0))
        case "Unsqueeze", "Squeeze", "Reshape", "Flatten": return try Self.viewed(first, operands, node)
        case "Transpose": return try Self.turned(first, node.integers("perm"))
        case "Slice": return try Self.cut(first, operands, node)
        case "ConstantOfShape": return try filled(first, node)
        case "Expand": return try expanded(first, operands)
        case "Range": return try range(operands)
        case "ReduceProd": return Self.reduced(first, node) { $0 * $1 }
        case "ReduceSum": return Self.reduced(first, node) { $0 + $1 }
        case "ReduceMax": return Self.reduced(first, node, max)
        case "ReduceMin": return Self.reduced(first, node, min)
        default:
            if let function = Self.unary[node.op], operands.count == 1 { return Self.apply(function, first) }
            if let function = Self.binary[node.op], operands.count == 2 {
                return try combined(operands[0], operands[1], isTruth: Self.truths.contains(node.op), function)
            }
            if node.op == "Where", operands.count == 3 { return try chosen(operands) }
            return nil
        }
    }

    private static let unary: [String: @Sendable (Double) -> Double] = [
        "Neg": { -$0 }, "Abs": { abs($0) }, "Floor": { $0.rounded(.down) }, "Ceil": { $0.rounded(.up) },
        "Round": { $0.rounded(.toNearestOrEven) }, "Sqrt": { $0.squareRoot() }, "Reciprocal": { 1 / $0 },
        "Not": { $0 == 0 ? 1 : 0 },
    ]

    private static let binary: [String: @Sendable (Double, Double) -> Double] = [
        "Add": { $0 + $1 }, "Sub": { $0 - $1 }, "Mul": { $0 * $1 }, "Div": { $0 / $1 }, "Min": { min($0, $1) },
        "Max": { max($0, $1) }, "Equal": { $0 == $1 ? 1 : 0 }, "Less": { $0 < $1 ? 1 : 0 },
        "Greater": { $0 > $1 ? 1 : 0 }, "LessOrEqual": { $0 <= $1 ? 1 : 0 }, "GreaterOrEqual": { $0 >= $1 ? 1 : 0 },
        "And": { $0 != 0 && $1 != 0 ? 1 : 0 }, "Or": { $0 != 0 || $1 != 0 ? 1 : 0 },
        "Mod": { $1 == 0 ? .nan : $0 - $1 * ($0 / $1).rounded(.down) },
    ]
    private static let truths: Set = ["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And", "Or"]

    // MARK: Leaves

    private func literal(_ node: ONNXNode) throws(ExchangeError) -> ONNXTensor {
        for attribute in node.attributes {
            switch (attribute.name, attribute.value) {
            case ("value", .tensor(let tensor)): return tensor
            case ("value_int", .integer(let number)): return Self.number(number)
            case ("value_ints", .integers(let numbers)): return Self.list(numbers)
            case ("value_float", .float(let number)): return ONNXTensor(name: "", shape: [], values: .floats([number]))
            case ("value_floats", .floats(let numbers)):
                return ONNXTensor(name: "", shape: [numbers.count], values: .floats(numbers))
            default: continue
            }
        }
        throw ExchangeError("it has no value that is read")
    }

    private func shape(_ node: ONNXNode) throws(ExchangeError) -> [Int] {
        if let view = map(node, 0) { return view.shape }
        if let tensor = constant(node, 0) { return tensor.shape }
        throw ExchangeError("it is of what is no map")
    }

    private static func number(_ number: Int) -> ONNXTensor {
        ONNXTensor(name: "", shape: [], values: .integers([number]))
    }
    private static func list(_ numbers: [Int]) -> ONNXTensor {
        ONNXTensor(name: "", shape: [numbers.count], values: .integers(numbers))
    }

    /// Places counted from the end, and beyond it, as slices have them.
    private static func range(_ start: Int, _ end: Int, _ count: Int) -> Range<Int> {
        let place = { (value: Int) in min(count, max(0, value < 0 ? value + count : value)) }
        let lower = place(start)
        return lower..<max(lower, place(end))
    }

    private static func cast(_ tensor: ONNXTensor, toFloats: Bool) -> ONNXTensor {
        switch (tensor.values, toFloats) {
        case (.floats(let numbers), false):
            let integers = numbers.map { $0.isFinite && abs($0) < 0x1p62 ? Int($0) : 0 }
            return ONNXTensor(name: tensor.name, shape: tensor.shape, values: .integers(integers))
        case (.integers, true), (.bytes, true):
            return ONNXTensor(name: tensor.name, shape: tensor.shape, values: .floats(tensor.floats))
        default: return tensor
        }
    }

    // MARK: Shapes of constants

    private static func viewed(
        _ tensor: ONNXTensor, _ operands: [ONNXTensor], _ node: ONNXNode
    ) throws(ExchangeError) -> ONNXTensor {
        var shape = tensor.shape
        let numbers = operands.count > 1 ? operands[1].integers : nil
        switch node.op {
        case "Unsqueeze":
            let axes = node.integers("axes") ?? numbers ?? []
            let rank = shape.count + axes.count
            for axis in axes.map({ $0 < 0 ? $0 + rank : $0 }).sorted() {
                guard (0...shape.count).contains(axis) else { throw ExchangeError("its axes \(axes) make no sense") }
                shape.insert(1, at: axis)
            }
        case "Squeeze":
            let axes = (node.integers("axes") ?? numbers)?.map { $0 < 0 ? $0 + shape.count : $0 }
            shape = shape.enumerated().filter { axis, size in !(axes?.contains(axis) ?? (size == 1)) }.map(\.element)
        case "Flatten":
            let axis = node.integer("axis", default: 1)
            let first = min(shape.count, max(0, axis < 0 ? axis + shape.count : axis))
            var sizes = [1, 1]
            for (place, size) in shape.enumerated() { sizes[place < first ? 0 : 1] *= size }
            shape = sizes
        default:
            shape = numbers ?? node.integers("shape") ?? shape
            for (axis, size) in shape.enumerated() where size == 0 && axis < tensor.shape.count {
                shape[axis] = tensor.shape[axis]
            }
            if let open = shape.firstIndex(of: -1) {
                var rest = shape
                rest.remove(at: open)
                let known = try count(rest)
                shape[open] = known == 0 ? 0 : tensor.values.count / known
            }
        }
        guard try count(shape) == tensor.values.count else {
            throw ExchangeError("the shape \(shape) does not fit a constant of shape \(tensor.shape)")
        }
        return ONNXTensor(name: tensor.name, shape: shape, values: tensor.values)
    }

    /// The elements of a shape that is not too large.
    private static func count(_ shape: [Int]) throws(ExchangeError) -> Int {
        var count = 1
        for size in shape {
            guard (0..<1 << 31).contains(size), count * size < 1 << 31 else {
                throw ExchangeError("the shape \(shape) makes no sense")
            }
            count *= size
        }
        return count
    }

    /// The numbers at some places, as the tensor has them.
    private static func taken(_ tensor: ONNXTensor, shape: [Int], _ places: [Int]) throws(ExchangeError) -> ONNXTensor {
        let count = tensor.values.count
        guard places.allSatisfy({ (0..<count).contains($0) }) else {
            throw ExchangeError("it asks for what is not there")
        }
        let values: ONNXTensor.Values =
            switch tensor.values {
            case .floats(let numbers): .floats(places.map { numbers[$0] })
            case .integers(let numbers): .integers(places.map { numbers[$0] })
            case .bytes(let numbers): .bytes(places.map { numbers[$0] })
            }
        return ONNXTensor(name: tensor.name, shape: shape, values: values)
    }

    private static func turned(_ tensor: ONNXTensor, _ order: [Int]?) throws(ExchangeError) -> ONNXTensor {
        let rank = tensor.shape.count
        let axes = order ?? Array((0..<rank).reversed())
        guard axes.sorted() == Array(0..<rank) else { throw ExchangeError("its order of axes \(axes) makes no sense") }
        let shape = axes.map { tensor.shape[$0] }
        let steps = strides(tensor.shape)
        return try taken(tensor, shape: shape, places(shape, axes.map { steps[$0] }))
    }

    private static func strides(_ shape: [Int]) -> [Int] {
        var steps = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
        return steps
    }

    /// Of each element of a shape its place, by how far a step along each axis leads.
    private static func places(_ shape: [Int], _ steps: [Int], from start: Int = 0) -> [Int] {
        var places = [start]
        for (size, step) in zip(shape, steps) {
            places = places.flatMap { place in (0..<size).map { place + $0 * step } }
        }
        return places
    }

    private static func gathered(
        _ tensor: ONNXTensor, _ operands: [ONNXTensor], axis: Int
    ) throws(ExchangeError) -> ONNXTensor {
        let place = axis < 0 ? axis + tensor.shape.count : axis
        guard operands.count == 2, let indices = operands[1].integers, tensor.shape.indices.contains(place) else {
            throw ExchangeError("what it takes makes no sense")
        }
        let size = tensor.shape[place]
        let (outer, inner) = (tensor.shape[..<place].reduce(1, *), tensor.shape[(place + 1)...].reduce(1, *))
        guard indices.count * outer * inner < 1 << 24, indices.allSatisfy({ (-size..<size).contains($0) }) else {
            throw ExchangeError("it asks for what is not there")
        }
        let places = (0..<outer).flatMap { row in
            indices.flatMap { index in
                (0..<inner).map { (row * size + (index < 0 ? index + size : index)) * inner + $0 }
            }
        }
        return try taken(
            tensor, shape: Array(tensor.shape[..<place]) + operands[1].shape + Array(tensor.shape[(place + 1)...]),
            places)
    }

    private static func joined(_ operands: [ONNXTensor], axis: Int) throws(ExchangeError) -> ONNXTensor {
        let first = operands[0]
        let place = axis < 0 ? axis + first.shape.count : axis
        guard first.shape.indices.contains(place) else { throw ExchangeError("axis \(axis) makes no sense") }
        var shape = first.shape
        shape[place] = 0
        for operand in operands {
            var rest = operand.shape
            guard rest.count == shape.count else { throw ExchangeError("it joins constants of different shapes") }
            shape[place] += rest[place]
            rest[place] = first.shape[place]
            guard rest == first.shape else { throw ExchangeError("it joins constants of different shapes") }
        }
        let outer = shape[..<place].reduce(1, *)
        let parts = operands.map { (floats: $0.floats, integers: $0.integers, count: $0.values.count / max(1, outer)) }
        if let integers = parts.map(\.integers) as? [[Int]] {
            let rows = (0..<outer).flatMap { row in
                zip(integers, parts).flatMap { $0[row * $1.count..<(row + 1) * $1.count] }
            }
            return ONNXTensor(name: "", shape: shape, values: .integers(rows))
        }
        let rows = (0..<outer).flatMap { row in parts.flatMap { $0.floats[row * $0.count..<(row + 1) * $0.count] } }
        return ONNXTensor(name: "", shape: shape, values: .floats(rows))
    }

    private static func cut(
        _ tensor: ONNXTensor, _ operands: [ONNXTensor], _ node: ONNXNode
    ) throws(ExchangeError) -> ONNXTensor {
        let lists = operands.dropFirst().map(\.integers)
        let starts = node.integers("starts") ?? lists.first.flatMap { $0 } ?? []
        let ends = node.integers("ends") ?? (lists.count > 1 ? lists[1] : nil) ?? []
        let axes = node.integers("axes") ?? (lists.count > 2 ? lists[2] : nil) ?? Array(starts.indices)
        let steps = (lists.count > 3 ? lists[3] : nil) ?? starts.map { _ in 1 }
        guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count,
            Set(axes.map { $0 < 0 ? $0 + tensor.shape.count : $0 }).count == axes.count
        else {
            throw ExchangeError("where it begins and ends makes no sense")
        }
        var (shape, start, distances) = (tensor.shape, 0, strides(tensor.shape))
        for (index, axis) in axes.enumerated() {
            let place = axis < 0 ? axis + shape.count : axis
            guard shape.indices.contains(place), steps[index] != 0, steps[index].magnitude < 1 << 31 else {
                throw ExchangeError("where it begins and ends makes no sense")
            }
            let picked = picked(shape[place], starts[index], ends[index], step: steps[index])
            start += picked.first * distances[place]
            shape[place] = picked.count
            distances[place] *= steps[index]
        }
        guard shape.allSatisfy({ $0 > 0 }) else { return ONNXTensor(name: "", shape: shape, values: .integers([])) }
        return try taken(tensor, shape: shape, places(shape, distances, from: start))
    }

    private static func picked(_ size: Int, _ start: Int, _ end: Int, step: Int) -> (first: Int, count: Int) {
        if step > 0 {
            let range = range(start, end, size)
            return (range.lowerBound, (range.count + step - 1) / step)
        }
        let place = { (value: Int) in min(size - 1, max(-1, value < 0 ? value + size : value)) }
        let (first, last) = (place(start), end < -size ? -1 : place(end))
        return (max(0, first), first > last ? (first - last - step - 1) / -step : 0)
    }

    // MARK: Made from a shape

    private mutating func filled(_ shape: ONNXTensor, _ node: ONNXNode) throws(ExchangeError) -> ONNXTensor {
        let sizes = shape.integers ?? []
        let count = try allowed(sizes)
        guard case .tensor(let value) = node.attribute("value") else {
            return ONNXTensor(name: "", shape: sizes, values: .floats(Array(repeating: 0, count: count)))
        }
        if let number = value.integers?.first {
            return ONNXTensor(name: "", shape: sizes, values: .integers(Array(repeating: number, count: count)))
        }
        return ONNXTensor(
            name: "", shape: sizes, values: .floats(Array(repeating: value.floats.first ?? 0, count: count)))
    }

    /// The elements of what is made, where it is not too much.
    @discardableResult
    private mutating func allowed(_ shape: [Int]) throws(ExchangeError) -> Int {
        let count = try Self.count(shape)
        foldable -= count
        guard foldable >= 0 else { throw ExchangeError("the constants of the model become too large") }
        return count
    }

    private mutating func expanded(_ tensor: ONNXTensor, _ operands: [ONNXTensor]) throws(ExchangeError) -> ONNXTensor {
        let sizes = operands.count > 1 ? operands[1].integers ?? [] : []
        let ones = ONNXTensor(name: "", shape: sizes, values: .integers([]))
        let shape = try common(tensor.shape, ones.shape)
        try allowed(shape)
        return try Self.taken(tensor, shape: shape, Self.places(shape, Self.steps(tensor.shape, in: shape)))
    }

    private mutating func range(_ operands: [ONNXTensor]) throws(ExchangeError) -> ONNXTensor? {
        guard operands.count == 3, let start = operands[0].integers?.first, let end = operands[1].integers?.first,
            let step = operands[2].integers?.first, step != 0, start.magnitude < 1 << 31,
            end.magnitude < 1 << 31, step.magnitude < 1 << 31
        else { return nil }
        try allowed([max(0, (end - start) / step)])
        return Self.list(Array(stride(from: start, to: end, by: step)))
    }

    // MARK: Arithmetic

    private static func apply(_ function: (Double) -> Double, _ tensor: ONNXTensor) -> ONNXTensor {
        if let integers = tensor.integers {
            return ONNXTensor(
                name: "", shape: tensor.shape, values: .integers(integers.map { whole(function(Double($0))) }))
        }
        return ONNXTensor(
            name: "", shape: tensor.shape, values: .floats(tensor.floats.map { Float(function(Double($0))) }))
    }

    /// Quotients of whole numbers are cut off.
    private static func whole(_ value: Double) -> Int { value.isFinite && abs(value) < 0x1p62 ? Int(value) : 0 }

    private func common(_ a: [Int], _ b: [Int]) throws(ExchangeError) -> [Int] {
        let rank = max(a.count, b.count)
        let (first, second) = (
            Array(repeating: 1, count: rank - a.count) + a, Array(repeating: 1, count: rank - b.count) + b
        )
        guard zip(first, second).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else {
            throw ExchangeError("constants of the shapes \(a) and \(b) cannot be combined")
        }
        return zip(first, second).map { $0 == 1 ? $1 : $0 }
    }

    /// How far a step along each axis of the common shape leads in a tensor.
    private static func steps(_ shape: [Int], in common: [Int]) -> [Int] {
        let missing = common.count - shape.count
        let own = strides(shape)
        return common.indices.map { axis in
            axis < missing || shape[axis - missing] == 1 ? 0 : own[axis - missing]
        }
    }

    private mutating func combined(
        _ a: ONNXTensor, _ b: ONNXTensor, isTruth: Bool, _ function: (Double, Double) -> Double
    ) throws(ExchangeError) -> ONNXTensor {
        let shape = try common(a.shape, b.shape)
        try allowed(shape)
        let places = zip(
            Self.places(shape, Self.steps(a.shape, in: shape)), Self.places(shape, Self.steps(b.shape, in: shape)))
        if let first = a.integers, let second = b.integers {
            let numbers = places.map { Self.whole(function(Double(first[$0]), Double(second[$1]))) }
            return ONNXTensor(name: "", shape: shape, values: .integers(numbers))
        }
        let (first, second) = (a.floats, b.floats)
        let numbers = places.map { function(Double(first[$0]), Double(second[$1])) }
        return ONNXTensor(
            name: "", shape: shape,
            values: isTruth ? .integers(numbers.map(Self.whole)) : .floats(numbers.map(Float.init)))
    }

    private mutating func chosen(_ operands: [ONNXTensor]) throws(ExchangeError) -> ONNXTensor {
        let shape = try common(try common(operands[0].shape, operands[1].shape), operands[2].shape)
        try allowed(shape)
        let places = operands.map { Self.places(shape, Self.steps($0.shape, in: shape)) }
        let conditions = operands[0].floats
        let indices = places[0].indices
        if let first = operands[1].integers, let second = operands[2].integers {
            let numbers = indices.map { conditions[places[0][$0]] != 0 ? first[places[1][$0]] : second[places[2][$0]] }
            return ONNXTensor(name: "", shape: shape, values: .integers(numbers))
        }
        let (first, second) = (operands[1].floats, operands[2].floats)
        let numbers = indices.map { conditions[places[0][$0]] != 0 ? first[places[1][$0]] : second[places[2][$0]] }
        return ONNXTensor(name: "", shape: shape, values: .floats(numbers))
    }

    /// Of all elements, as shapes need it.
    private static func reduced(_ tensor: ONNXTensor, _ node: ONNXNode, _ function: (Int, Int) -> Int) -> ONNXTensor? {
        guard let numbers = tensor.integers, let first = numbers.first, tensor.shape.count <= 1 else { return nil }
        let result = numbers.dropFirst().reduce(first) { a, b in
            let values = (Double(a), Double(b))
            return abs(values.0) < 0x1p31 && abs(values.1) < 0x1p31 ? function(a, b) : 0
        }
        return node.integer("keepdims", default: 1) == 1 && tensor.shape.count == 1 ? list([result]) : number(result)
    }
}
