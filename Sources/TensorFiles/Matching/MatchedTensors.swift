/// What the parameters of a net take of tensors that are there.
public struct MatchedTensors: Sendable {
    public let matching: Matching
    /// Where the tensors are, for messages.
    private let source: String
    private let read: @Sendable (String) throws -> [Float]

    /// - Parameters:
    ///   - source: what the tensors are of, such as a file's name.
    ///   - tensors: in their order.
    ///   - wanted: in the order of the net.
    ///   - skipsMismatches: whether what is not there, or of another shape, starts anew.
    ///   - read: the values of one of the tensors, row-major.
    /// - Throws: `TensorFileError` when nobody has agreed to what does not fit, or nothing does.
    public init(
        of source: String, _ tensors: [TensorDescription], for wanted: [TensorDescription], by method: Matching.Method,
        skipsMismatches: Bool, read: @escaping @Sendable (String) throws -> [Float]
    ) throws {
        self.source = source
        self.read = read
        matching = try Matching(tensors, wanted, by: method)
        guard matching.rows.contains(where: \.isTaken) else {
            throw matching.fault(of: source)
                ?? TensorFileError("\(source): nothing in it fits this net", hint: "is it of another net?")
        }
        if !skipsMismatches, let fault = matching.fault(of: source) { throw fault }
    }

    /// What a parameter takes, adapted to its shape; nil where it starts anew.
    /// - Throws: what `read` throws; `TensorFileError` for values that are no finite numbers.
    public func values(for row: Matching.Row) throws -> [Float]? {
        guard row.isTaken, let tensor = row.source else { return nil }
        let values = try read(tensor.name)
        guard values.allSatisfy(\.isFinite) else {
            throw TensorFileError(
                "\(source): tensor \"\(tensor.name)\" holds values that are no finite numbers",
                hint: "use weights of an earlier epoch")
        }
        guard row.outcome == .adapted else { return values }
        return Matching.adapted(values, shape: tensor.shape, channels: row.wanted.shape[1])
    }
}
