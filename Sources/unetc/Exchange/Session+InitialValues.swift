import GraphIR
import Runtime
import Strategy

extension Session {
    /// What a parameter starts from in a trainer of this graph, row-major; empty for names that are none.
    func initialValues(of name: String) -> [Float] {
        guard let id = graph.id(named: name), case .parameter(let kind, let fanIn) = graph[id].op else { return [] }
        let training = graph.training
        let rule = InitialValueRule(rawValue: training.initialValues.rawValue) ?? .he
        return rule.values(
            name: name, kind: kind.runtimeKind, fanIn: fanIn, count: graph[id].type.elementCount, seed: training.seed)
    }
}

extension GraphIR.ParameterKind {
    /// The same, as models tell it to the runtime.
    fileprivate var runtimeKind: Runtime.ParameterKind {
        switch self {
        case .weight: .weight
        case .bias: .bias
        case .scale: .scale
        case .shift: .shift
        case .runningMean: .runningMean
        case .runningVariance: .runningVariance
        }
    }
}
