/// `name` as a Swift identifier: that of C, with a trailing `_` where Swift has another use for it.
public func swiftIdentifier(_ name: String) -> String {
    let result = cIdentifier(name)
    return takenNames.contains(result) ? result + "_" : result
}

/// The shortest decimal that reads back as `value`, as a Swift float: `0.1`, `1e-05`, `Float.infinity`.
func swiftLiteral(_ value: Float) -> String {
    if value.isNaN { return "Float.nan" }
    if value.isInfinite { return value < 0 ? "-Float.infinity" : "Float.infinity" }
    return "\(value)"
}

private let takenNames: Set<String> = [
    "Any", "Self", "Type", "as", "actor", "associatedtype", "async", "await", "defer", "deinit", "didSet", "extension",
    "fallthrough", "false", "fileprivate", "func", "get", "guard", "import", "in", "init", "inout", "internal", "is",
    "let", "nil", "open", "operator", "precedencegroup", "protocol", "repeat", "rethrows", "self", "set", "some",
    "subscript", "super", "throws", "true", "typealias", "var", "where", "willSet",
    // What printed kernels say.
    "Float", "InlineArray", "Int", "UnsafePointer", "stride",
]
