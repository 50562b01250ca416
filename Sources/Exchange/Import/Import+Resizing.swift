import GraphIR

/// Maps of another size: resized, padded, cut.
extension ONNXImporter {
    mutating func resizings(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue]? {
        switch node.op {
        case "Resize", "Upsample": [.map(try resized(node))]
        case "Pad": [.map(try paddedMap(node))]
        case "Slice": [.map(try sliced(node))]
        case "Split": try split(node)
        default: nil
        }
    }

    // MARK: Resize

    private mutating func resized(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let input = try plainMap(node)
        let map = statement(of: input)
        let (output, scales) = try outputSize(node, map)
        let mode = node.text("mode", default: "nearest")
        // What there was before Resize is like its oldest form.
        let isOld = node.op == "Upsample" || model.opset < 11
        let coordinates =
            isOld ? "asymmetric" : node.text("coordinate_transformation_mode", default: "half_pixel")
        let rounding = isOld ? "floor" : node.text("nearest_mode", default: "round_prefer_floor")
        guard node.integer("antialias", default: 0) == 0 else {
            throw ExchangeError(
                "the language resizes without antialiasing", hint: "import the net without what prepares its pictures")
        }
        if output == map.extent { return input }
        let factor = Extent(output.height / map.extent.height, output.width / map.extent.width)
        let isWhole = Extent(map.extent.height * factor.height, map.extent.width * factor.width) == output
        // A scale other than that of the sizes shifts all places; one that only floats make differ does not.
        let isOff = { (scale: Double, input: Int, output: Int) in
            abs(scale * Double(input) - Double(output)) > 1e-6 * Double(output)
        }
        if let scales, coordinates != "align_corners",
            isOff(scales.height, map.extent.height, output.height)
                || isOff(scales.width, map.extent.width, output.width)
        {
            throw ExchangeError(
                "its scales \(scales.height) and \(scales.width) leave a part of a pixel over",
                hint: "export with sizes, or import at a size that divides")
        }
        let template: String
        switch (mode, coordinates) {
        case ("nearest", "asymmetric") where isWhole && rounding == "floor",
            ("nearest", "half_pixel") where isWhole && rounding.hasPrefix("round_prefer"),
            ("nearest", "pytorch_half_pixel") where isWhole && rounding.hasPrefix("round_prefer"):
            template = "upsample_nearest(%0, scale: \(text(factor)))"
        case ("nearest", "asymmetric") where rounding == "floor": template = resize(output, "nearest")
        case ("nearest", "half_pixel") where rounding == "round_prefer_ceil": template = resize(output, "nearest_exact")
        case ("nearest", "half_pixel") where rounding == "round_prefer_floor":
            template = resize(output, "nearest_earlier")
        case ("linear", "half_pixel") where isWhole, ("linear", "pytorch_half_pixel") where isWhole:
            template = "upsample_bilinear(%0, scale: \(text(factor)))"
        case ("linear", "half_pixel"): template = resize(output, "bilinear")
        case ("linear", "pytorch_half_pixel") where output.height > 1 && output.width > 1:
            template = resize(output, "bilinear")
        case ("linear", "align_corners") where isWhole:
            template = "upsample_bilinear(%0, scale: \(text(factor)), align_corners: true)"
        case ("linear", "align_corners"): template = resize(output, "bilinear, align_corners: true")
        case ("linear", "asymmetric"): template = resize(output, "bilinear_asymmetric")
        default:
            throw ExchangeError(
                "the language has no resizing of mode \(mode), \(coordinates), \(rounding)",
                hint: "use nearest or linear with half_pixel or align_corners")
        }
        return try add(template, [input], channels: map.channels, output, node)
    }

    private func resize(_ output: Extent, _ mode: String) -> String {
        "resize(%0, size: [\(output.height), \(output.width)], mode: \(mode))"
    }

    private func outputSize(
        _ node: ONNXNode, _ map: ImportedStatement
    ) throws(ExchangeError) -> (Extent, scales: (height: Double, width: Double)?) {
        let isOld = node.op == "Upsample" || model.opset < 11
        let scales = node.floats("scales") ?? constant(node, isOld ? 1 : 2)?.floats ?? []
        let sizes = isOld ? [] : constant(node, 3)?.integers ?? []
        var axes = node.integers("axes") ?? Array(0..<max(scales.count, sizes.count))
        axes = axes.map { $0 < 0 ? $0 + 4 : $0 }
        guard scales.count == axes.count || sizes.count == axes.count, Set(axes).count == axes.count else {
            throw ExchangeError(
                "its size is computed by the net, expected a constant", hint: "export with a fixed height and width")
        }
        let shape = [batch] + map.shape
        var output = shape
        var factors = shape.map { _ in 1.0 }
        for (index, axis) in axes.enumerated() where shape.indices.contains(axis) {
            if sizes.count == axes.count {
                output[axis] = sizes[index]
            } else {
                factors[axis] = Double(scales[index])
                let size = (Double(shape[axis]) * factors[axis]).rounded(.down)
                guard size >= 0, size < 0x1p20 else { throw ExchangeError("its scale \(scales[index]) makes no sense") }
                output[axis] = Int(size)
            }
        }
        guard output[0] == shape[0], output[1] == shape[1], output[2...].allSatisfy({ (1..<1 << 20).contains($0) })
        else {
            throw ExchangeError("it makes \(output) of \(shape), and the language resizes height and width alone")
        }
        let extent = Extent(output[2], output[3])
        return (extent, sizes.count == axes.count ? nil : (factors[2], factors[3]))
    }

    // MARK: Pad

    private mutating func paddedMap(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        let view = try anyMap(node)
        let pads = node.integers("pads") ?? constant(node, 1)?.integers ?? []
        let rank = view.shape.count
        var axes = constant(node, 3)?.integers ?? Array(0..<rank)
        axes = axes.map { $0 < 0 ? $0 + rank : $0 }
        guard pads.count == 2 * axes.count, pads.allSatisfy({ (-1 << 20..<1 << 20).contains($0) }) else {
            throw ExchangeError("its pads are computed by the net, or make no sense")
        }
        var sides = [(Int, Int)](repeating: (0, 0), count: 4)
        for (index, axis) in axes.enumerated() {
            let pair = (pads[index], pads[index + axes.count])
            guard let place = view.axis(axis) else {
                guard pair == (0, 0) else { throw ExchangeError("it pads a map of shape \(view.shape)") }
                continue
            }
            sides[place] = pair
        }
        let mode = node.text("mode", default: "constant")
        guard sides[0] == (0, 0), ["constant", "reflect", "edge"].contains(mode) else {
            throw ExchangeError("it pads the batch, or in the mode \(mode)")
        }
        var value = node.float("value", default: 0)
        if has(node, 2) { value = try floats(node, 2, "its value").floats.first ?? 0 }
        let padding = Padding(top: sides[2].0, left: sides[3].0, bottom: sides[2].1, right: sides[3].1)
        var result = try padded(view, padding, node, mode: mode, value: value)
        if sides[1] != (0, 0) {
            guard mode == "constant", value == 0 else { throw ExchangeError("it adds channels of other than zeros") }
            result = try withChannels(result, before: sides[1].0, behind: sides[1].1, node)
        }
        return result
    }

    private mutating func withChannels(
        _ view: MapView, before: Int, behind: Int, _ node: ONNXNode
    ) throws(ExchangeError) -> MapView {
        guard before >= 0, behind >= 0 else { throw ExchangeError("it cuts channels off by a pad of less than 0") }
        let map = statement(of: view)
        let result = try add(
            "pad(%0, channels: [\(before), \(behind)])", [view], channels: map.channels + before + behind, map.extent,
            node)
        return reshaped(result, like: view)
    }

    /// The map with so many rows and columns around it; below zero they are cut off.
    mutating func padded(
        _ view: MapView, _ padding: Padding, _ node: ONNXNode, mode: String = "constant", value: Float = 0
    ) throws(ExchangeError) -> MapView {
        if padding == Padding(0) { return view }
        let sides = [
            ("top", padding.top), ("bottom", padding.bottom), ("left", padding.left), ("right", padding.right),
        ]
        guard sides.allSatisfy({ $0.1 >= 0 }) || sides.allSatisfy({ $0.1 <= 0 }) else {
            throw ExchangeError("it pads on one side and cuts on another", hint: "use Pad and Slice")
        }
        let isCut = sides.contains { $0.1 < 0 }
        var arguments = ["%0"] + sides.filter { $0.1 != 0 }.map { "\($0.0): \(abs($0.1))" }
        if !isCut && mode != "constant" { arguments.append("mode: \(mode == "edge" ? "replicate" : mode)") }
        if !isCut && mode == "constant" && value != 0 { arguments.append("value: \(value)") }
        let map = statement(of: view)
        let extent = Extent(
            map.extent.height + padding.top + padding.bottom, map.extent.width + padding.left + padding.right)
        let result = try add(
            "\(isCut ? "crop" : "pad")(\(arguments.joined(separator: ", ")))", [view], channels: map.channels, extent,
            node)
        return reshaped(result, like: view)
    }

    /// A map of `[N, C, H, W]` in the order of another.
    private func reshaped(_ view: MapView, like other: MapView) -> MapView {
        guard case .permuted(let axes) = other.order else { return view }
        return MapView(statement: view.statement, shape: axes.map { view.shape[$0] }, order: other.order)
    }

    // MARK: Slice

    private mutating func sliced(_ node: ONNXNode) throws(ExchangeError) -> MapView {
        var view = try anyMap(node)
        let starts = node.integers("starts") ?? constant(node, 1)?.integers ?? []
        let ends = node.integers("ends") ?? constant(node, 2)?.integers ?? []
        let axes = node.integers("axes") ?? constant(node, 3)?.integers ?? Array(starts.indices)
        let steps = constant(node, 4)?.integers ?? starts.map { _ in 1 }
        guard !starts.isEmpty, starts.count == ends.count, axes.count == starts.count, steps.count == starts.count
        else {
            throw ExchangeError("where it begins and ends is computed by the net")
        }
        // Rows and columns are cut off at once.
        var edges = Padding(0)
        var known: Set<Int> = []
        for (index, axis) in axes.enumerated() {
            guard steps[index] == 1 else {
                throw ExchangeError("it takes every \(steps[index])th value, which the language cannot")
            }
            let position = axis < 0 ? axis + view.shape.count : axis
            guard view.shape.indices.contains(position), known.insert(position).inserted else {
                throw ExchangeError("axis \(axis) makes no sense")
            }
            let size = view.shape[position]
            let clamped = { (value: Int) in min(size, max(0, value < 0 ? value + size : value)) }
            let (start, end) = (clamped(starts[index]), clamped(ends[index]))
            switch view.axis(position) {
            case 2 where start < end: (edges.top, edges.bottom) = (-start, end - size)
            case 3 where start < end: (edges.left, edges.right) = (-start, end - size)
            default: view = try cut(view, position, start, end, node)
            }
        }
        return try padded(view, edges, node)
    }

    /// The values from `start` to below `end` along an axis.
    private mutating func cut(
        _ view: MapView, _ axis: Int, _ start: Int, _ end: Int, _ node: ONNXNode
    ) throws(ExchangeError) -> MapView {
        let size = view.shape[axis]
        if start == 0 && end == size { return view }
        guard start < end else { throw ExchangeError("nothing is left of its map") }
        let map = statement(of: view)
        switch view.axis(axis) {
        case 1:
            let result = try add(
                "slice(%0, channels: [\(start), \(end)])", [view], channels: end - start, map.extent, node)
            return reshaped(result, like: view)
        case 2:
            return try padded(view, Padding(top: -start, left: 0, bottom: end - size, right: 0), node)
        case 3:
            return try padded(view, Padding(top: 0, left: -start, bottom: 0, right: end - size), node)
        default: throw ExchangeError("it cuts a map of shape \(view.shape) along axis \(axis)")
        }
    }

    private mutating func split(_ node: ONNXNode) throws(ExchangeError) -> [ImportedValue] {
        let view = try anyMap(node)
        let axis = node.integer("axis", default: 0)
        let position = axis < 0 ? axis + view.shape.count : axis
        guard view.shape.indices.contains(position), !node.outputs.isEmpty else {
            throw ExchangeError("axis \(axis) makes no sense")
        }
        let (size, count) = (view.shape[position], node.outputs.count)
        let part = (size + count - 1) / count
        let lengths =
            node.integers("split") ?? constant(node, 1)?.integers
            ?? (0..<count).map { max(0, min(part, size - $0 * part)) }
        guard lengths.count == count, lengths.allSatisfy({ (0...size).contains($0) }), lengths.reduce(0, +) == size
        else {
            throw ExchangeError("parts of \(lengths) do not make \(size)")
        }
        var start = 0
        var results: [ImportedValue] = []
        for (length, name) in zip(lengths, node.outputs) {
            let isRead = uses[name, default: 0] > 0
            results.append(isRead ? .map(try cut(view, position, start, start + length, node)) : .refused)
            start += length
        }
        return results
    }
}
