/// Puts what surrounds a net into its model: bytes `[N, H, W, C]` of any size go in, and a mask of that size comes out.
///
/// Pictures are resized as in training and masks as `predict` does it: by triangle filters, which are matrices that the model computes
/// from the sizes. (`Resize` with antialiasing differs from program to program.)
extension ONNXModel {
    /// - Throws: `ExchangeError` for nets of several inputs, and where the output has another size than the input.
    package func takingPictures(_ form: PictureForm) throws(ExchangeError) -> ONNXModel {
        guard graph.inputs.count == 1, let input = graph.inputs.first, let shape = input.fixedMap else {
            throw ExchangeError(
                "pictures go into nets of one input of a fixed size", hint: "leave out --pictures or --dynamic")
        }
        guard let output = graph.outputs.first(where: { $0.name == form.output }), let result = output.fixedMap else {
            throw ExchangeError("the net has no output \"\(form.output)\" of a fixed size")
        }
        guard result[1...] == shape[1...] else {
            throw ExchangeError(
                "output \"\(form.output)\" is \(result[1]) x \(result[2]), and the input \(shape[1]) x \(shape[2]): the rest of "
                    + "the mask is not known", hint: "leave out --pictures")
        }
        var builder = PictureBuilder(graph, form)
        builder.prepare(input.name, shape)
        builder.graph.nodes += graph.nodes
        builder.finish(output.name, channels: result[0], size: Array(shape[1...]))
        var model = self
        model.graph = builder.graph
        return model
    }
}

extension ONNXValue {
    /// Channels, height and width, where they are fixed.
    fileprivate var fixedMap: [Int]? {
        guard let shape, shape.count == 4 else { return nil }
        let sizes = shape.dropFirst().compactMap { if case .fixed(let size) = $0 { size } else { nil } }
        return sizes.count == 3 ? sizes : nil
    }
}

private struct PictureBuilder {
    var graph: ONNXGraph
    private let form: PictureForm
    private var taken: Set<String>
    /// Values: the picture's height and width.
    private var height = ""
    private var width = ""

    init(_ graph: ONNXGraph, _ form: PictureForm) {
        self.form = form
        taken = Set(graph.initializers.map(\.name) + graph.inputs.map(\.name) + graph.nodes.flatMap(\.outputs))
        self.graph = graph
        self.graph.nodes = []
    }

    // MARK: Building

    private mutating func unused(_ name: String) -> String {
        var unused = name
        while !taken.insert(unused).inserted { unused += "_" }
        return unused
    }

    private mutating func add(
        _ op: String, _ inputs: [String], _ attributes: [(String, ONNXAttribute.Value)] = [], as output: String? = nil
    ) -> String {
        let name = output ?? unused("pictures.\(op)")
        graph.nodes.append(
            ONNXNode(
                name: name, op: op, inputs: inputs, outputs: [name],
                attributes: attributes.map { ONNXAttribute(name: $0.0, value: $0.1) }))
        return name
    }

    private mutating func number(_ name: String, _ values: [Double], shape: [Int] = []) -> String {
        let name = unused("pictures.\(name)")
        graph.initializers.append(ONNXTensor(name: name, shape: shape, values: .floats(values.map(Float.init))))
        return name
    }

    private mutating func integers(_ name: String, _ values: [Int], shape: [Int]) -> String {
        let name = unused("pictures.\(name)")
        graph.initializers.append(ONNXTensor(name: name, shape: shape, values: .integers(values)))
        return name
    }

    private func cast(to element: ONNXElement) -> [(String, ONNXAttribute.Value)] {
        [("to", .integer(element.rawValue))]
    }

    // MARK: Before the net

    mutating func prepare(_ input: String, _ shape: [Int]) {
        let pictures = unused("pictures")
        graph.inputs = [
            ONNXValue(
                name: pictures, element: .uint8,
                shape: [.named("batch"), .named("height"), .named("width"), .fixed(shape[0])])
        ]
        let sizes = add("Shape", [pictures])
        height = add("Gather", [sizes, integers("one", [1], shape: [])])
        width = add("Gather", [sizes, integers("two", [2], shape: [])])
        let planes = add(
            "Transpose", [add("Cast", [pictures], cast(to: .float))], [("perm", .integers([0, 3, 1, 2]))])
        let (rows, columns) = (integers("rows", [shape[1]], shape: []), integers("columns", [shape[2]], shape: []))
        // Along rows first, and in bytes between, as pictures are resized for training.
        let across = filter(from: width, to: columns)
        let narrow = rounded(add("MatMul", [planes, add("Transpose", [across], [("perm", .integers([1, 0]))])]))
        let small = rounded(add("MatMul", [filter(from: height, to: rows), narrow]))
        let low = number("low", [form.range.lowerBound])
        let span = number("span", [form.range.upperBound - form.range.lowerBound])
        let shares = add("Div", [add("Sub", [small, low]), span])
        let clipped = add(
            "Clip", [shares, number("zero", [0]), number("unit", [1])], as: form.scales.isEmpty ? input : nil)
        guard !form.scales.isEmpty else { return }
        let means = number("means", form.scales.map(\.mean), shape: [shape[0], 1, 1])
        let deviations = number("deviations", form.scales.map(\.deviation), shape: [shape[0], 1, 1])
        _ = add("Div", [add("Sub", [clipped, means]), deviations], as: input)
    }

    private mutating func rounded(_ value: String) -> String {
        add("Floor", [add("Add", [value, number("half", [0.5])])])
    }

    /// How much each place of the old size counts for each of the new, `[to, from]`: a triangle as wide as a step of the coarser grid.
    private mutating func filter(from: String, to: String) -> String {
        let old = add("Cast", [from], cast(to: .double))
        let new = add("Cast", [to], cast(to: .double))
        let (zero, half, one) = (double("zero", 0), double("half", 0.5), double("one", 1))
        let scale = add("Div", [old, new])
        let reach = add("Max", [scale, one])
        let places = add("Range", [zero, new, one])
        let centers = add("Mul", [add("Add", [places, half]), scale])
        let column = add("Unsqueeze", [centers, integers("last", [1], shape: [1])])
        let samples = add("Add", [add("Range", [zero, old, one]), half])
        let distances = add("Div", [add("Abs", [add("Sub", [samples, column])]), reach])
        let parts = add("Max", [add("Sub", [one, distances]), zero])
        let sums = add("ReduceSum", [parts, integers("axes", [1], shape: [1])], [("keepdims", .integer(1))])
        return add("Cast", [add("Div", [parts, sums])], cast(to: .float))
    }

    private mutating func double(_ name: String, _ value: Double) -> String {
        add("Cast", [number(name, [value])], cast(to: .double))
    }

    // MARK: Behind the net

    mutating func finish(_ output: String, channels: Int, size: [Int]) {
        let isMask: Bool
        if case .mask = form.task { isMask = true } else { isMask = false }
        let shares = isMask ? add("Sigmoid", [output]) : add("Softmax", [output], [("axis", .integer(1))])
        let (rows, columns) = (integers("rows", [size[0]], shape: []), integers("columns", [size[1]], shape: []))
        let tall = add("MatMul", [filter(from: rows, to: height), shares])
        let across = add("Transpose", [filter(from: columns, to: width)], [("perm", .integers([1, 0]))])
        let large = add("MatMul", [tall, across])
        let probabilities = add(
            "Transpose", [large], [("perm", .integers([0, 2, 3, 1]))], as: unused("probabilities"))
        let name = unused(isMask ? "mask" : "classes")
        if case .mask(let threshold) = form.task {
            let object = add("GreaterOrEqual", [large, number("threshold", [threshold])])
            let bytes = add("Cast", [object], cast(to: .uint8))
            _ = add("Squeeze", [bytes, integers("channel", [1], shape: [1])], as: name)
        } else {
            let largest = add("ArgMax", [large], [("axis", .integer(1)), ("keepdims", .integer(0))])
            _ = add("Cast", [largest], cast(to: .uint8), as: name)
        }
        let sides: [ONNXValue.Dimension] = [.named("batch"), .named("height"), .named("width")]
        graph.outputs = [
            ONNXValue(name: name, element: .uint8, shape: sides),
            ONNXValue(name: probabilities, element: .float, shape: sides + [.fixed(channels)]),
        ]
    }
}
