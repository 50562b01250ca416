import Diagnostics
import GraphIR

extension GraphBuilder {
    /// The call with operands of one height and width, as `sizes: pad` or `sizes: crop` in the graph's header asks for:
    /// smaller maps get a border of zeros, or larger ones lose theirs. Dumps show the operators that do so.
    mutating func fittingSizes(of call: OperatorCall) throws(Diagnostic) -> OperatorCall {
        let sizes = call.operands.compactMap { $0.type.featureMap }.map { Extent($0.height, $0.width) }
        guard sizeRule != .exact, sizes.count == call.operands.count, let wanted = wantedSize(sizes) else {
            return call
        }
        var call = call
        for (index, operand) in call.operands.enumerated() where sizes[index] != wanted {
            let map = Resampling(
                channels: operand.type.featureMap?.channels ?? 1, input: sizes[index], centredIn: wanted)
            let id = try intermediate(
                .resample(map), [operand.id], of: call, suffix: sizeRule.rawValue,
                derivation: "inserted by sizes: \(sizeRule.rawValue)")
            call.operands[index].id = id
            call.operands[index].type = graph[id].type
        }
        return call
    }

    private func wantedSize(_ sizes: [Extent]) -> Extent? {
        guard let first = sizes.first else { return nil }
        return sizes.dropFirst().reduce(first) { wanted, size in
            switch sizeRule {
            case .exact: wanted
            case .pad: Extent(max(wanted.height, size.height), max(wanted.width, size.width))
            case .crop: Extent(min(wanted.height, size.height), min(wanted.width, size.width))
            }
        }
    }
}
