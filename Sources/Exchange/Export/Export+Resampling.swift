import GraphIR

/// The ways up and down without parameters.
extension ONNXExporter {
    mutating func addResampling(_ id: NodeID, _ map: Resampling) {
        let input = value(graph[id].inputs[0])
        switch map.rule {
        case .averagePool:
            guard let geometry = map.poolGeometry else { fatalError("an average without a window") }
            add("AveragePool", [input], attributes(geometry) + [attribute("count_include_pad", 1)], for: id)
        case .nearest(let scale):
            addResize(
                id, scale,
                [
                    attribute("mode", "nearest"), attribute("coordinate_transformation_mode", "asymmetric"),
                    attribute("nearest_mode", "floor"),
                ])
        case .bilinear(let scale, let alignsCorners):
            addResize(
                id, scale,
                [
                    attribute("mode", "linear"),
                    attribute(
                        "coordinate_transformation_mode", alignsCorners ? "align_corners" : "pytorch_half_pixel"),
                ])
        case .bedOfNails(let scale): addBedOfNails(id, map.channels, scale)
        case .shift(let top, let left, let border): addShift(id, map, top: top, left: left, border)
        case .resize(let interpolation, _): addResize(id, map, interpolation)
        }
    }

    private mutating func addResize(_ id: NodeID, _ scale: Extent, _ attributes: [ONNXAttribute]) {
        let scales = store(
            "\(graph[id].name).scales", shape: [4], .floats([1, 1, Float(scale.height), Float(scale.width)]))
        add("Resize", [value(graph[id].inputs[0]), "", scales], attributes, for: id)
    }

    /// To any size. Scales say it, for sizes would have to name the batch.
    private mutating func addResize(_ id: NodeID, _ map: Resampling, _ interpolation: Interpolation) {
        let scales = [
            Self.scale(map.input.height, map.output.height), Self.scale(map.input.width, map.output.width),
        ]
        let name = store("\(graph[id].name).scales", shape: [4], .floats([1, 1] + scales))
        let texts: [(String, String)] =
            switch interpolation {
            case .nearest:
                [("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")]
            case .nearestExact:
                [
                    ("mode", "nearest"), ("coordinate_transformation_mode", "half_pixel"),
                    ("nearest_mode", "round_prefer_ceil"),
                ]
            case .nearestEarlier:
                [
                    ("mode", "nearest"), ("coordinate_transformation_mode", "half_pixel"),
                    ("nearest_mode", "round_prefer_floor"),
                ]
            case .bilinear: [("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")]
            case .bilinearCorners: [("mode", "linear"), ("coordinate_transformation_mode", "align_corners")]
            case .bilinearAsymmetric: [("mode", "linear"), ("coordinate_transformation_mode", "asymmetric")]
            }
        add("Resize", [value(graph[id].inputs[0]), "", name], texts.map { attribute($0.0, $0.1) }, for: id)
    }

    /// The smallest float that makes `output` of `input` when their product is rounded down, in floats or in doubles.
    private static func scale(_ input: Int, _ output: Int) -> Float {
        var scale = Float(output) / Float(input)
        while Double(input) * Double(scale) < Double(output) { scale = scale.nextUp }
        return scale
    }

    /// A transposed convolution of each channel by the number 1: its stride leaves zeros between the values.
    private mutating func addBedOfNails(_ id: NodeID, _ channels: Int, _ scale: Extent) {
        let ones = store(
            "\(graph[id].name).ones", shape: [channels, 1, 1, 1], .floats(Array(repeating: 1, count: channels)))
        let rest = Extent(scale.height - 1, scale.width - 1)
        add(
            "ConvTranspose", [value(graph[id].inputs[0]), ones],
            [
                attribute("kernel_shape", Extent(1)), attribute("strides", scale), attribute("output_padding", rest),
                attribute("group", channels),
            ], for: id)
    }

    /// Cuts off what lies outside, then adds the border.
    private mutating func addShift(_ id: NodeID, _ map: Resampling, top: Int, left: Int, _ border: Border) {
        // Rows and columns that are added before and behind; below zero those that are cut off.
        let added = [
            top, left, map.output.height - map.input.height - top, map.output.width - map.input.width - left,
        ]
        var input = value(graph[id].inputs[0])
        let isPadded = added.contains { $0 > 0 }
        if added.contains(where: { $0 < 0 }) {
            // Counted from the end, so that it holds for maps of any size.
            let starts = added[..<2].map { max(0, -$0) }
            let ends = added[2...].map { $0 < 0 ? $0 : Int(Int32.max) }
            if isPadded {
                input = addSlice(input, from: starts, to: ends, axes: [2, 3], within: id)
            } else {
                return addSlice(input, from: starts, to: ends, axes: [2, 3], for: id)
            }
        }
        guard isPadded else { return add("Identity", [input], for: id) }
        let grown = added.map { max(0, $0) }
        let pads = store("pads", [0, 0, grown[0], grown[1], 0, 0, grown[2], grown[3]], within: id)
        switch border {
        case .zeros: add("Pad", [input, pads], for: id)
        case .constant(let number): add("Pad", [input, pads, store("border", number, within: id)], for: id)
        case .reflect: add("Pad", [input, pads], [attribute("mode", "reflect")], for: id)
        case .replicate: add("Pad", [input, pads], [attribute("mode", "edge")], for: id)
        }
    }

    mutating func addSlice(_ input: String, from starts: [Int], to ends: [Int], axes: [Int], for id: NodeID) {
        add("Slice", sliceOperands(input, starts, ends, axes, id), for: id)
    }

    private mutating func addSlice(
        _ input: String, from starts: [Int], to ends: [Int], axes: [Int], within id: NodeID
    ) -> String {
        add("Slice", sliceOperands(input, starts, ends, axes, id), within: id)
    }

    private mutating func sliceOperands(
        _ input: String, _ starts: [Int], _ ends: [Int], _ axes: [Int], _ id: NodeID
    ) -> [String] {
        [
            input, store("starts", starts, within: id), store("ends", ends, within: id),
            store("axes", axes, within: id),
        ]
    }
}
