import GraphIR

extension Graph {
    /// The momenta of running moments that training counts up, by the name of their parameter.
    var runningMomenta: [String: Double] {
        var momenta: [String: Double] = [:]
        for node in nodes {
            guard case .normalization(.updateRunning(_, let momentum, _)) = node.op else { continue }
            momenta[self[node.inputs[0]].name] = momentum
        }
        return momenta
    }
}
