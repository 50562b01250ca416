/// `name` as a C identifier: a keyword, or a name that the C headers of a kernel claim, gets a trailing `_`, and every
/// character that C does not allow becomes `_`. Different names may give the same identifier.
public func cIdentifier(_ name: String) -> String {
    var result = String(String.UnicodeScalarView(name.unicodeScalars.map { isIdentifierScalar($0) ? $0 : "_" }))
    let startsBadly = result.first.map { ("0"..."9").contains($0) } ?? true
    // Two underscores, or one and a capital, belong to the compiler.
    if startsBadly || result.hasPrefix("_") { result = "n" + result }
    return isTaken(result) ? result + "_" : result
}

private func isIdentifierScalar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
}

private func isTaken(_ name: String) -> Bool {
    let isVectorType = name.first == "v" && name.count > 1 && name.dropFirst().allSatisfy { ("0"..."9").contains($0) }
    return isVectorType || takenNames.contains(name) || takenPrefixes.contains { name.hasPrefix($0) }
        || name.hasSuffix("_t")
}

private let takenPrefixes = ["unetc_", "UNETC_", "FP_", "M_", "MATH_", "INT", "UINT", "SIZE_", "PTRDIFF_", "WCHAR_"]

private let takenNames: Set<String> = [
    // C11.
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
    "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while",
    // GNU C, C23 and C++, so that the text stays portable.
    "asm", "typeof", "bool", "true", "false", "nullptr", "constexpr", "alignas", "alignof", "thread_local", "class",
    "new", "delete", "this", "template", "operator", "namespace", "private", "public", "protected", "friend", "virtual",
    "using", "try", "catch", "throw", "explicit", "export", "mutable", "typename",
    // Macros and functions of the headers, and of the compiler on some systems.
    "NULL", "NAN", "INFINITY", "HUGE_VAL", "HUGE_VALF", "HUGE_VALL", "EOF", "linux", "unix", "main", "memcpy", "memset",
    "isnan", "isinf", "isfinite", "isnormal", "signbit", "fpclassify", "isgreater", "isless", "isunordered",
    "isgreaterequal", "islessequal", "islessgreater",
]
