import GraphIR

/// Convolutions, and the weights that normalisations are folded into.
extension ONNXExporter {
    mutating func addConvolution(_ id: NodeID, _ geometry: ConvGeometry) throws {
        var operands = try operands(id)
        if geometry.isLinear {
            // A matrix, which a convolution wants with its window of one place.
            let shape = store("shape", [geometry.outputChannels, geometry.inputChannels, 1, 1], within: id)
            operands[1] = add("Reshape", [operands[1], shape], within: id)
        }
        add("Conv", operands, attributes(geometry), for: id)
    }

    mutating func addTransposedConvolution(_ id: NodeID, _ geometry: ConvGeometry) throws {
        let axis = { (input: Int, output: Int, kernel: Int, stride: Int, dilation: Int, padding: Int) in
            input - ((output - 1) * stride + dilation * (kernel - 1) + 1 - padding)
        }
        let rest = [
            axis(
                geometry.input.height, geometry.output.height, geometry.kernel.height, geometry.stride.height,
                geometry.dilation.height, geometry.padding.top + geometry.padding.bottom),
            axis(
                geometry.input.width, geometry.output.width, geometry.kernel.width, geometry.stride.width,
                geometry.dilation.width, geometry.padding.left + geometry.padding.right),
        ]
        add(
            "ConvTranspose", try operands(id),
            attributes(geometry) + (rest == [0, 0] ? [] : [attribute("output_padding", rest)]), for: id)
    }

    private func attributes(_ geometry: ConvGeometry) -> [ONNXAttribute] {
        [
            attribute("kernel_shape", geometry.kernel), attribute("strides", geometry.stride),
            attribute(geometry.padding), attribute("dilations", geometry.dilation), attribute("group", geometry.groups),
        ]
    }

    /// The map, the weight and the bias.
    private mutating func operands(_ id: NodeID) throws -> [String] {
        let inputs = graph[id].inputs
        return [value(inputs[0])] + (try inputs.dropFirst().map { try store(weight: $0) })
    }

    private mutating func store(weight id: NodeID) throws -> String {
        switch graph[id].op {
        case .normalization(.foldedWeight(let axis, let epsilon)):
            // Nobody else reads the parameter whose name it takes.
            let name = graph[graph[id].inputs[0]].name
            return store(as: name, shape: graph[id].type.shape, try foldedWeight(id, axis: axis, epsilon: epsilon))
        case .normalization(.foldedBias(let epsilon)):
            let inputs = graph[id].inputs
            let name = inputs.count > 3 ? graph[inputs[3]].name : graph[id].name
            return store(as: name, shape: graph[id].type.shape, try foldedBias(id, epsilon: epsilon))
        default: return try store(parameter: id)
        }
    }

    private func foldedWeight(_ id: NodeID, axis: Int, epsilon: Double) throws -> [Float] {
        let inputs = graph[id].inputs
        var weight = try values(of: inputs[0])
        let (_, deviations) = try moments(inputs[1], epsilon: epsilon)
        let scale = try values(of: inputs[2])
        let shape = graph[id].type.shape
        let inner = shape.dropFirst(axis + 1).reduce(1, *)
        for index in weight.indices {
            let channel = index / inner % shape[axis]
            weight[index] = Float(Double(weight[index]) * Double(scale[channel]) / deviations[channel])
        }
        return weight
    }

    private func foldedBias(_ id: NodeID, epsilon: Double) throws -> [Float] {
        let inputs = graph[id].inputs
        let (means, deviations) = try moments(inputs[0], epsilon: epsilon)
        let (scale, shift) = (try values(of: inputs[1]), try values(of: inputs[2]))
        let bias = inputs.count > 3 ? try values(of: inputs[3]) : Array(repeating: 0, count: shift.count)
        return shift.indices.map { channel in
            Float(
                (Double(bias[channel]) - means[channel]) * Double(scale[channel]) / deviations[channel]
                    + Double(shift[channel]))
        }
    }

    /// The running means, and the square roots of the running variances plus epsilon.
    private func moments(_ id: NodeID, epsilon: Double) throws -> ([Double], [Double]) {
        let inputs = graph[id].inputs
        return (
            try values(of: inputs[0]).map(Double.init),
            try values(of: inputs[1]).map { (Double($0) + epsilon).squareRoot() }
        )
    }
}
