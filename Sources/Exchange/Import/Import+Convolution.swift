import GraphIR

/// Convolutions and transposed ones.
extension ONNXImporter {
    mutating func convolutions(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue]? {
        switch node.op {
        case "Conv": [.map(try convolution(node))]
        case "ConvTranspose": [.map(try transposedConvolution(node))]
        default: nil
        }
    }

    /// What a window says of itself, with its padding on the four sides.
    struct Window {
        var kernel: Extent
        var stride: Extent
        var dilation: Extent
        var padding: Padding

        var isSymmetric: Bool { padding.top == padding.bottom && padding.left == padding.right }

        /// What `same` pads: the odd row or column at the end.
        var isSame: Bool {
            let rows = dilation.height * (kernel.height - 1)
            let columns = dilation.width * (kernel.width - 1)
            return stride == Extent(1)
                && padding
                    == Padding(top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
        }
    }

    /// - Parameter input: the map that it moves over, which padding by name depends on.
    func window(_ node: ONNXNode, kernel: [Int]?, over input: Extent) throws(ExchangeError) -> Window {
        guard let kernel = node.integers("kernel_shape") ?? kernel, kernel.count == 2 else {
            throw ExchangeError(
                "it has other than two dimensions, and the language knows maps of height and width alone")
        }
        let pair = { (name: String) throws(ExchangeError) -> Extent in
            let numbers = node.integers(name) ?? [1, 1]
            guard numbers.count == 2, numbers.allSatisfy({ (1..<1 << 20).contains($0) }) else {
                throw ExchangeError("\(name) \(numbers) makes no sense")
            }
            return Extent(numbers[0], numbers[1])
        }
        let pads = node.integers("pads") ?? [0, 0, 0, 0]
        guard kernel.allSatisfy({ (1..<1 << 20).contains($0) }), pads.count == 4,
            pads.allSatisfy({ (-1 << 20..<1 << 20).contains($0) })
        else { throw ExchangeError("kernel_shape \(kernel) or pads \(pads) make no sense") }
        var window = Window(
            kernel: Extent(kernel[0], kernel[1]), stride: try pair("strides"), dilation: try pair("dilations"),
            padding: Padding(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3]))
        switch node.text("auto_pad", default: "NOTSET") {
        case "SAME_UPPER": window.padToSame(input, isUpper: true)
        case "SAME_LOWER": window.padToSame(input, isUpper: false)
        case "VALID": window.padding = Padding(0)
        default: break
        }
        return window
    }

    private mutating func convolution(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let weight = try floats(node, 1, "the weight")
        guard weight.shape.count == 4 else {
            throw ExchangeError(
                "the weight has the shape \(weight.shape), and the language knows maps of height and width alone")
        }
        var input = try plainMap(node)
        let groups = node.integer("group", default: 1)
        let map = statement(of: input)
        // Divided, not multiplied: the number of groups may be any.
        guard groups > 0, map.channels % groups == 0, weight.shape[1] == map.channels / groups,
            weight.shape[0] % groups == 0
        else {
            throw ExchangeError(
                "the weight \(weight.shape) in \(groups) groups does not fit a map of \(map.channels) channels")
        }
        var window = try window(node, kernel: Array(weight.shape[2...]), over: map.extent)
        try require(window, weight)
        let geometry = ConvGeometry(
            inputChannels: map.channels, input: map.extent, outputChannels: weight.shape[0], kernel: window.kernel,
            stride: window.stride, padding: window.padding, dilation: window.dilation, groups: groups)
        var arguments = ["\(weight.shape[0])", "kernel: \(text(window.kernel))"]
        if window.stride != Extent(1) { arguments.append("stride: \(text(window.stride))") }
        if !window.isSymmetric && !window.isSame {
            input = try padded(input, window.padding, node)
            window.padding = Padding(0)
        }
        if window.isSame && window.padding != Padding(0) {
            arguments.append("padding: same")
        } else if window.padding != Padding(0) {
            arguments.append("padding: \(text(Extent(window.padding.top, window.padding.left)))")
        }
        if window.dilation != Extent(1) { arguments.append("dilation: \(text(window.dilation))") }
        if groups != 1 { arguments.append("groups: \(groups)") }
        return try add(
            "conv", input, arguments, weight, try bias(node, weight.shape[0]), channels: weight.shape[0],
            geometry.output, node)
    }

    private func require(_ window: Window, _ weight: ONNXTensor) throws(ExchangeError) {
        guard weight.shape[2...] == [window.kernel.height, window.kernel.width] else {
            throw ExchangeError("its kernel_shape is not that of the weight \(weight.shape)")
        }
    }

    /// Adds a statement with a weight, and a bias where there is one.
    mutating func add(
        _ op: String, _ input: MapView, _ arguments: [String], _ weight: ONNXTensor, _ bias: ONNXTensor?,
        channels: Int, _ extent: Extent, _ node: ONNXNode
    ) throws(ExchangeError) -> MapView {
        var parameters = [
            ImportedStatement.Parameter(suffix: "weight", shape: weight.shape, values: weight.floats)
        ]
        if let bias {
            parameters.append(ImportedStatement.Parameter(suffix: "bias", shape: bias.shape, values: bias.floats))
        }
        let list = (["%0"] + arguments + (bias == nil ? ["bias: false"] : [])).joined(separator: ", ")
        return try add(
            "\(op)(\(list))", [input], channels: channels, extent, node, parameters: parameters,
            name: statementName(weight: weight.name))
    }

    /// The bias of as many channels; nil where there is none.
    func bias(_ node: ONNXNode, _ channels: Int) throws(ExchangeError) -> ONNXTensor? {
        guard has(node, 2) else { return nil }
        let bias = try floats(node, 2, "the bias")
        guard bias.shape == [channels] else {
            throw ExchangeError("the bias has the shape \(bias.shape), expected [\(channels)]")
        }
        return bias
    }

    private mutating func transposedConvolution(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let weight = try floats(node, 1, "the weight")
        let input = try plainMap(node)
        let map = statement(of: input)
        let groups = node.integer("group", default: 1)
        guard weight.shape.count == 4, weight.shape[0] == map.channels, groups > 0 else {
            throw ExchangeError("the weight \(weight.shape) does not fit a map of \(map.channels) channels")
        }
        let window = try window(node, kernel: Array(weight.shape[2...]), over: map.extent)
        try require(window, weight)
        guard window.dilation == Extent(1) else {
            throw ExchangeError("the language has no transposed convolution with a dilation")
        }
        let rest = try outputPadding(node, window, map.extent)
        if groups == map.channels, weight.shape[1] == 1, isBedOfNails(weight, window, rest) {
            return try add(
                "bed_of_nails(%0, scale: \(text(window.stride)))", [input], channels: map.channels,
                Extent(map.extent.height * window.stride.height, map.extent.width * window.stride.width), node)
        }
        guard groups == 1 else {
            throw ExchangeError(
                "the language has no transposed convolution in groups",
                hint: "use upsample_nearest or upsample_bilinear and a convolution in groups")
        }
        let channels = weight.shape[1]
        var arguments = ["\(channels)", "kernel: \(text(window.kernel))"]
        if window.stride != Extent(1) { arguments.append("stride: \(text(window.stride))") }
        if window.padding != Padding(0) {
            arguments.append("padding: \(text(Extent(window.padding.top, window.padding.left)))")
        }
        if rest != Extent(0) { arguments.append("output_padding: \(text(rest))") }
        let side = { (size: Int, stride: Int, kernel: Int, padding: Int, rest: Int) in
            (size - 1) * stride - 2 * padding + kernel + rest
        }
        let extent = Extent(
            side(map.extent.height, window.stride.height, window.kernel.height, window.padding.top, rest.height),
            side(map.extent.width, window.stride.width, window.kernel.width, window.padding.left, rest.width))
        return try add(
            "conv_transpose", input, arguments, weight, try bias(node, channels), channels: channels, extent, node)
    }

    /// The rows and columns at the end that padding on both sides takes too much of.
    private func outputPadding(_ node: ONNXNode, _ window: Window, _ input: Extent) throws(ExchangeError) -> Extent {
        let given = node.integers("output_padding") ?? [0, 0]
        guard node.integers("output_shape") == nil else {
            throw ExchangeError("output_shape is not read", hint: "export with pads and output_padding")
        }
        guard given.count == 2, given.allSatisfy({ (0..<1 << 20).contains($0) }) else {
            throw ExchangeError("output_padding \(given) makes no sense")
        }
        let rest = Extent(
            given[0] + window.padding.top - window.padding.bottom, given[1] + window.padding.left - window.padding.right
        )
        guard window.padding.top >= 0, window.padding.left >= 0, (0..<window.stride.height).contains(rest.height),
            (0..<window.stride.width).contains(rest.width)
        else { throw ExchangeError("its pads and output_padding cannot be said as padding and output_padding") }
        return rest
    }

    private func isBedOfNails(_ weight: ONNXTensor, _ window: Window, _ rest: Extent) -> Bool {
        window.kernel == Extent(1) && window.padding == Padding(0)
            && rest == Extent(window.stride.height - 1, window.stride.width - 1)
            && weight.floats.allSatisfy { $0 == 1 }
    }

    /// A number for both directions, or one for each.
    func text(_ extent: Extent) -> String {
        extent.height == extent.width ? "\(extent.height)" : "[\(extent.height), \(extent.width)]"
    }
}

extension ONNXImporter.Window {
    /// Pads as TensorFlow does, so that there are as many windows as strides fit.
    mutating func padToSame(_ input: Extent, isUpper: Bool) {
        let sides = { (size: Int, kernel: Int, stride: Int, dilation: Int) -> (Int, Int) in
            let count = (size + stride - 1) / stride
            let total = max(0, (count - 1) * stride + dilation * (kernel - 1) + 1 - size)
            return isUpper ? (total / 2, total - total / 2) : (total - total / 2, total / 2)
        }
        let rows = sides(input.height, kernel.height, stride.height, dilation.height)
        let columns = sides(input.width, kernel.width, stride.width, dilation.width)
        padding = Padding(top: rows.0, left: columns.0, bottom: rows.1, right: columns.1)
    }
}
