/// Says where two tensors differ by more than `tolerance` times the largest expected magnitude.
///
/// For `#expect(mismatch(…) == nil)`, which prints the text when it fails.
/// - Returns: name, index, expected, found and relative error of the worst value; nil when the tensors agree.
public func mismatch(_ name: String, expected: Tensor, found: Tensor, tolerance: Double) -> String? {
    guard expected.shape == found.shape else {
        return "\(name): expected shape \(expected.shape), found \(found.shape)"
    }
    guard expected.values.count == found.values.count else {
        return "\(name): expected \(expected.values.count) values, found \(found.values.count)"
    }
    let largest = expected.values.reduce(0) { max($0, abs($1)) }
    var worst: (index: Int, error: Double)?
    for index in expected.values.indices {
        let error = abs(expected.values[index] - found.values[index])
        // A comparison with NaN is false, so ask what is fine, not what is wrong.
        if error <= tolerance * largest { continue }
        if let worst, !(error > worst.error) { continue }
        worst = (index, error)
    }
    guard let worst else { return nil }
    let relative = largest > 0 ? worst.error / largest : .infinity
    return "\(name)\(position(worst.index, in: expected.shape)): expected \(expected.values[worst.index]), "
        + "found \(found.values[worst.index]), error \(relative) of the largest value \(largest) "
        + "(tolerance \(tolerance))"
}

/// `[0, 3, 2]` for a row-major index.
private func position(_ index: Int, in shape: [Int]) -> String {
    var rest = index
    var indices: [Int] = []
    for dimension in shape.reversed() {
        indices.insert(rest % max(dimension, 1), at: 0)
        rest /= max(dimension, 1)
    }
    return "\(indices)"
}
