import GraphIR

/// Pooling by the maximum, and its way back.
extension ONNXExporter {
    /// Gives names to the places of maxima that something asks for.
    mutating func findPlaces() {
        for id in graph.ids {
            guard case .maxUnpool(let geometry) = graph[id].op else { continue }
            let pooling = Pooling(input: graph[id].inputs[1], geometry: geometry)
            let pool = graph.ids.first { pool in
                graph[pool].op == .maxPool(geometry) && graph[pool].inputs == [pooling.input] && pool < id
            }
            if places[pooling] == nil, let pool { places[pooling] = unused(graph[pool].name + ".places") }
        }
    }

    mutating func addMaxPool(_ id: NodeID, _ geometry: PoolGeometry) {
        let places = places[Pooling(input: graph[id].inputs[0], geometry: geometry)]
        add(
            ONNXNode(
                name: graph[id].name, op: "MaxPool", inputs: [value(graph[id].inputs[0])],
                outputs: [value(id)] + (places.map { [$0] } ?? []), attributes: attributes(geometry)))
    }

    mutating func addMaxUnpool(_ id: NodeID, _ geometry: PoolGeometry) {
        let inputs = graph[id].inputs
        let places = places[Pooling(input: inputs[1], geometry: geometry)] ?? addPlaces(id, inputs[1], geometry)
        let shape = add("Shape", [value(inputs[1])], within: id)
        add("MaxUnpool", [value(inputs[0]), places, shape], attributes(geometry), for: id)
    }

    /// For a pooling whose values nobody reads.
    private mutating func addPlaces(_ id: NodeID, _ input: NodeID, _ geometry: PoolGeometry) -> String {
        let name = unused(graph[id].name + ".MaxPool")
        let places = unused(graph[id].name + ".places")
        add(
            ONNXNode(
                name: name, op: "MaxPool", inputs: [value(input)], outputs: [name, places],
                attributes: attributes(geometry)))
        return places
    }

    func attributes(_ geometry: PoolGeometry) -> [ONNXAttribute] {
        [
            attribute("kernel_shape", geometry.kernel), attribute("strides", geometry.stride),
            attribute(geometry.padding),
        ]
    }
}
