/// Names that statements of a graph's text cannot have.
public enum ReservedNames {
    /// Operators, and words that mean something else where a statement or a value may begin.
    public static let all = OperatorTable.names + Parser.statementWords + ["graph", "true", "false"]
}
