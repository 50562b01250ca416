import Diagnostics
import GraphIR

extension GraphBuilder {
    /// `a + b`, `a - b`, `a * b` or `a / b` where one of them has a number for each channel or for each position of the
    /// other; nil for other functions and shapes.
    ///
    /// A difference is a sum with what has the other sign, a quotient a product with the inverse.
    mutating func broadcasting(_ function: Elementwise, _ call: OperatorCall) throws(Diagnostic) -> NodeID? {
        let (a, b) = (call.operands[0], call.operands[1])
        guard [.add, .subtract, .multiply, .divide].contains(function) else { return nil }
        if let share = share(of: b, in: a) {
            return try broadcasting(function, a.id, b.id, share, isSwapped: false, call)
        }
        if let share = share(of: a, in: b) {
            return try broadcasting(function, b.id, a.id, share, isSwapped: true, call)
        }
        return nil
    }

    /// What the smaller map has one number for.
    private func share(of small: Operand, in map: Operand) -> Broadcasting.Share? {
        guard let shape = map.type.featureMap, small.type.shape != map.type.shape else { return nil }
        return Broadcasting.Share.allCases.first { $0.type(of: shape).shape == small.type.shape }
    }

    /// - Parameter isSwapped: the smaller map stands in front.
    private mutating func broadcasting(
        _ function: Elementwise, _ map: NodeID, _ small: NodeID, _ share: Broadcasting.Share, isSwapped: Bool,
        _ call: OperatorCall
    ) throws(Diagnostic) -> NodeID {
        var (map, small) = (map, small)
        let changed: Elementwise? =
            switch function {
            case .subtract: .scale(-1)
            case .divide: .reciprocal(1)
            default: nil
            }
        if let changed {
            let id = try intermediate(
                .elementwise(changed), [isSwapped ? map : small], of: call, suffix: changed.mnemonic)
            if isSwapped { map = id } else { small = id }
        }
        let isSum = function == .add || function == .subtract
        return try result(.broadcast(.apply(isSum ? .add : .multiply, share)), [map, small], of: call)
    }
}
